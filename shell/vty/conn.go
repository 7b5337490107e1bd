package vty

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"conft/debug"
	"conft/internal/aaa"
	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/packet"
	"conft/internal/seat"
)

// client is a connection on its way in, and then a session.
type client struct {
	*Server
	conn          net.Conn
	remote, local netip.AddrPort
	number        int         // of the vty
	line          config.Line // its settings when the client came
	late          *time.Timer // closes the connection of a client that asks for nothing
}

// serve is one connection.
func (s *Server) serve(ctx context.Context, conn net.Conn, from netip.Addr) {
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	c := &client{Server: s, conn: conn, remote: addrPort(conn.RemoteAddr()), local: addrPort(conn.LocalAddr())}
	in := func() (*ssh.ServerConn, <-chan ssh.NewChannel, <-chan *ssh.Request, *seat.Seat) {
		defer s.pending.done(from)
		return c.enter(ctx)
	}
	sc, channels, requests, at := in()
	if at == nil {
		return
	}
	defer at.Leave()
	defer sc.Close()
	s.wait.Go(func() { ssh.DiscardRequests(requests) })
	c.late = time.AfterFunc(time.Duration(s.Router.Config().SSH.TimeOut)*time.Second, func() { conn.Close() })
	defer c.late.Stop()
	c.session(ctx, sc, channels, at)
}

func addrPort(a net.Addr) netip.AddrPort {
	if t, ok := a.(*net.TCPAddr); ok {
		p := t.AddrPort()
		return netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
	}
	return netip.AddrPort{}
}

// enter lets the client prove who it is, and seats it; the seat is nil if it may not
// come in.
func (c *client) enter(ctx context.Context) (sc *ssh.ServerConn, _ <-chan ssh.NewChannel, _ <-chan *ssh.Request, _ *seat.Seat) {
	running := c.Router.Config()
	if !c.addressed(running) || !c.choose(running) || c.Router.Access().Quiet(c.attempt("")) {
		return nil, nil, nil, nil
	}
	c.conn.SetDeadline(time.Now().Add(time.Duration(running.SSH.TimeOut) * time.Second))
	sc, channels, requests, err := ssh.NewServerConn(c.conn, c.config(ctx, running))
	if err != nil {
		return nil, nil, nil, nil
	}
	c.conn.SetDeadline(time.Time{})
	agreed := seat.SSH{}
	if a, ok := sc.Conn.(ssh.AlgorithmsConnMetadata); ok {
		x := a.Algorithms()
		agreed = seat.SSH{CipherIn: x.Read.Cipher, CipherOut: x.Write.Cipher, MACIn: x.Read.MAC, MACOut: x.Write.MAC}
	}
	at := c.take(sc, agreed)
	if at == nil {
		sc.Close()
	}
	return sc, channels, requests, at
}

// take seats a client that has come in. Where somebody was faster it gets another line, of the
// same settings: by these it was let in. Before that nobody is seated, whom silent clients would
// keep out.
func (c *client) take(sc *ssh.ServerConn, agreed seat.SSH) *seat.Seat {
	for {
		if at := c.Router.Seats().TakeVTY(c.number, c.attempt(grantOf(sc).User).By, agreed); at != nil {
			return at
		}
		number, ok := c.Router.Seats().Free(c.Router.Config().Lines.VTY, func(l *config.Line) bool { return *l == c.line })
		if !ok {
			return nil
		}
		c.number = number
	}
}

// addressed reports whether the client has called an address of the router, or comes
// from its own machine.
func (c *client) addressed(running *config.Config) bool {
	if c.local.Addr().IsLoopback() {
		return true
	}
	to := c.local.Addr().As4()
	is := func(a config.Address) bool { return acl.IPv4(a.IP).As4() == to }
	for _, i := range running.Interfaces {
		if is(i.Address) {
			return true
		}
		for _, a := range i.Secondary {
			if is(a) {
				return true
			}
		}
	}
	return false
}

// choose finds a free vty that the client may use.
func (c *client) choose(running *config.Config) bool {
	asked := map[string]bool{} // access lists
	number, ok := c.Router.Seats().Free(running.Lines.VTY, func(l *config.Line) bool {
		if !takesSSH(l) || l.NoExec {
			return false
		}
		asked[l.AccessClass] = true
		return c.permitted(running, l.AccessClass)
	})
	for name := range asked {
		if list, entry, p := c.match(running, name); entry >= 0 {
			c.Router.MatchedLogin(list, entry, p)
		}
	}
	if ok {
		c.number, c.line = number, running.Lines.VTY[number-config.FirstVTY]
	}
	return ok
}

// takesSSH reports whether `transport input` lets SSH in.
func takesSSH(l *config.Line) bool {
	for _, p := range strings.Fields(l.Input) {
		if p == "ssh" || p == "all" {
			return true
		}
	}
	return l.Input == ""
}

// permitted reports whether an access list lets the client in. One that is not
// configured, or is empty, lets everybody in, as everywhere on IOS.
func (c *client) permitted(running *config.Config, name string) bool {
	list, entry, _ := c.match(running, name)
	return list == nil || entry >= 0 && list.Entries[entry].Action == acl.Permit
}

