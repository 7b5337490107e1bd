package aaa

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/radius"
)

// Access decides who may come in, and how far. It is safe for concurrent use.
type Access struct {
	Config func() *config.Config // the running configuration
	Emit   func(debug.Event)
	Clock  debug.Clock
	Ask    func(context.Context, radius.Server, radius.Request) (radius.Reply, error)

	guard guard
	dead  dead
}

// Attempt is where somebody wants to come in, and as whom.
type Attempt struct {
	Line    *config.Line
	Number  int          // of the line, as `show line` counts
	Console bool         // the console, or one attached to it
	Exempt  bool         // from the quiet mode, by its access list
	By      debug.Origin // with the user's name, where one was asked for
}

// port is the router's of an SSH session.
const port = 22

// source is what the log says of an attempt.
func (a *Access) source(at Attempt) debug.LoginSource {
	s := debug.LoginSource{User: at.By.User, At: a.Clock.Now().Format("15:04:05 MST Mon Jan 2 2006")}
	if !at.Console {
		s.Addr, s.Port = at.By.Addr, port
	}
	return s
}

// Grant is what somebody got who came in.
type Grant struct {
	Level int    // privilege level at the beginning
	User  string // as he is called from now on, "" where nobody was asked
}

// Why nobody came in. Of ErrUnable no method could say who he is.
var (
	ErrDenied     = errors.New("aaa: denied")
	ErrUnable     = errors.New("aaa: no method can tell")
	ErrNoPassword = errors.New("aaa: the line has no password")
	ErrQuiet      = errors.New("aaa: quiet mode")
	ErrAuthorized = errors.New("aaa: not authorized for an EXEC")
)

// Asks tells what a line asks for.
type Asks struct{ User, Password bool }

// Asks tells what the methods of a line ask for: the first one decides.
func (a *Access) Asks(at Attempt) Asks {
	switch m := a.Config().LoginMethods(at.Line, at.Console); first(m) {
	case config.MethodNone:
		return Asks{}
	case config.MethodLine, config.MethodEnable:
		return Asks{Password: true}
	}
	return Asks{true, true}
}

func first(methods []string) string {
	if len(methods) == 0 {
		return ""
	}
	return methods[0]
}

// verdict is what one method says.
type verdict int

const (
	unable verdict = iota // it cannot tell: the next one is asked
	pass
	fail
)

// Login checks a password, tells the log, and slows down those who guess.
func (a *Access) Login(ctx context.Context, at Attempt, password string) (Grant, error) {
	if a.Quiet(at) {
		return Grant{}, ErrQuiet
	}
	c := a.Config()
	if strings.ContainsFunc(at.By.User, hidden) {
		a.failed(ctx, c, at)
		return Grant{}, ErrDenied
	}
	methods := c.LoginMethods(at.Line, at.Console)
	level := -1
	said, err := unable, ErrUnable
	for _, m := range methods {
		if said, level = a.try(ctx, c, m, at, password); said != unable {
			break
		}
		if m == config.MethodLine && len(methods) == 1 {
			err = ErrNoPassword
		}
	}
	if said == fail {
		err = ErrDenied
	}
	if said != pass {
		a.failed(ctx, c, at)
		return Grant{}, err
	}
	return a.enter(c, at, first(methods), level)
}

// hidden reports whether a character is none that is seen. A user is named on the screens
// of others, which such a character could rewrite.
func hidden(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }

// Enter is Login for somebody who has proved who he is in another way, with a key.
func (a *Access) Enter(at Attempt) (Grant, error) {
	if a.Quiet(at) {
		return Grant{}, ErrQuiet
	}
	return a.enter(a.Config(), at, "", noReply)
}

// enter tells the log of somebody who has come in by a method.
func (a *Access) enter(c *config.Config, at Attempt, method string, level int) (Grant, error) {
	g, err := authorize(c, at, level)
	if err == nil && method != config.MethodNone && a.guard.due(&a.guard.entered, c.Guard.LogSuccess) {
		a.Emit(debug.LoginSuccess{LoginSource: a.source(at)})
	}
	return g, err
}

