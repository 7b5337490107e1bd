package shell

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"conft/debug"
	"conft/internal/config"
	"conft/shell/grammar"
)

// dialogue reads and interprets lines until the user leaves.
func (s *Session) dialogue(ctx context.Context) error {
	for !s.ended {
		l, end, err := s.readCommand(ctx)
		if err != nil {
			return endOfInput(err)
		}
		t := typed{string(l.text), string(l.text), l.column}
		switch end {
		case enter:
			s.interpret(ctx, t)
		case ctrlZ:
			if s.at != nil {
				s.interpret(ctx, t)
			}
			s.leaveConfig()
		case ctrlC:
			s.leaveConfig()
		}
	}
	return nil
}

// readCommand reads the next line of the dialogue. A line of a text that is being typed
// has no prompt, no help and no place in the history.
func (s *Session) readCommand(ctx context.Context) (*editLine, key, error) {
	if s.collecting() {
		return s.readLine(ctx, &editLine{}, nil)
	}
	return s.readLine(ctx, &editLine{prompt: s.prompt()}, s.history())
}

// collecting reports whether the lines typed are those of a text, such as a banner.
func (s *Session) collecting() bool { return s.at != nil && s.at.Collecting() != "" }

// interpret carries out one line.
func (s *Session) interpret(ctx context.Context, t typed) {
	s.refused = false
	if strings.TrimSpace(t.line) != "" && !s.collecting() {
		s.history().add(t.line)
	}
	was := s.level
	if s.at != nil {
		s.configure(ctx, t)
	} else {
		s.run(ctx, t, false)
	}
	if s.level > was && s.backend.Config().Syslog.UserInfo {
		s.backend.Hub().Emit(debug.SysPrivilege{Level: s.level, By: s.origin})
	}
}

func (s *Session) history() *history {
	if s.at != nil {
		return &s.configHistory
	}
	return &s.execHistory
}

// promptName is how much of the host name a configuration prompt shows.
const promptName = 20

func (s *Session) prompt() string {
	var name string
	s.backend.View(func(c *config.Config) { name = c.Hostname })
	switch {
	case s.at != nil:
		return name[:min(len(name), promptName)] + "(" + s.at.Prompt() + ")#"
	case s.level > 1:
		return name + "#"
	}
	return name + ">"
}

// configure carries out one line of configuration: one transaction. The blocks
// that are open are opened again in the clone, because another session may have
// changed what was there.
func (s *Session) configure(ctx context.Context, t typed) {
	var step grammar.Step[*config.Config]
	again := s.collecting()
	err := s.change(s.position(), t.line, &step)
	if err != nil && !errors.Is(err, config.ErrUnchanged) {
		s.refuse(t, err)
		here := s.at.Refused(t.line)
		s.at = &here
		return
	}
	if s.at = &step.Next; s.collecting() && !again && s.interactive {
		s.print(fmt.Sprintf("Enter TEXT message.  End with the character '%s'.\n", s.at.Collecting()))
	}
	if step.Changed {
		s.backend.Configured(s.origin, s.configSession, strings.Repeat(" ", step.Depth)+strings.TrimSpace(step.Logged))
	}
	for _, note := range step.Notes {
		s.print(note + "\n")
	}
	if step.End {
		s.leaveConfig()
	}
	if step.Do != "" {
		s.run(ctx, t.behind(step.DoAt), true)
	}
}

// leaveConfig returns to EXEC and logs it, as IOS does whatever was changed.
func (s *Session) leaveConfig() {
	s.settle()
	if s.at != nil {
		s.at = nil
		s.backend.Hub().Emit(debug.SysConfig{By: s.origin})
	}
}
