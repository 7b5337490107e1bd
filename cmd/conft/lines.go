package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"conft/commands"
	"conft/debug"
	"conft/internal/attach"
	"conft/internal/config"
	"conft/internal/router"
	"conft/internal/seat"
	"conft/shell"
	"conft/shell/grammar"
	"conft/shell/vty"
)

// lines gives every session a line: the first is the console, further ones at the
// same time are vty 0, 1, …, with the settings of the console.
type lines struct {
	router *router.Router
	exec   *grammar.ExecTable[*shell.Session]
}

func newLines(r *router.Router) *lines {
	all := grammar.Convert(commands.Exec(r), func(s *shell.Session) commands.Terminal { return s })
	return &lines{router: r, exec: grammar.NewExec("Exec commands:", append(shell.Commands(), all...)...)}
}

// options are those of a session on the console's settings. Whoever may open the
// socket owns the router: no password is not a lock.
func (l *lines) options(number int) shell.Options {
	o := shell.Options{Backend: l.router, Exec: l.exec, Known: commands.KnownExec, Config: commands.Config, Origin: debug.Origin{Line: "console"}, Console: number == 0, Local: true}
	if kind, n := seat.Name(number); kind == "vty" {
		o.Origin = debug.Origin{Line: fmt.Sprintf("vty%d", n), Addr: netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	o.Number, o.Login = number, true // which decides the level
	o.Settings = func(c *config.Config) *config.Line { return &c.Lines.Console }
	return o
}

// session seats somebody at the console, and makes his session.
func (l *lines) session(terminal io.ReadWriter, width, length int) (*shell.Session, *seat.Seat) {
	at := l.router.Seats().TakeConsole()
	o := l.options(at.Number)
	o.Terminal, o.Width, o.Length = terminal, width, length
	o.Entered = at.SetUser
	s := shell.New(o)
	at.SetUser(o.Origin)
	return s, at
}

// attached is the session of a client of the console socket.
func (l *lines) attached(ctx context.Context, c *attach.Conn) (status byte) {
	if c.Exec {
		o := l.options(0)
		o.Level = highest
		if shell.Execute(ctx, o, c, c.Lines()) {
			return 1
		}
		return 0
	}
	s, at := l.session(c, c.Columns, c.Rows)
	defer at.Leave()
	at.SetSession(hangup{s, c})
	go func() {
		for {
			select {
			case size := <-c.Resized:
				s.Resize(size[0], size[1])
			case <-ctx.Done():
				return
			}
		}
	}()
	s.Run(ctx)
	return 0
}

// highest is the privilege level of who gives lines without a console.
const highest = 15

// hangup is a session whose client is hung up when the line is cleared: it may be one that
// reads nothing any more.
type hangup struct {
	*shell.Session
	client *attach.Conn
}

func (h hangup) Clear() { h.client.HangUp() }

// serveSSH lets users in over SSH until stop is called.
func (l *lines) serveSSH() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	s := &vty.Server{Router: l.router, Exec: l.exec, Known: commands.KnownExec, Config: commands.Config, Listen: vty.Listen}
	go func() {
		defer close(done)
		s.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

// typed is what is typed on standard input, for one console after the other: a
// router that reloads leaves the keys that it has not read to the next.
func typed() net.Conn {
	keys, feed := net.Pipe()
	go func() {
		io.Copy(feed, os.Stdin)
		feed.Close()
	}()
	return keys
}

// console runs console 0 on the terminal that is standard input and output, until
// restore is called; ended gets its end when the terminal hangs up.
func (l *lines) console(keys net.Conn, ended chan<- error) (restore func(), err error) {
	in := int(os.Stdin.Fd())
	old, err := term.MakeRaw(in)
	if err != nil {
		return nil, err
	}
	columns, rows, _ := term.GetSize(in)
	s, at := l.session(terminal{keys, os.Stdout}, columns, rows)
	at.SetSession(s)
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	go func() {
		for range resized {
			if columns, rows, err := term.GetSize(in); err == nil {
				s.Resize(columns, rows)
			}
		}
	}()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		ended <- s.RunConsole(ctx)
	}()
	return func() {
		cancel()
		select {
		case <-done:
		case <-time.After(time.Second): // the terminal takes nothing any more
		}
		signal.Stop(resized)
		close(resized)
		at.Leave()
		term.Restore(in, old)
	}, nil
}

// terminal reads keys, until a deadline where one is set, and writes to a screen.
type terminal struct {
	net.Conn
	screen io.Writer
}

func (t terminal) Write(b []byte) (int, error) { return t.screen.Write(b) }
