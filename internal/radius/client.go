package radius

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// Server is one server and how long it is asked.
type Server struct {
	Addr    netip.AddrPort
	From    netip.Addr // of our own, the zero address for that of the route
	Secret  string
	Timeout time.Duration // of one packet
	Retries int           // packets after the first
}

// ErrSilent says that a server has not answered.
var ErrSilent = errors.New("radius: no answer")

// Ask asks a server. A packet that is no sealed answer is passed over: anybody can
// send one.
func Ask(ctx context.Context, s Server, r Request) (Reply, error) {
	var from *net.UDPAddr
	if s.From.IsValid() {
		from = net.UDPAddrFromAddrPort(netip.AddrPortFrom(s.From, 0))
	}
	conn, err := net.DialUDP("udp4", from, net.UDPAddrFromAddrPort(s.Addr))
	if err != nil {
		return Reply{}, fmt.Errorf("radius: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	r.NAS = conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap().As4()
	var id [1]byte
	var authenticator [authLen]byte
	rand.Read(id[:])
	rand.Read(authenticator[:])
	request, err := AppendRequest(nil, id[0], authenticator, s.Secret, r)
	if err != nil {
		return Reply{}, err
	}
	buf := make([]byte, maxPacket)
	for range s.Retries + 1 {
		conn.SetReadDeadline(time.Now().Add(s.Timeout))
		if ctx.Err() != nil {
			break
		}
		conn.Write(request) // refused by a host without a server: that is no answer either
		for {
			n, err := conn.Read(buf)
			if err != nil { // the time is over, or the host says that nobody is there
				break
			}
			if reply, err := DecodeReply(buf[:n], id[0], authenticator, s.Secret); err == nil {
				return reply, nil
			}
		}
	}
	return Reply{}, ErrSilent
}
