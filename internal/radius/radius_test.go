package radius

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"
)

func octets(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// RFC 2865, section 7.1: the password "arctangent" under the secret "xyzzy5461".
func TestHiddenPassword(t *testing.T) {
	authenticator := [authLen]byte(octets("0f403f9473978057bd83d5cb98f4227a"))
	if got, want := hide([]byte("arctangent"), authenticator, "xyzzy5461"), octets("0dbe708d93d413ce3196e43f782a0aee"); !bytes.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
	if n := len(hide(make([]byte, 17), authenticator, "s")); n != 32 {
		t.Errorf("17 octets are hidden in %d", n)
	}
	if n := len(hide(nil, authenticator, "s")); n != 16 {
		t.Errorf("no octets are hidden in %d", n)
	}
}

// answer is what a server sends; without seal it leaves out the Message-Authenticator.
func answer(request []byte, code Code, secret string, seal bool, attributes ...[]byte) []byte {
	b := append([]byte{byte(code), request[1], 0, 0}, request[4:headLen]...)
	at := 0
	if seal {
		b = appendAttribute(b, attrMessageAuthenticator, make([]byte, md5.Size))
		at = len(b) - md5.Size
	}
	for _, a := range attributes {
		b = append(b, a...)
	}
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	if seal {
		h := hmac.New(md5.New, []byte(secret))
		h.Write(b)
		h.Sum(b[at:at])
	}
	sum := md5.Sum(append(append([]byte(nil), b...), secret...))
	copy(b[4:], sum[:])
	return b
}

func pair(vendor uint32, text string) []byte {
	v := appendAttribute(binary.BigEndian.AppendUint32(nil, vendor), ciscoAVPair, []byte(text))
	return appendAttribute(nil, attrVendorSpecific, v)
}

func TestReplies(t *testing.T) {
	authenticator := [authLen]byte(octets("0f403f9473978057bd83d5cb98f4227a"))
	request, err := AppendRequest(nil, 7, authenticator, "key", Request{User: "nemo", Password: "arctangent", Name: "R1", Port: 2, Virtual: true, Caller: "192.0.2.9"})
	if err != nil {
		t.Fatal(err)
	}
	admin := appendAttribute(nil, attrServiceType, number(serviceAdministrative))
	forged := answer(request, AccessAccept, "key", true)
	forged[0] = byte(AccessReject)
	broken := answer(request, AccessAccept, "key", true)
	broken[21]++ // the length of an attribute
	sum := md5.Sum(append(append(append([]byte(nil), broken[:4]...), append(append([]byte(nil), authenticator[:]...), broken[20:]...)...), "key"...))
	copy(broken[4:], sum[:])
	for name, c := range map[string]struct {
		b    []byte
		want Reply
		err  error
	}{
		"accept":             {answer(request, AccessAccept, "key", true), Reply{true, -1}, nil},
		"reject":             {answer(request, AccessReject, "key", true), Reply{false, -1}, nil},
		"challenge":          {answer(request, AccessChallenge, "key", true), Reply{false, -1}, nil},
		"administrative":     {answer(request, AccessAccept, "key", true, admin), Reply{true, 15}, nil},
		"level":              {answer(request, AccessAccept, "key", true, pair(9, "shell:priv-lvl=7"), admin), Reply{true, 7}, nil},
		"level of no range":  {answer(request, AccessAccept, "key", true, pair(9, "shell:priv-lvl=16")), Reply{true, -1}, nil},
		"another vendor":     {answer(request, AccessAccept, "key", true, pair(8, "shell:priv-lvl=7")), Reply{true, -1}, nil},
		"padding":            {append(answer(request, AccessAccept, "key", true), 0, 0), Reply{true, -1}, nil},
		"another key":        {answer(request, AccessAccept, "Key", true), Reply{}, ErrSeal},
		"no seal":            {answer(request, AccessAccept, "key", false), Reply{}, ErrSeal},
		"a changed code":     {forged, Reply{}, ErrSeal},
		"a request":          {request, Reply{}, ErrReply},
		"short":              {request[:19], Reply{}, ErrPacket},
		"attribute too long": {broken, Reply{}, ErrPacket},
	} {
		got, err := DecodeReply(c.b, 7, authenticator, "key")
		if !errors.Is(err, c.err) || err == nil && got != c.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if err != nil && got.Accepted {
			t.Errorf("%s: accepted beside %v", name, err)
		}
		if _, err := DecodeReply(c.b, 8, authenticator, "key"); err == nil {
			t.Errorf("%s: it answers another request", name)
		}
	}
	if _, err := AppendRequest(nil, 1, authenticator, "key", Request{Password: string(make([]byte, 129))}); err == nil {
		t.Error("a password of 129 octets is sent")
	}
}

// A server that is silent at first is asked again; octets that anybody may have sent
// are no answer.
func TestAsk(t *testing.T) {
	l, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		b := make([]byte, maxPacket)
		for n := 0; ; n++ {
			size, from, err := l.ReadFromUDP(b)
			if err != nil {
				return
			}
			if n > 0 {
				l.WriteToUDP([]byte("noise"), from)
				l.WriteToUDP(answer(b[:size], AccessReject, "other", true), from)
				l.WriteToUDP(answer(b[:size], AccessAccept, "key", true, pair(9, privLevel+"3")), from)
			}
		}
	}()
	s := Server{Addr: l.LocalAddr().(*net.UDPAddr).AddrPort(), Secret: "key", Timeout: 100 * time.Millisecond, Retries: 3}
	reply, err := Ask(context.Background(), s, Request{User: "u", Password: "p"})
	if err != nil || reply != (Reply{true, 3}) {
		t.Errorf("%+v, %v", reply, err)
	}
	s.Retries = 0
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Ask(ctx, s, Request{}); !errors.Is(err, ErrSilent) {
		t.Errorf("cancelled: %v", err)
	}
	s.Addr = netip.MustParseAddrPort("127.0.0.1:1")
	if _, err := Ask(context.Background(), s, Request{}); !errors.Is(err, ErrSilent) {
		t.Errorf("nobody there: %v", err)
	}
}

