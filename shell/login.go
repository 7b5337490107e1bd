package shell

import (
	"context"
	"errors"
	"strings"
	"time"

	"conft/internal/aaa"
	"conft/internal/config"
)

// tries is how often somebody may be wrong.
const tries = 3

// loginWait is how long an answer to a question of the login may take.
const loginWait = 30 * time.Second

// What ends a session other than its user: nobody types on it, or somebody has cleared the line.
var (
	errIdle    = errors.New("idle")
	errCleared = errors.New("cleared")
)

// over reports whether an error ends the session.
func over(err error) bool { return errors.Is(err, errIdle) || errors.Is(err, errCleared) }

// line returns the settings of the session's line now.
func (s *Session) line() *config.Line {
	var l config.Line
	s.backend.View(func(c *config.Config) { l = *s.settings(c) })
	return &l
}

// attempt is who the session is for those who decide of access.
func (s *Session) attempt() aaa.Attempt {
	return aaa.Attempt{Line: s.line(), Number: s.number, Console: s.asks, By: s.origin}
}

// login asks who it is, until somebody may come in; false when nobody did.
func (s *Session) login(ctx context.Context) (bool, error) {
	s.origin.User = ""
	if s.line().NoExec {
		return false, nil
	}
	access := s.backend.Access()
	if access.Asks(s.attempt()) == (aaa.Asks{}) {
		grant, err := access.Login(ctx, s.attempt(), "")
		return s.grant(grant, err)
	}
	s.print("\n\nUser Access Verification\n\n")
	for n := 1; ; n++ {
		grant, err := s.ask1(ctx, access)
		switch {
		case err == nil:
			return s.grant(grant, nil)
		case errors.Is(err, aaa.ErrDenied), errors.Is(err, aaa.ErrUnable):
		default:
			return s.grant(grant, err)
		}
		newModel := s.backend.Config().AAA.NewModel
		switch asks := access.Asks(s.attempt()); {
		case newModel && errors.Is(err, aaa.ErrUnable):
			s.print("% Error in authentication.\n\n")
		case newModel:
			s.print("% Authentication failed\n\n")
		case asks.User:
			s.print("% Login invalid\n\n")
		case n == tries:
			s.print("% Bad passwords\n\n")
		}
		if n == tries {
			return false, nil
		}
	}
}

// ask1 asks once for what the line asks for, and tries it.
func (s *Session) ask1(ctx context.Context, access *aaa.Access) (aaa.Grant, error) {
	at := s.attempt()
	asks := access.Asks(at)
	if asks.User {
		for at.By.User == "" {
			user, err := s.question(ctx, "Username: ", false)
			if err != nil {
				return aaa.Grant{}, err
			}
			at.By.User = strings.TrimSpace(user)
		}
	}
	password, err := s.question(ctx, "Password: ", true)
	if err != nil {
		return aaa.Grant{}, err
	}
	ctx, done := s.keyboard.abortable(ctx)
	defer done()
	return access.Login(ctx, at, password)
}

// question asks a question of the login. Ctrl-C is an empty answer.
func (s *Session) question(ctx context.Context, prompt string, hidden bool) (string, error) {
	s.patience = func() time.Duration { return loginWait }
	l, end, err := s.readLine(ctx, &editLine{prompt: prompt, hidden: hidden}, nil)
	if errors.Is(err, errIdle) {
		s.print("% " + prompt + " timeout expired!\n")
	}
	if err == nil && end != enter {
		return "", nil
	}
	return string(l.text), err
}

// grant lets somebody in, or says why not.
func (s *Session) grant(g aaa.Grant, err error) (bool, error) {
	switch {
	case err == nil:
		s.level, s.origin.User = g.Level, g.User
		if s.entered != nil {
			s.entered(s.origin)
		}
		return true, nil
	case errors.Is(err, aaa.ErrNoPassword):
		s.print("\nPassword required, but none set\n")
	case errors.Is(err, aaa.ErrAuthorized):
		s.print("% Authorization failed.\n")
	case errors.Is(err, aaa.ErrDenied), errors.Is(err, aaa.ErrUnable), errors.Is(err, aaa.ErrQuiet), over(err), errors.Is(err, context.Canceled):
	default:
		return false, endOfInput(err)
	}
	return false, nil
}
