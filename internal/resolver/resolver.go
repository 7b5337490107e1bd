// Package resolver asks name servers for the IPv4 addresses of hosts (RFC 1035). A
// query is one datagram to one server; which servers are asked in what order, and what is
// remembered, is the caller's business. The codec is pure.
package resolver

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// ErrNoName is a server's word that a name does not exist or has no address.
var ErrNoName = errors.New("resolver: no such name")

// Answer is what a server said of a name.
type Answer struct {
	Addrs []netip.Addr
	TTL   time.Duration // the least of the records
}

// tries and each are how often and how long a server is waited for.
const (
	tries = 2
	each  = 2 * time.Second
)

// Query asks one server for the addresses of a name.
func Query(ctx context.Context, server netip.AddrPort, name string) (Answer, error) {
	socket, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(server))
	if err != nil {
		return Answer{}, fmt.Errorf("resolver: %w", err)
	}
	defer socket.Close()
	defer context.AfterFunc(ctx, func() { socket.SetDeadline(time.Unix(1, 0)) })()
	for range tries {
		a, answered, err := try(ctx, socket, name)
		if answered || ctx.Err() != nil {
			return a, errors.Join(err, ctx.Err())
		}
	}
	return Answer{}, fmt.Errorf("resolver: %s does not answer", server)
}

// try sends one question and waits for its answer; others are not listened to.
func try(ctx context.Context, socket *net.UDPConn, name string) (a Answer, answered bool, err error) {
	var id [2]byte
	rand.Read(id[:])
	number := binary.BigEndian.Uint16(id[:])
	question, err := AppendQuestion(nil, number, name)
	if err != nil {
		return a, true, err
	}
	if _, err := socket.Write(question); err != nil {
		return a, false, err
	}
	if err := errors.Join(socket.SetReadDeadline(time.Now().Add(each)), ctx.Err()); err != nil {
		return a, false, err // after the deadline, which the end of ctx sets too
	}
	var b [1500]byte
	for {
		n, err := socket.Read(b[:])
		if err != nil {
			return a, false, err
		}
		if a, err := DecodeAnswer(b[:n], number, name); !errors.Is(err, errForeign) {
			return a, true, err
		}
	}
}

// AppendQuestion appends a query for the addresses of a name.
func AppendQuestion(b []byte, id uint16, name string) ([]byte, error) {
	n, err := dnsmessage.NewName(strings.TrimSuffix(name, ".") + ".")
	if err != nil {
		return nil, fmt.Errorf("resolver: name %q: %w", name, err)
	}
	build := dnsmessage.NewBuilder(b, dnsmessage.Header{ID: id, RecursionDesired: true})
	if err := build.StartQuestions(); err != nil {
		return nil, err
	}
	if err := build.Question(dnsmessage.Question{Name: n, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}); err != nil {
		return nil, fmt.Errorf("resolver: name %q: %w", name, err)
	}
	return build.Finish()
}

// errForeign is a datagram that does not answer the question.
var errForeign = errors.New("resolver: not the answer")

// DecodeAnswer reads the answer to a query. Records of names that the one asked for is not
// an alias of are left out.
func DecodeAnswer(b []byte, id uint16, name string) (Answer, error) {
	var p dnsmessage.Parser
	h, err := p.Start(b)
	if err != nil || !h.Response || h.ID != id {
		return Answer{}, errForeign
	}
	q, err := p.Question()
	want := strings.TrimSuffix(name, ".") + "."
	if err != nil || q.Type != dnsmessage.TypeA || !strings.EqualFold(q.Name.String(), want) {
		return Answer{}, errForeign
	}
	if err := p.SkipAllQuestions(); err != nil {
		return Answer{}, errForeign
	}
	switch h.RCode {
	case dnsmessage.RCodeSuccess:
	case dnsmessage.RCodeNameError:
		return Answer{}, ErrNoName
	default:
		return Answer{}, fmt.Errorf("resolver: the server says %s", h.RCode)
	}
	records, err := p.AllAnswers()
	if err != nil {
		return Answer{}, fmt.Errorf("resolver: %w", err)
	}
	a := Answer{TTL: -1}
	for _, r := range records {
		if !strings.EqualFold(r.Header.Name.String(), want) {
			continue
		}
		switch body := r.Body.(type) {
		case *dnsmessage.CNAMEResource: // aliases stand before what they stand for
			want = body.CNAME.String()
		case *dnsmessage.AResource:
			a.Addrs = append(a.Addrs, netip.AddrFrom4(body.A))
		default:
			continue
		}
		if ttl := time.Duration(r.Header.TTL) * time.Second; a.TTL < 0 || ttl < a.TTL {
			a.TTL = ttl
		}
	}
	if len(a.Addrs) == 0 {
		return Answer{}, ErrNoName
	}
	return a, nil
}