func TestAskFrom(t *testing.T) {
	l, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	seen := make(chan netip.Addr, 1)
	go func() {
		b := make([]byte, maxPacket)
		size, from, err := l.ReadFromUDPAddrPort(b)
		if err == nil {
			seen <- from.Addr()
			l.WriteToUDPAddrPort(answer(b[:size], AccessReject, "key", true), from)
		}
	}()
	from := netip.MustParseAddr("127.0.0.9")
	s := Server{Addr: l.LocalAddr().(*net.UDPAddr).AddrPort(), From: from, Secret: "key", Timeout: 30 * time.Second}
	if _, err := Ask(context.Background(), s, Request{User: "u", Password: "p"}); err != nil {
		t.Fatal(err)
	}
	if got := <-seen; got != from {
		t.Errorf("asked from %s", got)
	}
}

func FuzzDecodeReply(f *testing.F) {
	var authenticator [authLen]byte
	request, _ := AppendRequest(nil, 7, authenticator, "key", Request{User: "nemo", Password: "arctangent"})
	f.Add(request)
	f.Add(answer(request, AccessAccept, "key", true, pair(9, "shell:priv-lvl=7")))
	f.Add(answer(request, AccessReject, "key", false))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := DecodeReply(b, 7, authenticator, "key"); err != nil && r != (Reply{Level: -1}) {
			t.Errorf("%+v beside %v", r, err)
		}
		if len(b) < headLen || len(b) > maxPacket { // with the outer seal put right
			return
		}
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
		copy(b[4:], authenticator[:])
		sum := md5.Sum(append(append([]byte(nil), b...), "key"...))
		copy(b[4:], sum[:])
		DecodeReply(b, 7, authenticator, "key")
	})
}
