package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"

	"conft/commands"
	"conft/debug"
	"conft/internal/attach"
	"conft/internal/router"
	"conft/shell"
	"conft/shell/grammar"
)

// lines gives every session a line: the first is the console, further ones at the
// same time are vty 0, 1, …
type lines struct {
	router *router.Router
	exec   *grammar.ExecTable[*shell.Session]

	mu    sync.Mutex
	taken []bool // 0 is the console
}

func newLines(r *router.Router) *lines {
	all := grammar.Convert(commands.Exec(r), func(s *shell.Session) commands.Terminal { return s })
	return &lines{router: r, exec: grammar.NewExec("Exec commands:", append(shell.Commands(), all...)...)}
}

func (l *lines) take() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := slices.Index(l.taken, false)
	if n < 0 {
		n = len(l.taken)
		l.taken = append(l.taken, false)
	}
	l.taken[n] = true
	return n
}

func (l *lines) give(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken[n] = false
}

func (l *lines) options(n int) shell.Options {
	o := shell.Options{Backend: l.router, Exec: l.exec, Known: commands.KnownExec, Config: commands.Config, Origin: debug.Origin{Line: "console"}, Console: n == 0}
	if n > 0 {
		o.Origin = debug.Origin{Line: fmt.Sprintf("vty%d", n-1), Addr: netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	// Whoever may open the socket owns the router: no password is not a lock.
	o.Local = true
	return o
}

// attached is the session of a client of the console socket.
func (l *lines) attached(ctx context.Context, c *attach.Conn) (status byte) {
	if c.Exec {
		if shell.Execute(ctx, l.options(0), c, slices.Values(c.Lines)) {
			return 1
		}
		return 0
	}
	n := l.take()
	defer l.give(n)
	o := l.options(n)
	o.Terminal, o.Width, o.Length = c, c.Columns, c.Rows
	s := shell.New(o)
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
	n := l.take()
	o := l.options(n)
	o.Terminal = terminal{keys, os.Stdout}
	o.Width, o.Length, _ = term.GetSize(in)
	s := shell.New(o)
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
		term.Restore(in, old)
	}, nil
}

// terminal reads keys, until a deadline where one is set, and writes to a screen.
type terminal struct {
	net.Conn
	screen io.Writer
}

func (t terminal) Write(b []byte) (int, error) { return t.screen.Write(b) }
