package shell

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"conft/debug"
	"conft/internal/aaa"
	"conft/internal/config"
)

// Run carries on one dialogue, until `exit`, the end of input or the line's timeout. It
// returns nil for these, otherwise the context's error.
func (s *Session) Run(ctx context.Context) error {
	defer s.start()()
	_, err := s.visit(ctx)
	return err
}

// RunConsole is Run for a line that stays: it waits for Enter before
// each dialogue, until the end of input.
func (s *Session) RunConsole(ctx context.Context) error {
	defer s.start()()
	s.print("\n\n\nPress RETURN to get started!\n")
	for {
		s.patience = nil
		for k := keyNone; k != enter; {
			var err error
			if k, err = s.keyboard.next(ctx); err != nil {
				return endOfInput(err)
			}
		}
		s.reset()
		if again, err := s.visit(ctx); err != nil || !again {
			return err
		}
		s.print("\n\n" + s.backend.Config().Hostname + " con0 is now available\n\n\n\n\n\nPress RETURN to get started.\n\n\n")
	}
}

// visit is one user's time on the line; again tells that it is free for another.
func (s *Session) visit(ctx context.Context) (again bool, err error) {
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	s.leave.Store(&leave)
	l, banners := s.line(), s.backend.Config().Banners
	if !l.NoMOTDBanner {
		s.banner(banners.MOTD)
	}
	greeted := false
	if s.asks {
		greeted = s.backend.Access().Asks(s.attempt()) != aaa.Asks{}
		if greeted {
			s.banner(banners.Login)
		}
		if in, err := s.login(ctx); err != nil || !in {
			return err == nil, err
		}
	}
	if !l.NoExecBanner {
		s.banner(banners.Exec)
	}
	if !greeted {
		s.print("\n")
	}
	s.patience = func() time.Duration { return time.Duration(s.line().ExecTimeout) * time.Second }
	err = s.dialogue(ctx)
	if s.ended = s.ended || over(err); s.ended {
		s.leaveConfig()
		err = nil
	}
	return s.ended, err
}

// banner shows a text of the configuration.
func (s *Session) banner(text string) {
	if text != "" {
		s.print("\n" + strings.TrimPrefix(s.backend.Config().Banner(text, s.number, s.line()), "\n"))
	}
}

// start starts the other goroutines; the returned function stops them.
func (s *Session) start() (stop func()) {
	s.keyboard = newKeyboard(s.terminal)
	s.keyboard.patience = func() time.Duration {
		if s.patience == nil {
			return 0
		}
		return s.patience()
	}
	s.keyboard.typed = &s.typed
	width, length := -1, -1 // those of the terminal
	if l := s.line(); l.Width != config.DefaultWidth {
		width = l.Width
	}
	if l := s.line(); l.Length != config.DefaultLength {
		length = l.Length
	}
	s.screen.resize(width, length)
	if s.console {
		s.subscribe(debug.ConsoleLine)
	}
	return func() {
		s.unsubscribe()
		s.keyboard.close()
	}
}

func endOfInput(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
