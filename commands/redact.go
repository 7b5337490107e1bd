package commands

import (
	"errors"
	"regexp"

	"conft/shell/grammar"
)

var secretWords = regexp.MustCompile(`(?i)\b(key|secret|password-encrypt|password)((?: \d)?) \S+`)

// redact takes keys and passwords out of a configuration line that is to be
// printed where not only its author reads it.
func redact(line string) string { return secretWords.ReplaceAllString(line, "$1$2 <removed>") }

// redactErrors does so in each *grammar.LineError that err joins.
func redactErrors(err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var out []error
	for _, e := range joined.Unwrap() {
		var l *grammar.LineError
		if errors.As(e, &l) {
			e = &grammar.LineError{Number: l.Number, Text: redact(l.Text), Err: l.Err}
		}
		out = append(out, e)
	}
	return errors.Join(out...)
}
