// Package commands is the command table: every configuration line, EXEC command
// and show command, one file for each IOS family. One literal holds a command's
// syntax, help, handler, no form and writer.
//
// Config lines change a private clone of the configuration and never see the
// router; EXEC commands see it through Router and print to a Terminal. Show
// formatters are pure functions from the snapshot types of internal/router to
// text.
package commands
