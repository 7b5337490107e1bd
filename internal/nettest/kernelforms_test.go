package nettest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"conft/debug"
	"conft/esp"
	"conft/internal/acl"
	"conft/internal/dataplane"
	"conft/internal/kernel"
	"conft/internal/packet"
	"conft/internal/suite"
)

// manualForms are what Linux is given by hand, for its IKE daemon has no bundles: the
// authentication of AH, ESP, and the mode.
var manualForms = []struct {
	ah        suite.Auth
	ahName    string
	cipher    suite.Transform
	bits      int
	auth      suite.Auth
	espName   string // of ip xfrm, with {enc} and {auth} for the keys
	transport bool
}{
	{ah: suite.HMACMD5, ahName: "hmac(md5)"},
	{ah: suite.HMACSHA, ahName: "hmac(sha1)", transport: true},
	{ah: suite.HMACSHA256, ahName: "hmac(sha256)"},
	{ah: suite.HMACSHA384, ahName: "hmac(sha384)", transport: true},
	{ah: suite.HMACSHA512, ahName: "hmac(sha512)"},
	{ah: suite.HMACSHA, ahName: "hmac(sha1)", cipher: suite.ESPAES, bits: 128, auth: suite.HMACSHA256,
		espName: "enc 'cbc(aes)' {enc} auth-trunc 'hmac(sha256)' {auth} 128"},
	{ah: suite.HMACSHA256, ahName: "hmac(sha256)", cipher: suite.ESP3DES, espName: "enc 'cbc(des3_ede)' {enc}", transport: true},
	{ah: suite.HMACSHA512, ahName: "hmac(sha512)", cipher: suite.ESPGCM16, bits: 128,
		espName: "aead 'rfc4106(gcm(aes))' {enc} 128", transport: true},
	{cipher: suite.ESPAES, bits: 256, auth: suite.HMACSHA, espName: "enc 'cbc(aes)' {enc} auth-trunc 'hmac(sha1)' {auth} 96", transport: true},
}

// memoryTUN is a TUN whose packets the test writes and reads.
type memoryTUN struct {
	in, out chan []byte
	done    chan struct{}
	once    sync.Once
}

func (t *memoryTUN) Read(bufs [][]byte, sizes []int, offset int) (int, error) {
	select {
	case p := <-t.in:
		sizes[0] = copy(bufs[0][offset:], p)
		return 1, nil
	case <-t.done:
		return 0, errors.New("closed")
	}
}

func (t *memoryTUN) Write(bufs [][]byte, offset int) (int, error) {
	for _, b := range bufs {
		t.out <- bytes.Clone(b[offset:])
	}
	return len(bufs), nil
}

func (t *memoryTUN) BatchSize() int { return 1 }
func (t *memoryTUN) Close() error   { t.once.Do(func() { close(t.done) }); return nil }

type quietHub struct{ t testing.TB }

func (h quietHub) Emit(e debug.Event) { h.t.Logf("%s", e.AppendLine(nil, debug.IOS12)) }

func seqKey(n int, first byte) []byte {
	k := make([]byte, n)
	for i := range k {
		k[i] = first + byte(i)*3
	}
	return k
}

// lines are what the guest is told for one direction.
func manualLines(i int, src, dst string, inward bool, ahSPI, espSPI uint32) string {
	f := manualForms[i]
	mode := map[bool]string{true: "transport", false: "tunnel"}[f.transport]
	dir := map[bool]string{true: "in", false: "out"}[inward]
	ends := fmt.Sprintf("src %s dst %s", src, dst)
	var lines, tmpl []string
	if f.cipher != 0 {
		enc, auth, _ := esp.KeyLens(f.cipher, f.bits, f.auth)
		keys := strings.NewReplacer("{enc}", fmt.Sprintf("0x%x", seqKey(enc, byte(espSPI))), "{auth}", fmt.Sprintf("0x%x", seqKey(auth, byte(espSPI)+1)))
		lines = append(lines, fmt.Sprintf("ip-full xfrm state add %s proto esp spi %d mode %s replay-window 32 %s", ends, espSPI, mode, keys.Replace(f.espName)))
		tmpl = append(tmpl, fmt.Sprintf("tmpl %s proto esp spi %d mode %s", ends, espSPI, mode))
	}
	if f.ahName != "" {
		if f.cipher != 0 {
			mode = "transport" // around the tunnel of ESP
		}
		lines = append(lines, fmt.Sprintf("ip-full xfrm state add %s proto ah spi %d mode %s replay-window 32 flag align4 auth-trunc '%s' 0x%x %d",
			ends, ahSPI, mode, f.ahName, seqKey(f.ah.KeyLen(), byte(ahSPI)), 8*f.ah.ICVLen()))
		tmpl = append(tmpl, fmt.Sprintf("tmpl %s proto ah spi %d mode %s", ends, ahSPI, mode))
	}
	return strings.Join(append(lines, fmt.Sprintf("ip-full xfrm policy add src %s/32 dst %s/32 dir %s %s", src, dst, dir, strings.Join(tmpl, " "))), " && ")
}

