package resolver

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// reply answers a question as the test says.
func reply(t testing.TB, question []byte, f func(*dnsmessage.Message)) []byte {
	t.Helper()
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		t.Fatal(err)
	}
	m.Response = true
	f(&m)
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func record(name string, ttl uint32, body dnsmessage.ResourceBody) dnsmessage.Resource {
	return dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(name), Class: dnsmessage.ClassINET, TTL: ttl}, Body: body}
}

func TestAnswers(t *testing.T) {
	question, err := AppendQuestion(nil, 7, "www.lab")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		f    func(*dnsmessage.Message)
		want string
		err  error
		ttl  time.Duration
	}{
		"one": {func(m *dnsmessage.Message) {
			m.Answers = append(m.Answers, record("WWW.lab.", 60, &dnsmessage.AResource{A: [4]byte{10, 0, 0, 1}}))
		}, "10.0.0.1", nil, time.Minute},
		"alias": {func(m *dnsmessage.Message) {
			m.Answers = append(m.Answers, record("www.lab.", 30, &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName("srv.lab.")}),
				record("srv.lab.", 60, &dnsmessage.AResource{A: [4]byte{10, 0, 0, 2}}), record("other.lab.", 60, &dnsmessage.AResource{A: [4]byte{6, 6, 6, 6}}))
		}, "10.0.0.2", nil, 30 * time.Second},
		"none":         {func(m *dnsmessage.Message) { m.RCode = dnsmessage.RCodeNameError }, "", ErrNoName, 0},
		"empty":        {func(m *dnsmessage.Message) {}, "", ErrNoName, 0},
		"other number": {func(m *dnsmessage.Message) { m.ID = 8 }, "", errForeign, 0},
		"other name":   {func(m *dnsmessage.Message) { m.Questions[0].Name = dnsmessage.MustNewName("x.lab.") }, "", errForeign, 0},
		"no response":  {func(m *dnsmessage.Message) { m.Response = false }, "", errForeign, 0},
		"no question":  {func(m *dnsmessage.Message) { m.Questions = nil }, "", errForeign, 0},
		"foreign alone": {func(m *dnsmessage.Message) {
			m.Answers = append(m.Answers, record("x.lab.", 60, &dnsmessage.AResource{A: [4]byte{6, 6, 6, 6}}))
		}, "", ErrNoName, 0},
	} {
		a, err := DecodeAnswer(reply(t, question, c.f), 7, "www.lab")
		got := ""
		if len(a.Addrs) == 1 {
			got = a.Addrs[0].String()
		}
		if got != c.want || !errors.Is(err, c.err) || a.TTL != c.ttl {
			t.Errorf("%s: %q %v %v, want %q %v %v", name, got, a.TTL, err, c.want, c.ttl, c.err)
		}
	}
}

// TestQuery has a server on loopback that loses the first question and then answers a
// forgery before the truth.
func TestQuery(t *testing.T) {
	server, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() {
		var b [512]byte
		n, from, err := server.ReadFromUDPAddrPort(b[:])
		if err != nil {
			return
		}
		server.WriteToUDPAddrPort(reply(t, b[:n], func(m *dnsmessage.Message) { m.ID++ }), from)
		server.WriteToUDPAddrPort([]byte("nonsense"), from)
		server.WriteToUDPAddrPort(reply(t, b[:n], func(m *dnsmessage.Message) {
			m.Answers = append(m.Answers, record("srv.lab.", 60, &dnsmessage.AResource{A: [4]byte{10, 0, 0, 1}}))
		}), from)
	}()
	a, err := Query(t.Context(), server.LocalAddr().(*net.UDPAddr).AddrPort(), "srv.lab")
	if err != nil || len(a.Addrs) != 1 || a.Addrs[0] != netip.MustParseAddr("10.0.0.1") {
		t.Errorf("%v, %v", a, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Query(ctx, server.LocalAddr().(*net.UDPAddr).AddrPort(), "srv.lab"); !errors.Is(err, context.Canceled) {
		t.Errorf("after the escape sequence: %v", err)
	}
}

func FuzzDecodeAnswer(f *testing.F) {
	question, _ := AppendQuestion(nil, 7, "www.lab")
	f.Add(question)
	f.Add(reply(f, question, func(m *dnsmessage.Message) {
		m.Answers = append(m.Answers, record("www.lab.", 60, &dnsmessage.AResource{A: [4]byte{10, 0, 0, 1}}))
	}))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := DecodeAnswer(b, 7, "www.lab")
		if (err == nil) != (len(a.Addrs) > 0) {
			t.Errorf("%v, %v", a, err)
		}
	})
}