// authorize grants what the methods of authorization say; level is what a server said.
func authorize(c *config.Config, at Attempt, level int) (Grant, error) {
	g := Grant{Level: at.Line.Privilege, User: at.By.User}
	methods := c.ExecMethods(at.Line, at.Console)
	for _, m := range methods {
		switch m {
		case config.MethodLocal:
			u := findUser(c, at.By.User, false)
			if u == nil && c.AAA.NewModel {
				continue
			}
			if u != nil && (u.Privilege != 1 || c.AAA.NewModel) {
				g.Level = u.Privilege
			}
		case config.MethodNone, config.MethodAuthenticated:
		default: // a group has said what it has to say
			if level == noReply {
				continue
			}
			if level >= 0 {
				g.Level = level
			}
		}
		return g, nil
	}
	if len(methods) > 0 {
		return Grant{}, ErrAuthorized
	}
	return g, nil
}

// noReply is the level of somebody whom no server was asked about.
const noReply = -2

// try asks one method.
func (a *Access) try(ctx context.Context, c *config.Config, method string, at Attempt, password string) (verdict, int) {
	switch method {
	case config.MethodNone:
		return pass, noReply
	case config.MethodLine:
		if at.Line.Password.Text == "" {
			return unable, noReply
		}
		return passIf(Equal(at.Line.Password.Text, password)), noReply
	case config.MethodEnable:
		return checkEnable(c, topLevel, password), noReply
	case config.MethodLocal, config.MethodLocalCase:
		return checkUser(c, at.By.User, password, method == config.MethodLocalCase), noReply
	}
	reply, err := a.askGroup(ctx, c, strings.TrimPrefix(method, config.MethodGroup), at, at.By.User, password)
	if err != nil {
		return unable, noReply
	}
	return passIf(reply.Accepted), reply.Level
}

func passIf(ok bool) verdict {
	if ok {
		return pass
	}
	return fail
}

const topLevel = 15

// checkEnable checks the password of a privilege level.
func checkEnable(c *config.Config, level int, password string) verdict {
	switch e := c.EnableAt(level); {
	case e.Secret != "":
		return passIf(Matches(e.Secret, password))
	case e.Password.Text != "":
		return passIf(Equal(e.Password.Text, password))
	}
	return unable
}

// nobody is the secret of a user who is not there: to find that out takes as long.
const nobody = "$1$none$kXTdcbP8Gn0k0AK0xJZv30"

func checkUser(c *config.Config, name, password string, exact bool) verdict {
	switch u := findUser(c, name, exact); {
	case u == nil:
		Matches(nobody, password)
		return fail
	case u.NoPassword:
		return pass
	case u.Secret != "":
		return passIf(Matches(u.Secret, password))
	case u.Password.Text != "":
		return passIf(Equal(u.Password.Text, password))
	}
	return fail
}

// findUser finds a user; unless the case of his name matters, another one will do.
func findUser(c *config.Config, name string, exact bool) *config.User {
	if u := c.User(name); u != nil || exact {
		return u
	}
	for i := range c.Users {
		if strings.EqualFold(c.Users[i].Name, name) {
			return &c.Users[i]
		}
	}
	return nil
}

// Enable checks the password of a privilege level.
func (a *Access) Enable(ctx context.Context, at Attempt, level int, password string) error {
	c := a.Config()
	for _, m := range c.EnableMethods() {
		said := unable
		switch m {
		case config.MethodEnable:
			said = checkEnable(c, level, password)
		case config.MethodLine, config.MethodNone:
			said, _ = a.try(ctx, c, m, at, password)
		default:
			// "$enab15$" is how IOS asks a server for the password of a level.
			reply, err := a.askGroup(ctx, c, strings.TrimPrefix(m, config.MethodGroup), at, enableUser(level), password)
			if err == nil {
				said = passIf(reply.Accepted)
			}
		}
		switch said {
		case pass:
			return nil
		case fail:
			return ErrDenied
		}
	}
	return ErrUnable
}