// kernelPeerForms has AH, bundles and transport mode against a Linux kernel: with keys
// given by hand, for every algorithm, then negotiated, whoever begins.
func kernelPeerForms(t *testing.T, l *kernelPeerLab, r *Conft, k *KernelPeer) {
	r.Exec("clear crypto sa", "clear crypto isakmp")
	k.Run("swanctl --terminate --ike lab --timeout 5") // refused where conft was first
	wait(t, "the last of IKE", 5*time.Second, func() bool { return len(l.wire.frames()) == 0 })
	for i, f := range manualForms {
		name := fmt.Sprintf("by hand/AH %v, %v %v%s", f.ah, f.cipher, f.auth, map[bool]string{true: ", transport"}[f.transport])
		t.Run(name, func(t *testing.T) { manualForm(t, l, k, i) })
	}
	k.must("ip-full xfrm state flush; ip-full xfrm policy flush")
	negotiatedForms(t, l, r, k)
}

func manualForm(t *testing.T, l *kernelPeerLab, k *KernelPeer, i int) {
	f := manualForms[i]
	const us, them = "12.12.12.1", "12.12.12.2"
	k.must("ip-full xfrm state flush; ip-full xfrm policy flush")
	k.must(manualLines(i, us, them, true, 0x2001, 0x3001) + " && " + manualLines(i, them, us, false, 0x2002, 0x3002))
	var sockets [2]*kernel.Conn
	if err := l.end.Do(func() (err error) {
		if sockets[0], err = (&kernel.Kernel{}).ListenESP(); err != nil {
			return err
		}
		sockets[1], err = (&kernel.Kernel{}).ListenAH()
		return err
	}); err != nil {
		t.Fatal(err)
	}
	path := dataplane.New(dataplane.Options{ESP: sockets[0], AH: sockets[1], Hub: quietHub{t},
		Acquire: func(dataplane.Acquire) {}, VolumeExpired: func(uint32, bool) {}})
	defer path.Close()
	tun := &memoryTUN{in: make(chan []byte), out: make(chan []byte, 16), done: make(chan struct{})}
	path.Attach("outside", tun)
	list := &acl.List{Entries: []acl.Entry{{Src: acl.Host(0x0c0c0c01), Dst: acl.Host(0x0c0c0c02)}}}
	path.SetPolicy(&dataplane.Policy{Links: []dataplane.Link{{Interface: "outside", MTU: 1500,
		Entries: []dataplane.Entry{{Map: "M", Seq: 10, ACL: list}}}}})
	sa := dataplane.SA{
		Flow:  dataplane.FlowKey{Interface: "outside", Map: "M", Seq: 10, Selector: list.Entries[0].Selector()},
		InSPI: 0x3002, OutSPI: 0x3001, Transport: f.transport,
		Local: netip.AddrPortFrom(netip.MustParseAddr(us), 0), Remote: netip.AddrPortFrom(netip.MustParseAddr(them), 0),
	}
	if f.ahName != "" {
		sa.AH = dataplane.AH{Auth: f.ah, InSPI: 0x2002, OutSPI: 0x2001, InKey: seqKey(f.ah.KeyLen(), 0x02), OutKey: seqKey(f.ah.KeyLen(), 0x01)}
	}
	if f.cipher == 0 {
		sa.InSPI, sa.OutSPI = 0x2002, 0x2001
	} else {
		enc, auth, _ := esp.KeyLens(f.cipher, f.bits, f.auth)
		sa.InKeys = esp.Keys{Transform: f.cipher, KeyBits: f.bits, Auth: f.auth, EncKey: seqKey(enc, 0x02), AuthKey: seqKey(auth, 0x03)}
		sa.OutKeys = esp.Keys{Transform: f.cipher, KeyBits: f.bits, Auth: f.auth, EncKey: seqKey(enc, 0x01), AuthKey: seqKey(auth, 0x02)}
	}
	if err := path.Install(sa); err != nil {
		t.Fatal(err)
	}
	for n, size := range []int{84, 1200, 1440, 3000} {
		if size > 1400 && !f.transport {
			break // the reply comes in fragments of the tunnel
		}
		ping := echoRequest(us, them, uint16(n+1), size)
		tun.in <- ping
		select {
		case reply := <-tun.out:
			if len(reply) != size || reply[20] != 0 || !bytes.Equal(reply[12:16], ping[16:20]) || !bytes.Equal(reply[24:], ping[24:]) {
				t.Errorf("an echo of %d octets was answered by %x", size, reply)
			}
		case <-time.After(3 * time.Second):
			t.Errorf("no answer to %d octets; %v\n%s", size, path.Counters(), k.must("ip-full -s xfrm state; grep -v ' 0$' /proc/net/xfrm_stat; true"))
		}
	}
	want := "ESP"
	if f.ahName != "" {
		want = "AH"
	}
	for kind, n := range kinds(l.wire.frames()) {
		if kind != want {
			t.Errorf("%d packets on the wire are %s", n, kind)
		}
	}
}

