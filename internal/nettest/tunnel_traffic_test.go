package nettest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"conft/internal/netns"
)

// plainMTU is what fits in one ESP packet with AES-CBC and HMAC-SHA1-96 on a link
// of 1500 octets: 1500 - 20 (IP) - 8 (ESP) - 16 (IV) - 12 (ICV), in whole blocks,
// less padding length and next header.
const plainMTU = (1500-20-8-16-12)/16*16 - 2

// Whatever the hosts and the routers send each other arrives, or the sender learns
// what would fit. Between the routers there is only ESP and IKE.
func TestTunnelTraffic(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	u.up(t, u.a, "20.1.1.2")
	addr := func(s string) netip.Addr { return netip.MustParseAddr(s) }
	for _, p := range []struct {
		name     string
		from, to *netns.NS
		src, dst netip.Addr
	}{
		{"hosts", u.a, u.b, addr("10.1.1.2"), addr("20.1.1.2")},
		{"hosts, back", u.b, u.a, addr("20.1.1.2"), addr("10.1.1.2")},
		{"routers", u.r1, u.r3, addr("10.1.1.1"), addr("20.1.1.1")},
		{"routers, back", u.r3, u.r1, addr("20.1.1.1"), addr("10.1.1.1")},
		{"host to far router", u.a, u.r3, addr("10.1.1.2"), addr("20.1.1.1")},
		{"router to far host", u.r1, u.b, addr("10.1.1.1"), addr("20.1.1.2")},
	} {
		t.Run(p.name, func(t *testing.T) {
			plain := newProber(t, p.from, p.src.String(), false)
			for _, size := range sizes() {
				if r := plain.echo(p.dst.String(), size, 3*time.Second); !r.arrived {
					t.Errorf("%d octets without DF: %+v", size, r)
				}
			}
			// "DF … the sender gets ICMP fragmentation needed with the right MTU":
			// RFC 1191, section 3.
			whole := newProber(t, p.from, p.src.String(), true)
			for _, size := range sizes() {
				if size+28 > 1500 {
					continue // does not even leave the sender
				}
				if fits := size+28 <= plainMTU; fits {
					if r := whole.echo(p.dst.String(), size, 3*time.Second); !r.arrived {
						t.Errorf("%d octets with DF: %+v", size, r)
					}
					continue
				}
				// The router answers only so many a second.
				wait(t, fmt.Sprintf("an MTU of %d for %d octets with DF", plainMTU, size), 3*time.Second, func() bool {
					r := whole.echo(p.dst.String(), size, 100*time.Millisecond)
					if r.arrived || r.mtu != 0 && r.mtu != plainMTU {
						t.Fatalf("%d octets with DF: %+v", size, r)
					}
					return r.mtu == plainMTU
				})
			}
			transfer(t, p.from, p.to, netip.AddrPortFrom(p.src, 0), netip.AddrPortFrom(p.dst, 5001), 4<<20)
		})
	}
	for _, f := range u.wire.protected() {
		if bytes.Contains(f.data, []byte("between the routers")) {
			t.Fatal("an ESP packet can be read")
		}
	}
}

// sizes are lengths of echo data from 0 to 4000: all around the places where
// something changes, and some between.
func sizes() (list []int) {
	for n := 0; n <= 4000; n++ {
		edge := false
		for _, at := range []int{0, 16, plainMTU - 28, 1472, 2*1400 - 28, 2 * (plainMTU - 28), 2960, 3972} {
			edge = edge || n >= at-9 && n <= at+9
		}
		if edge || n%97 == 0 {
			list = append(list, n)
		}
	}
	return list
}

// transfer sends n octets by TCP and has the receiver answer with their hash.
func transfer(t *testing.T, from, to *netns.NS, src, dst netip.AddrPort, n int) {
	t.Helper()
	l := listen(t, to, dst)
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		h := sha256.New()
		if _, err := io.CopyN(h, c, int64(n)); err == nil {
			c.Write(h.Sum(nil))
		}
	}()
	c, err := dial(from, src, dst)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	data := bytes.Repeat([]byte(secret), n/len(secret)+1)[:n]
	for i := 0; i+8 <= n; i += 1024 {
		binary.BigEndian.PutUint64(data[i:], rand.Uint64())
	}
	if _, err := c.Write(data); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if want := sha256.Sum256(data); err != nil || !bytes.Equal(answer, want[:]) {
		t.Fatalf("%d octets by TCP did not arrive as sent: %v", n, err)
	}
}

func listen(t *testing.T, ns *netns.NS, at netip.AddrPort) (l net.Listener) {
	t.Helper()
	if err := ns.Do(func() (err error) { l, err = net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(at)); return err }); err != nil {
		t.Fatal(err)
	}
	return l
}

func dial(ns *netns.NS, from, to netip.AddrPort) (c net.Conn, err error) {
	err = ns.Do(func() error {
		d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(from), Timeout: 10 * time.Second}
		c, err = d.Dial("tcp4", to.String())
		return err
	})
	return c, err
}

// The first packet starts IKE and is lost, as on IOS; from the second on there is
// a tunnel.
func TestFirstPacket(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	for _, r := range []struct {
		c        *Conft
		from, to string
		want     string
	}{
		{u.left, "10.1.1.1", "20.1.1.1", ".!!!!\nSuccess rate is 80 percent (4/5)"},
		{u.right, "20.1.1.1", "10.1.1.1", "!!!!!\nSuccess rate is 100 percent (5/5)"},
	} {
		out := r.c.Exec(fmt.Sprintf("ping %s source %s", r.to, r.from))
		if !strings.Contains(out, r.want) {
			t.Errorf("ping from %s printed\n%s", r.from, out)
		}
	}
	list := u.wire.protected()
	if n := kinds(list); n["IKE"] != 2*9 || n["ESP"] != 2*2*9 {
		t.Errorf("nine messages and nine pings there and back, each seen on two links: %v", n)
	}
	// What the operator is told of it.
	sa := u.left.Exec("show crypto ipsec sa")
	for _, want := range []string{"#pkts encaps: 9,", "#pkts decaps: 9,", "#send errors 1, #recv errors 0"} {
		if !strings.Contains(sa, want) {
			t.Errorf("%q is not in\n%s", want, sa)
		}
	}
	if m := regexp.MustCompile(`10 permit ip .* \((\d+) matches\)`).FindStringSubmatch(u.left.Exec("show access-lists 100")); m == nil {
		t.Error("no matches of access list 100")
	}
}
