package dataplane

import (
	"bytes"
	"maps"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"conft/internal/acl"
	"conft/internal/packet"
	"conft/internal/suite"
)

var suites = []testSuite{
	{"gcm-128", suite.ESPGCM16, 128, suite.AuthNone},
	{"gcm-256", suite.ESPGCM16, 256, suite.AuthNone},
	{"aes-128-sha", suite.ESPAES, 128, suite.HMACSHA},
	{"aes-256-sha256", suite.ESPAES, 256, suite.HMACSHA256},
	{"aes-192-sha512", suite.ESPAES, 192, suite.HMACSHA512},
	{"3des-md5", suite.ESP3DES, 0, suite.HMACMD5},
	{"des-md5", suite.ESPDES, 0, suite.HMACMD5},
	{"null-sha384", suite.ESPNull, 0, suite.HMACSHA384},
}

// send puts packets into r's TUN as one batch and waits until nothing moves.
func (r *router) send(packets ...testPacket) {
	var batch [][]byte
	for _, p := range packets {
		batch = append(batch, p.bytes())
	}
	r.tun.in <- batch
	synctest.Wait()
}

func wantPackets(t *testing.T, r *router, want ...testPacket) {
	t.Helper()
	got := r.received()
	if len(got) != len(want) {
		t.Fatalf("%d packets arrived, want %d; drops %v", len(got), len(want), r.dropped())
	}
	for i := range want {
		if !bytes.Equal(got[i], want[i].bytes()) {
			t.Errorf("packet %d arrived as\n%x, sent\n%x", i, got[i], want[i].bytes())
		}
	}
}

func wantDrops(t *testing.T, r *router, want map[string]uint64) {
	t.Helper()
	if got := r.dropped(); !maps.Equal(got, want) {
		t.Errorf("drops %v, want %v", got, want)
	}
}

func TestEverySuiteCarriesPacketsOfEveryLength(t *testing.T) {
	for _, s := range suites {
		for _, udp := range []bool{false, true} {
			inNet(t, func(t *testing.T, n *testNet) {
				n.suite, n.udp = s, udp
				in1, in3 := n.up(t)
				var batch []testPacket
				for size := 28; size < 28+64; size++ {
					p := ping
					p.size = size
					batch = append(batch, p)
				}
				n.r1.send(batch...)
				wantPackets(t, n.r3, batch...)
				back := testPacket{src: "20.1.1.1", dst: "10.1.1.1", protocol: packet.ICMP, size: 1400}
				n.r3.send(back)
				wantPackets(t, n.r1, back)

				st, ok := n.r1.Stats(in1)
				if !ok || st.Encaps != 64 || st.Decaps != 1 || st.DecapBytes != 1400 {
					t.Errorf("%s: statistics of r1 %+v", s.name, st)
				}
				if st, _ := n.r3.Stats(in3); st.Decaps != 64 || st.Encaps != 1 || st.EncapBytes != 1400 {
					t.Errorf("%s: statistics of r3 %+v", s.name, st)
				}
				sock := n.r1.esp
				if udp {
					sock = n.r1.udp
				}
				for _, d := range sock.sent {
					if bytes.Contains(d.Buf, ping.bytes()[40:60]) && s.transform != suite.ESPNull {
						t.Errorf("%s: the inner packet can be read on the wire", s.name)
					}
				}
				wantDrops(t, n.r1, map[string]uint64{})
				wantDrops(t, n.r3, map[string]uint64{})
			})
		}
	}
}

func TestFirstPacketAsksForAnSAAndIsDropped(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		n.r1.send(ping, ping)
		n.r1.send(ping)
		flow := FlowKey{outside, "cisco", 10, acl.Selector{Local: acl.Proxy{Addr: lan1}, Remote: acl.Proxy{Addr: lan3}}}
		if want := []Acquire{{flow}}; !slices.Equal(n.r1.asked, want) {
			t.Errorf("asked for %v, want %v", n.r1.asked, want)
		}
		wantDrops(t, n.r1, map[string]uint64{"output no SA": 3})
		if got := n.r1.FlowStats(flow); got.SendErrors != 3 {
			t.Errorf("flow counts %d send errors, want 3", got.SendErrors)
		}
		time.Sleep(acquireInterval)
		n.r1.send(ping)
		if len(n.r1.asked) != 2 {
			t.Errorf("asked %d times, want again after a second", len(n.r1.asked))
		}
		n.up(t)
		n.r1.send(ping)
		wantPackets(t, n.r3, ping)
		if len(n.r1.esp.sent) != 1 {
			t.Errorf("%d datagrams sent, want only the one with an SA", len(n.r1.esp.sent))
		}
	})
}

func TestPacketOutsideThePolicyIsNeverSent(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		n.up(t)
		other := ping
		other.dst = "20.1.2.1"
		n.r1.send(other)
		wantDrops(t, n.r1, map[string]uint64{"output no policy": 1})
		n.r1.SetPolicy(&Policy{})
		n.r1.send(ping)
		wantDrops(t, n.r1, map[string]uint64{"output no policy": 2})
		if len(n.r1.esp.sent) != 0 {
			t.Error("a packet was sent")
		}
	})
}