// match finds the entry of an access list that the client's packet meets, -1 for none; the list is
// nil where there is none to ask.
func (c *client) match(running *config.Config, name string) (list *acl.List, entry int, p packet.Parsed) {
	list = running.AccessList(name)
	if name == "" || list == nil || len(list.Entries) == 0 {
		return nil, -1, p
	}
	p = packet.Parsed{
		Protocol: protoTCP, Src: acl.Word(c.remote.Addr()), Dst: acl.Word(c.local.Addr()),
		SrcPort: c.remote.Port(), DstPort: c.local.Port(), HasPorts: true, TCPFlags: synFlag,
	}
	return list, list.Match(&p), p
}

const (
	protoTCP = 6
	synFlag  = 0x02
)

// attempt is who the client says it is.
func (c *client) attempt(user string) aaa.Attempt {
	running := c.Router.Config()
	class := running.Guard.QuietClass
	return aaa.Attempt{Line: &c.line, Number: c.number, Exempt: class != "" && c.permitted(running, class), By: debug.Origin{
		Line: fmt.Sprintf("vty%d", c.number-config.FirstVTY), Addr: c.remote.Addr(), User: user}}
}

// granted is the key of what a client has got, among its permissions.
type granted struct{}

func grantOf(sc *ssh.ServerConn) aaa.Grant {
	if sc.Permissions == nil {
		return aaa.Grant{}
	}
	g, _ := sc.Permissions.ExtraData[granted{}].(aaa.Grant)
	return g
}

var errRefused = errors.New("vty: refused")

// permissions are what a client has got. Why it got nothing is nobody's business.
func permissions(g aaa.Grant, err error) (*ssh.Permissions, error) {
	if err != nil {
		return nil, errRefused
	}
	return &ssh.Permissions{ExtraData: map[any]any{granted{}: g}}, nil
}

// config is how the client may prove who it is.
func (c *client) config(ctx context.Context, running *config.Config) *ssh.ServerConfig {
	a := running.SSH.Agreeable()
	access := c.Router.Access()
	login := func(m ssh.ConnMetadata, password string) (*ssh.Permissions, error) {
		return permissions(access.Login(ctx, c.attempt(m.User()), password))
	}
	sc := &ssh.ServerConfig{
		Config:        ssh.Config{KeyExchanges: a.KEX, Ciphers: a.Ciphers, MACs: a.MACs},
		MaxAuthTries:  max(running.SSH.Retries, 1),
		ServerVersion: "SSH-2.0-conft",
		PasswordCallback: func(m ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			return login(m, string(password))
		},
		KeyboardInteractiveCallback: func(m ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			answers, err := ask("", "", []string{"Password: "}, []bool{false})
			if err != nil || len(answers) != 1 {
				return nil, errRefused
			}
			return login(m, answers[0])
		},
		PublicKeyCallback: func(m ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if !known(running.SSH.User(m.User()), key) {
				return nil, errRefused
			}
			return &ssh.Permissions{}, nil
		},
		VerifiedPublicKeyCallback: func(m ssh.ConnMetadata, _ ssh.PublicKey, _ *ssh.Permissions, _ string) (*ssh.Permissions, error) {
			return permissions(access.Enter(c.attempt(m.User())))
		},
		BannerCallback: func(ssh.ConnMetadata) string {
			text := strings.TrimPrefix(running.Banner(running.Banners.Login, c.number, &c.line), "\n")
			if text != "" && !strings.HasSuffix(text, "\n") {
				text += "\n" // the client asks for the password below it
			}
			return strings.ReplaceAll(text, "\n", "\r\n")
		},
	}
	if !slices.Contains(a.Authentication, config.SSHPublicKey) {
		sc.PublicKeyCallback, sc.VerifiedPublicKeyCallback = nil, nil
	}
	if !slices.Contains(a.Authentication, config.SSHKeyboard) {
		sc.KeyboardInteractiveCallback = nil
	}
	if !slices.Contains(a.Authentication, config.SSHPassword) {
		sc.PasswordCallback = nil
	}
	if access.Asks(c.attempt("")) == (aaa.Asks{}) { // no login: whoever comes may come in
		sc.NoClientAuth = true
		sc.NoClientAuthCallback = func(m ssh.ConnMetadata) (*ssh.Permissions, error) { return login(m, "") }
	}
	signer := c.host.Load().signer
	if s, ok := signer.(ssh.AlgorithmSigner); ok {
		if chosen, err := ssh.NewSignerWithAlgorithms(s, a.HostKeys); err == nil {
			signer = chosen
		}
	}
	sc.AddHostKey(signer)
	return sc
}

// known reports whether a key is one of a user's.
func known(u *config.SSHUser, key ssh.PublicKey) bool {
	if u == nil {
		return false
	}
	sum := md5.Sum(key.Marshal())
	hash := fmt.Appendf(nil, "%X", sum)
	for _, k := range u.Keys {
		if k.Type == key.Type() && bytes.Equal([]byte(k.Hash), hash) {
			return true
		}
	}
	return false
}