// echoRequest is an ICMP echo request of size octets.
func echoRequest(src, dst string, seq uint16, size int) []byte {
	b := make([]byte, size)
	copy(b, []byte{0x45, 0, 0, 0, 0x10, byte(seq), 0, 0, 64, packet.ICMP})
	binary.BigEndian.PutUint16(b[2:], uint16(size))
	s, d := netip.MustParseAddr(src).As4(), netip.MustParseAddr(dst).As4()
	copy(b[12:], s[:])
	copy(b[16:], d[:])
	packet.SetChecksum(b)
	b[20] = 8
	binary.BigEndian.PutUint16(b[24:], 0x4711)
	binary.BigEndian.PutUint16(b[26:], seq)
	for i := 28; i < size; i++ {
		b[i] = byte(i)
	}
	binary.BigEndian.PutUint16(b[22:], packet.Checksum(b[20:]))
	return b
}

// negotiatedForms are what strongSwan's IKE can have besides ESP in tunnel mode.
func negotiatedForms(t *testing.T, l *kernelPeerLab, r *Conft, k *KernelPeer) {
	r.Exec("configure terminal",
		"crypto isakmp policy 10", "authentication pre-share", "encryption aes", "hash sha", "group 2",
		"access-list 101 permit ip host 12.12.12.1 host 12.12.12.2",
		"crypto map M 10 ipsec-isakmp", "no set pfs", "end")
	for _, f := range []struct {
		set       string
		esp, ah   string
		transport bool
		wire      string
	}{
		{"ah-sha-hmac", "", "sha1", false, "AH"},
		{"ah-sha256-hmac", "", "sha256", true, "AH"},
		{"esp-aes 256 esp-sha256-hmac", "aes256-sha256", "", true, "ESP"},
	} {
		p := peerOf("aes128-sha1-modp1024", f.esp)
		p.AH, p.Transport = f.ah, f.transport
		mode, list := "tunnel", "100"
		if f.transport {
			p.LocalTS, p.RemoteTS, mode, list = "dynamic", "dynamic", "transport require", "101"
		}
		name := f.set + ", " + mode
		r.Exec("configure terminal", "crypto ipsec transform-set T "+f.set, "mode "+mode, "exit",
			"crypto map M 10 ipsec-isakmp", "match address "+list, "end")
		check := func(t *testing.T, us bool) {
			t.Helper()
			switch {
			case !f.transport && us:
				reach(t, l.hostA, "20.1.1.2")
			case !f.transport:
				reach(t, l.hostB, "10.1.1.2")
			case us:
				wait(t, "a tunnel", 20*time.Second, func() bool { return strings.Contains(r.Exec("ping 12.12.12.2 repeat 1"), "!") })
				if out := r.Exec("ping 12.12.12.2 size 3000"); !strings.Contains(out, "!!!!!") {
					t.Errorf("ping printed\n%s", out)
				}
			default:
				if out, err := k.Run("ping -c 5 -W 2 12.12.12.1"); err != nil || !strings.Contains(out, " 0% packet loss") {
					t.Errorf("ping from the peer printed\n%s", out)
				}
			}
			for kind, n := range kinds(l.wire.frames()) {
				if kind != f.wire && kind != "IKE" {
					t.Errorf("%d packets on the wire are %s", n, kind)
				}
			}
			if t.Failed() {
				t.Logf("%s\n%s", r.Exec("show crypto isakmp sa", "show crypto ipsec sa", "show crypto engine connections dropped-packet"), k.SAs())
			}
		}
		forget := func() {
			r.Exec("clear crypto sa", "clear crypto isakmp")
			k.Load(p)
			l.wire.frames()
		}
		t.Run(name+"/conft begins", func(t *testing.T) {
			forget()
			check(t, true)
		})
		t.Run(name+"/peer begins", func(t *testing.T) {
			forget()
			if err := k.Initiate(); err != nil {
				t.Fatal(err)
			}
			check(t, false)
		})
	}
}
