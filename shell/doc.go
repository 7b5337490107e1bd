// Package shell is the console: prompt, line editing, modes, privilege, history,
// help, paging, output filters, and the log lines that arrive meanwhile.
//
// A Session runs over any io.ReadWriter: the local terminal in raw mode, a
// socket, a pipe in a test. Execute runs the same interpreter without editing,
// prompts and paging. The commands come from outside, as a grammar.ExecTable and
// a grammar.Mode; the few that belong to the session itself are Commands.
//
// Owners: a reader goroutine owns the terminal's input and knows only how to queue
// octets and to abort the running command. The goroutine of Run owns everything
// else of the Session. A third goroutine prints log lines. The two that print
// meet in the screen, under its mutex, which knows the line being typed and
// takes it off the terminal while a log line is printed.
package shell
