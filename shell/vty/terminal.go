package vty

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"slices"
	"time"

	"golang.org/x/crypto/ssh"

	"conft/internal/config"
	"conft/internal/seat"
	"conft/shell"
)

// lastWords is how long a client has to hang up by itself when its session has ended.
const lastWords = time.Second

// session serves the first session channel of a connection, until it ends.
func (c *client) session(ctx context.Context, sc *ssh.ServerConn, channels <-chan ssh.NewChannel, at *seat.Seat) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	served := false
	for n := range channels {
		switch {
		case n.ChannelType() != "session":
			n.Reject(ssh.UnknownChannelType, "only sessions are served")
		case served:
			n.Reject(ssh.ResourceShortage, "one session for each connection")
		default:
			ch, requests, err := n.Accept()
			if err != nil {
				return
			}
			served = true
			c.wait.Go(func() {
				c.requests(ctx, sc, ch, requests, at)
				late := time.AfterFunc(lastWords, func() { sc.Close() })
				sc.Wait()
				late.Stop()
			})
		}
	}
}

// The requests of a session, RFC 4254, sections 6.2 to 6.7.
type (
	ptyRequest struct {
		Term                         string
		Columns, Rows, Width, Height uint32
		Modes                        string
	}
	windowChange struct{ Columns, Rows, Width, Height uint32 }
	execRequest  struct{ Command string }
	exitStatus   struct{ Status uint32 }
)

// requests serves what the client asks of its channel, and ends with the session.
func (c *client) requests(ctx context.Context, sc *ssh.ServerConn, ch ssh.Channel, requests <-chan *ssh.Request, at *seat.Seat) {
	defer ch.Close()
	width, length := 0, 0 // without a terminal nothing is cut or paged
	var s *shell.Session
	done := make(chan uint32, 1)
	start := func(f func() uint32) bool {
		if s == nil {
			return false
		}
		c.late.Stop()
		c.wait.Go(func() { done <- f() })
		return true
	}
	for {
		select {
		case status := <-done:
			ch.SendRequest("exit-status", false, ssh.Marshal(exitStatus{status}))
			ch.CloseWrite()
			return
		case r, ok := <-requests:
			if !ok {
				if s != nil {
					<-done // it sees the end of the channel itself
				}
				return
			}
			accepted := false
			switch r.Type {
			case "pty-req":
				var p ptyRequest
				if s == nil && ssh.Unmarshal(r.Payload, &p) == nil {
					width, length = size(p.Columns, p.Rows)
					accepted = true
				}
			case "window-change":
				if len(r.Payload) == 16 && s != nil {
					s.Resize(size(binary.BigEndian.Uint32(r.Payload), binary.BigEndian.Uint32(r.Payload[4:])))
					accepted = true
				}
			case "shell":
				if s == nil {
					s = c.shell(sc, ch, width, length, at)
					accepted = start(func() uint32 { s.Run(ctx); return 0 })
				}
			case "exec":
				var x execRequest
				if s == nil && ssh.Unmarshal(r.Payload, &x) == nil {
					s = c.shell(sc, ch, width, length, at)
					accepted = start(func() uint32 { return c.exec(ctx, sc, ch, x.Command, at) })
				}
			}
			if r.WantReply {
				r.Reply(accepted, nil)
			}
		}
	}
}

// size is that of a terminal. IOS's own size stands for one that no terminal has;
// programs ask for a thousand rows and do not mean it.
func size(columns, rows uint32) (width, length int) {
	const most = 512
	width, length = config.DefaultWidth, config.DefaultLength
	if 0 < columns && columns <= most {
		width = int(columns)
	}
	if 0 < rows && rows <= most {
		length = int(rows)
	}
	return width, length
}

// options are those of the client's session.
func (c *client) options(sc *ssh.ServerConn, at *seat.Seat) shell.Options {
	g := grantOf(sc)
	vty := at.VTY()
	return shell.Options{
		Backend: c.Router, Exec: c.Exec, Known: c.Known, Config: c.Config, Origin: c.attempt(g.User).By,
		Level: g.Level, Number: at.Number,
		Settings: func(running *config.Config) *config.Line {
			if vty < len(running.Lines.VTY) {
				return &running.Lines.VTY[vty]
			}
			return &c.line // the line was removed under its user
		},
	}
}

// hangup is a session that Clear ends whatever it is doing.
type hangup struct {
	*shell.Session
	conn io.Closer
}

func (h hangup) Clear() { h.conn.Close() }

func (c *client) shell(sc *ssh.ServerConn, ch ssh.Channel, width, length int, at *seat.Seat) *shell.Session {
	o := c.options(sc, at)
	o.Terminal, o.Width, o.Length = ch, width, length
	s := shell.New(o)
	at.SetSession(hangup{s, c.conn})
	return s
}

// exec runs one command; what it prints has the line ends of a terminal.
func (c *client) exec(ctx context.Context, sc *ssh.ServerConn, ch ssh.Channel, command string, at *seat.Seat) (status uint32) {
	if shell.Execute(ctx, c.options(sc, at), lineEnds{ch}, slices.Values([]string{command})) {
		return 1
	}
	return 0
}

// lineEnds writes CR LF for each LF.
type lineEnds struct{ w io.Writer }

func (l lineEnds) Write(b []byte) (int, error) {
	if _, err := l.w.Write(bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(b), nil
}
