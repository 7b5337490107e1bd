package config

import "regexp"

// Archive is the `archive` block: where and when the running configuration is kept.
type Archive struct {
	Path        string // flash:NAME, to which a number is added; "" for no archive
	Maximum     int    // files, 1 to 14
	WriteMemory bool   // also with every `write memory`
	Period      int    // minutes between two archived configurations; 0 for never
	Log         ArchiveLog
}

// ArchiveLog is the `log config` block in it: who changed what when.
type ArchiveLog struct {
	Enabled  bool
	Size     int  // lines, 1 to 1000
	HideKeys bool // as typed: keys are never kept
	Notify   bool // each line also as a message
}

// DefaultArchive are IOS's defaults.
var DefaultArchive = Archive{Maximum: 10, Log: ArchiveLog{Size: 100}}

// secretWords are what keys and passwords stand behind. A password is the rest of its
// line, and so is a key at the beginning of a line or of a RADIUS server.
var secretWords = regexp.MustCompile(`(?im)` +
	`(^[ \t]*key(?: +\d)?|\bradius-server .*\bkey(?: +\d)?|(?:^|[^\w-])(?:secret|password|password-encrypt|community)(?: +level +\d+)?(?: +\d)?) +\S.*|` +
	`((?:^|[^\w-])(?:key|key-string)(?: +\d)?) +\S+`)

// Redact takes keys and passwords out of lines of configuration, in full words, that
// are to be printed where not only their author reads them. It need not understand them.
func Redact(lines string) string { return secretWords.ReplaceAllString(lines, "$1$2 <removed>") }
