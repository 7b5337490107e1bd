package nettest

import (
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// counter returns the number that follows a word in `show crypto ipsec sa [detail]`.
func counter(t *testing.T, c *Conft, word string) int {
	t.Helper()
	out := c.Exec("show crypto ipsec sa", "show crypto ipsec sa detail", "show crypto engine connections dropped-packet")
	m := regexp.MustCompile(regexp.QuoteMeta(word) + `:? +(\d+)`).FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("no %q in\n%s", word, out)
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// logged reports whether a router has logged text.
func logged(t *testing.T, c *Conft, text string) bool {
	t.Helper()
	return strings.Contains(c.Exec("show logging"), text)
}

// Clear text that should have been encrypted does not come in; anything else does.
func TestClearTextIsRefused(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{acl1: []string{"deny icmp host 10.1.1.1 {other}.0 0.0.0.255", "permit ip {lan}.0 0.0.0.255 {other}.0 0.0.0.255"}})
	u.up(t, u.a, "20.1.1.2")
	u.wire.frames()

	heard := capture(t, u.a, "eth0")
	sh(t, u.r2, "ip route add 10.1.1.0/24 via 12.12.12.1; ip addr add 20.1.1.9/24 dev lo; ip addr add 30.1.1.9/24 dev lo")
	forger := newProber(t, u.r2, "20.1.1.9", false)
	const n = 3
	for range n {
		if r := forger.echo("10.1.1.2", 56, 50*time.Millisecond); r.arrived {
			t.Error("a packet in clear from the far LAN was answered")
		}
	}
	if r := newProber(t, u.r2, "30.1.1.9", false).echo("10.1.1.2", 56, 3*time.Second); !r.arrived {
		t.Errorf("a packet from elsewhere: %+v", r)
	}
	for _, f := range heard.frames() {
		if strings.HasPrefix(f.kind(), "20.1.1.9 ") {
			t.Fatal("a packet in clear from the far LAN was forwarded")
		}
	}
	// An entry that denies exempts the way back, too.
	echo := func(f frame) bool { return f.link == "eth0" && !f.out && f.kind() == "10.1.1.1 > 20.1.1.9 protocol 1" }
	u.wire.frames()
	forger.echo("10.1.1.1", 56, time.Second)
	if !slices.ContainsFunc(u.wire.frames(), echo) {
		t.Error("a packet that the list exempts was not answered in clear")
	}
	if got := counter(t, u.left, "#pkts decaps failed (rcv)"); got != n {
		t.Errorf("%d packets counted, want %d", got, n)
	}
	for _, word := range []string{"12.12.12.1", "input not encrypted"} {
		if got := counter(t, u.left, word+" "); got < n {
			t.Errorf("%d packets dropped by %s, want %d", got, word, n)
		}
	}
	wait(t, "the message", 5*time.Second, func() bool {
		return logged(t, u.left, "%CRYPTO-4-RECVD_PKT_NOT_IPSEC: Rec'd packet not an IPSEC packet. (ip) vrf/dest_addr= /10.1.1.2, src_addr= 20.1.1.9, prot= 1")
	})
}

// "… the receiver … MUST verify that the packet contains a Sequence Number that does
// not duplicate the Sequence Number of any other packets received during the life of
// this SA." RFC 4303, section 3.4.3.
func TestReplayAndCorruption(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	u.up(t, u.a, "20.1.1.2")
	heard := capture(t, u.b, "eth0")
	p := newProber(t, u.a, "10.1.1.2", false)
	u.wire.frames()
	const n = 100 // more than the window
	for range n {
		if !p.echo("20.1.1.2", 56, 3*time.Second).arrived {
			t.Fatal("no answer")
		}
	}
	requests := func() (k int) {
		for _, f := range heard.frames() {
			if !f.out && f.kind() == "10.1.1.2 > 20.1.1.2 protocol 1" {
				k++
			}
		}
		return k
	}
	if k := requests(); k != n {
		t.Fatalf("%d requests heard, %d sent", k, n)
	}
	var esp [][]byte
	for _, f := range u.wire.frames() {
		if f.link == "eth1" && f.out && f.esp() != nil {
			esp = append(esp, f.data)
		}
	}
	if len(esp) != n {
		t.Fatalf("%d ESP packets seen, %d requests sent", len(esp), n)
	}
	// In the order sent, and again the other way round.
	for _, f := range esp {
		u.wire.send("eth1", f)
	}
	slices.Reverse(esp)
	for _, f := range esp {
		u.wire.send("eth1", f)
	}
	wait(t, "the replays to be counted", 5*time.Second, func() bool { return counter(t, u.right, "#pkts replay failed (rcv)") == 2*n })
	if !logged(t, u.right, "%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed") {
		t.Error("no message about replays")
	}

	// A packet is taken whole or not at all: any bit changed, a new number, a cut.
	bad := 0
	forge := func(f []byte) {
		u.wire.send("eth1", f)
		bad++
	}
	const head = 14 + 20
	last := binary.BigEndian.Uint32(esp[0][head+4:])
	for at := head + 4; at < len(esp[0]); at += 7 {
		f := slices.Clone(esp[0])
		binary.BigEndian.PutUint32(f[head+4:], last+1000)
		f[at] ^= 0x10
		forge(f)
	}
	cut := slices.Clone(esp[0][:len(esp[0])-16])
	binary.BigEndian.PutUint32(cut[head+4:], last+1000)
	ip := cut[14:head]
	binary.BigEndian.PutUint16(ip[2:], uint16(len(cut)-14))
	ip[10], ip[11] = 0, 0
	binary.BigEndian.PutUint16(ip[10:], ^sum(ip))
	forge(cut)
	wait(t, fmt.Sprintf("%d damaged packets to be counted", bad), 5*time.Second, func() bool { return counter(t, u.right, "verify failed") == bad })
	if !logged(t, u.right, "%CRYPTO-4-RECVD_PKT_MAC_ERR: decrypt: mac verify failed") {
		t.Error("no message about damage")
	}

	// An SPI that nobody gave out.
	stray := slices.Clone(esp[0])
	binary.BigEndian.PutUint32(stray[head:], 0x12345678)
	u.wire.send("eth1", stray)
	wait(t, "the message about the SPI", 5*time.Second, func() bool {
		return logged(t, u.right, "has invalid spi for destaddr=23.23.23.3, prot=50, spi=0x12345678(305419896), srcaddr=12.12.12.1")
	})
	if k := requests(); k != 0 {
		t.Errorf("%d forged packets were delivered", k)
	}
	// None of it has hurt the SA, nor moved its window.
	for range 3 {
		if !p.echo("20.1.1.2", 56, 3*time.Second).arrived {
			t.Fatal("no answer after the forgeries")
		}
	}
	if errs := counter(t, u.right, "#recv errors"); errs != 2*n+bad {
		t.Errorf("%d receive errors, want %d", errs, 2*n+bad)
	}
}
