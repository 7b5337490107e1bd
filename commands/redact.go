package commands

import (
	"errors"

	"conft/internal/config"
	"conft/shell/grammar"
)

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
			e = &grammar.LineError{Number: l.Number, Text: config.Redact(l.Text), Err: l.Err}
		}
		out = append(out, e)
	}
	return errors.Join(out...)
}
