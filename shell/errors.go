package shell

import (
	"errors"
	"fmt"
	"strings"

	"conft/shell/grammar"
)

// The exact texts of what a console says about a line, here and nowhere else.
const (
	msgInvalid      = "% Invalid input detected at '^' marker.\n\n"
	msgIncomplete   = "% Incomplete command.\n\n"
	msgAmbiguous    = "%% Ambiguous command:  \"%s\"\n"
	msgSkipped      = "%% Skipped \"%s\", as the line it belongs to was refused.\n"
	msgTakenBack    = "%% The line that begins with \"%s\" was taken back: %v\n"
	msgUnrecognized = "% Unrecognized command\n"
	msgShowAlone    = "% Type \"show ?\" for a list of subcommands\n"
	msgUnknownHost  = "% Unknown command or computer name, or unable to find computer address\n"
)

// typed is a line as it stands on the screen, or the part of it that is to be carried out.
type typed struct {
	line   string
	whole  string               // as it was typed
	column func(offset int) int // cell of an octet of the line
}

// behind returns the rest of the line from an octet on, as it stands on the screen.
func (t typed) behind(offset int) typed {
	return typed{t.line[offset:], t.whole, func(o int) int { return t.column(offset + o) }}
}

// refuse prints why a line was refused.
func (s *Session) refuse(t typed, err error) {
	s.refused = true
	var e *grammar.Error
	if !errors.As(err, &e) {
		s.print(err.Error() + "\n")
		return
	}
	switch e.Kind {
	case grammar.Incomplete:
		if e.Word == "show" && len(strings.Fields(t.line)) == 1 {
			s.print(msgShowAlone)
			return
		}
		s.print(msgIncomplete)
	case grammar.Ambiguous:
		s.print(fmt.Sprintf(msgAmbiguous, t.whole))
	case grammar.Skipped:
		word := strings.Fields(t.line) // the first one alone: a password may follow
		s.print(fmt.Sprintf(msgSkipped, word[0]))
	default:
		if !s.interactive { // the marker needs the line above it
			s.print(s.prompt() + t.line + "\n")
		}
		s.print(strings.Repeat(" ", t.column(e.Offset)) + "^\n" + msgInvalid)
	}
}

// refuseHelp prints why nothing can be listed behind line.
func (s *Session) refuseHelp(line string, err error) {
	var e *grammar.Error
	if errors.As(err, &e) && e.Kind == grammar.Ambiguous {
		s.print(fmt.Sprintf(msgAmbiguous, line))
		return
	}
	s.print(msgUnrecognized)
}
