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

var secretWords = regexp.MustCompile(`(?i)\b(key|secret|password-encrypt|password)((?: \d)?) \S+`)

// wholePassword is a password that may have blanks in it.
var wholePassword = regexp.MustCompile(`(?im)^( *enable (?:password|secret)(?: \d)?) .+`)

// Redact takes keys and passwords out of configuration lines that are to be printed
// where not only its author reads it.
func Redact(line string) string {
	return secretWords.ReplaceAllString(wholePassword.ReplaceAllString(line, "$1 <removed>"), "$1$2 <removed>")
}
