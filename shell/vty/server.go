package vty

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"conft/debug"
	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/packet"
	"conft/internal/pki"
	"conft/internal/seat"
	"conft/shell"
	"conft/shell/grammar"
)

// Router is the router as the server knows it. It is safe for concurrent use.
type Router interface {
	shell.Backend
	Seats() *seat.Table
	// MatchedLogin is told which entry of a line's access list has let a client in or kept it out.
	MatchedLogin(list *acl.List, entry int, p packet.Parsed)
	// SSHKey returns the server's key pair, nil when there is none.
	SSHKey() *pki.KeyPair
	// Changed holds one when the configuration or a key has changed.
	Changed() <-chan struct{}
}

// Server is the SSH server of a router.
type Server struct {
	Router Router
	Exec   *grammar.ExecTable[*shell.Session]
	Known  []grammar.KnownExec
	Config *grammar.Mode[*config.Config]
	Listen func() (net.Listener, error)

	listener net.Listener // owned by Run
	refused  bool         // Listen failed last time; owned by Run
	host     atomic.Pointer[host]
	pending  pending
	wait     sync.WaitGroup
}

// host is how the server proves who it is.
type host struct {
	key    *pki.KeyPair
	signer ssh.Signer
}

const (
	// Version is that of the protocol.
	Version = "2.0"
	// minModulus is how many bits a key needs at least.
	minModulus = 768
	// maxPending is how many clients may be on their way in at the same time, and
	// maxOfOne how many of one address.
	maxPending = 64
	maxOfOne   = 8
	// breath is how long nobody is accepted where that has failed.
	breath = 100 * time.Millisecond
	// again is after how long a port that somebody else has is tried again.
	again = 10 * time.Second
)

// Port is where the server listens.
const Port = 22

// Listen listens on the router's port, at every address.
func Listen() (net.Listener, error) {
	return net.ListenTCP("tcp4", &net.TCPAddr{Port: Port})
}

// Run serves until ctx is done, and returns when every session has ended.
func (s *Server) Run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer s.wait.Wait()
	defer cancel()
	defer s.close()
	for {
		s.follow(ctx)
		var retry <-chan time.Time
		if s.refused {
			retry = time.After(again)
		}
		select {
		case <-s.Router.Changed():
		case <-retry:
		case <-ctx.Done():
			return
		}
	}
}

// follow listens while there is a key.
func (s *Server) follow(ctx context.Context) {
	key := s.Router.SSHKey()
	if key == nil || key.Public().N.BitLen() < minModulus {
		if s.listener != nil {
			s.close()
			s.Router.Hub().Emit(debug.SSHEnabled{Version: Version})
		}
		s.refused = false
		return
	}
	if now := s.host.Load(); now == nil || now.key != key {
		signer, err := ssh.NewSignerFromSigner(key.Signer())
		if err != nil {
			return
		}
		s.host.Store(&host{key, signer})
	}
	if s.listener != nil {
		return
	}
	l, err := s.Listen()
	if err != nil {
		if !s.refused {
			s.Router.Hub().Emit(debug.Notice{Level: 3, Facility: "SSH", Mnemonic: "PORT", Text: "SSH cannot be served: " + err.Error()})
		}
		s.refused = true
		return
	}
	s.listener, s.refused = l, false
	s.Router.Hub().Emit(debug.SSHEnabled{On: true, Version: Version})
	s.wait.Go(func() { s.accept(ctx, l) })
}

func (s *Server) close() {
	if s.listener != nil {
		s.listener.Close()
		s.listener = nil
	}
}

// accept takes clients until the listener is closed.
func (s *Server) accept(ctx context.Context, l net.Listener) {
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
		case ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			return
		default: // no file descriptor is left: one will be
			select {
			case <-time.After(breath):
			case <-ctx.Done():
			}
			continue
		}
		from := addrPort(conn.RemoteAddr()).Addr()
		if !s.pending.add(from) {
			conn.Close()
			continue
		}
		s.wait.Go(func() { s.serve(ctx, conn, from) })
	}
}

// pending is how many clients of which address are on their way in.
type pending struct {
	mu  sync.Mutex
	all int
	of  map[netip.Addr]int
}

// add counts one more, unless there are too many.
func (p *pending) add(from netip.Addr) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all >= maxPending || p.of[from] >= maxOfOne {
		return false
	}
	if p.of == nil {
		p.of = map[netip.Addr]int{}
	}
	p.all++
	p.of[from]++
	return true
}

func (p *pending) done(from netip.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all--
	if p.of[from]--; p.of[from] == 0 {
		delete(p.of, from)
	}
}