func TestDenyGoesOnToTheNextEntry(t *testing.T) {
	host := acl.Host(0x0a010105)
	lists := []*acl.List{
		{Entries: []acl.Entry{{Remark: "servers first"}, {Action: acl.Deny, Src: host, Dst: lan3}, {Src: lan1, Dst: lan3}}},
		{Entries: []acl.Entry{{Src: host, Dst: acl.Any}}},
	}
	inNet(t, func(t *testing.T, n *testNet) {
		n.policy(lists...)
		denied := ping
		denied.src = "10.1.1.5"
		n.r1.send(ping, denied)
		var seqs []int
		for _, a := range n.r1.asked {
			seqs = append(seqs, a.Flow.Seq)
		}
		if !slices.Equal(seqs, []int{10, 20}) {
			t.Fatalf("entries asked for %v, want 10 for the permit and 20 for the denied host", seqs)
		}
		n.connect(t, 10, lists[0].Entries[2].Selector())
		in20, _ := n.connect(t, 20, lists[1].Entries[0].Selector())
		n.r1.send(denied)
		wantPackets(t, n.r3, denied)
		if st, _ := n.r1.Stats(in20); st.Encaps != 1 {
			t.Error("the denied host did not use the second entry's SA")
		}
	})
}

func TestOverlappingEntriesTakeTheLowerSequence(t *testing.T) {
	lists := []*acl.List{
		{Entries: []acl.Entry{{Protocol: packet.TCP, Src: lan1, Dst: lan3, DstPort: acl.Ports{Op: acl.PortEq, Low: 80}}}},
		{Entries: []acl.Entry{{Src: lan1, Dst: lan3}}},
	}
	inNet(t, func(t *testing.T, n *testNet) {
		n.policy(lists...)
		web, _ := n.connect(t, 10, lists[0].Entries[0].Selector())
		all, _ := n.connect(t, 20, lists[1].Entries[0].Selector())
		http := testPacket{src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.TCP, sport: 1024, dport: 80}
		ssh := http
		ssh.dport = 22
		n.r1.send(http, ssh, ping)
		wantPackets(t, n.r3, http, ssh, ping)
		a, _ := n.r1.Stats(web)
		b, _ := n.r1.Stats(all)
		if a.Encaps != 1 || b.Encaps != 2 {
			t.Errorf("entry 10 took %d and entry 20 took %d packets, want 1 and 2", a.Encaps, b.Encaps)
		}
	})
}

func TestPeerMayProposeAPartOfAnEntry(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		part := acl.Selector{Local: acl.Proxy{Addr: acl.Host(0x0a010101)}, Remote: acl.Proxy{Addr: lan3}}
		in1, _ := n.connect(t, 10, part)
		other := ping
		other.src = "10.1.1.2"
		n.r1.send(ping, other)
		wantPackets(t, n.r3, ping)
		wantDrops(t, n.r1, map[string]uint64{"output no SA": 1})
		n.r1.Remove(in1)
		n.r1.send(ping)
		wantDrops(t, n.r1, map[string]uint64{"output no SA": 2})
	})
}

func TestPolicyChangesWhileTrafficFlows(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		in1, _ := n.up(t)
		wider := &acl.List{Entries: []acl.Entry{{Src: lan1, Dst: lan3}, {Src: lan1, Dst: acl.Host(0x1e010101)}}}
		for range 20 {
			n.r1.tun.in <- [][]byte{ping.bytes()}
			n.policy(wider)
			n.r1.tun.in <- [][]byte{ping.bytes()}
			n.policy(&acl.List{Entries: []acl.Entry{{Src: lan1, Dst: lan3}}})
		}
		synctest.Wait()
		if got := len(n.r3.received()); got != 40 {
			t.Errorf("%d of 40 packets arrived; drops %v", got, n.r1.dropped())
		}
		if st, _ := n.r1.Stats(in1); st.Encaps != 40 {
			t.Errorf("%d packets on the SA, want 40", st.Encaps)
		}
	})
}

func TestUDPSocketSeparatesIKEFromESP(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		n.udp = true
		n.up(t)
		from := netip.AddrPortFrom(addr3, 4500)
		n.r1.udp.in <- Datagram{Buf: []byte("\x00\x00\x00\x00main mode"), Remote: from}
		n.r1.udp.in <- Datagram{Buf: []byte{0xff}, Remote: from}
		n.r1.udp.in <- Datagram{Buf: []byte{1, 2, 3}, Remote: from}
		synctest.Wait()
		if want := []string{"23.23.23.3:4500 main mode"}; !slices.Equal(n.r1.ike, want) {
			t.Errorf("IKE got %q, want %q", n.r1.ike, want)
		}
		wantDrops(t, n.r1, map[string]uint64{"input NAT keepalive": 1, "input too short": 1})
	})
}

func TestDetachAndCloseEndEverything(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		n.up(t)
		n.r3.Detach(outside)
		n.r1.send(ping)
		wantDrops(t, n.r3, map[string]uint64{"input no interface": 1})
		second := newFakeTUN()
		n.r3.Attach(outside, second)
		n.r1.send(ping)
		if len(second.out) != 1 {
			t.Error("nothing arrives at the TUN attached anew")
		}
		// The bubble fails if a goroutine is left, and here if Close hangs.
		n.r3.Close()
		n.r3.Close()
		if err := n.r3.Install(SA{}); err == nil {
			t.Error("an SA was installed on a closed path")
		}
		late := newFakeTUN()
		n.r3.Attach(outside, late)
		if _, err := late.Read(nil, nil, 0); err == nil {
			t.Error("a closed path keeps a TUN open")
		}
	})
}
