package dataplane

import (
	"bytes"
	"slices"
	"testing"
	"testing/synctest"

	"conft/internal/acl"
	"conft/internal/packet"
)

func TestRekeyLosesNothing(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		old1, old3 := n.up(t)
		n.r1.tun.in <- [][]byte{ping.bytes(), ping.bytes()}
		back := testPacket{src: "20.1.1.1", dst: "10.1.1.1", protocol: packet.ICMP}
		n.r3.send(back)
		// r3 responds: its new outbound SA waits for the third message.
		new1, new3 := n.up(t, func(_, b *SA) { b.Standby = true })
		n.r1.send(ping)
		n.r3.send(back)
		if st, _ := n.r1.Stats(new1); st.Encaps != 1 || st.Decaps != 0 {
			t.Errorf("new SA of the initiator %+v, want it to send and not yet to receive", st)
		}
		n.r3.Enable(new3)
		n.r3.send(back)
		if st, _ := n.r1.Stats(new1); st.Decaps != 1 {
			t.Error("the responder does not send on the SA that was enabled")
		}
		n.r1.Remove(old1)
		n.r3.Remove(old3)
		n.r1.send(ping)
		n.r3.send(back)
		wantPackets(t, n.r3, ping, ping, ping, ping)
		wantPackets(t, n.r1, back, back, back, back)
		wantDrops(t, n.r1, map[string]uint64{})
		wantDrops(t, n.r3, map[string]uint64{})
		flow := FlowKey{outside, "cisco", 10, (&acl.Entry{Src: lan1, Dst: lan3}).Selector()}
		if st := n.r1.FlowStats(flow); st.Encaps != 4 || st.Decaps != 4 {
			t.Errorf("flow statistics %+v, want those of both SAs together", st)
		}
		n.r1.ClearFlowStats()
		n.r1.send(ping)
		if st := n.r1.FlowStats(flow); st.Encaps != 1 || st.Decaps != 0 || st.EncapBytes == 0 {
			t.Errorf("flow statistics %+v, want those since they were cleared", st)
		}
		if st, _ := n.r1.Stats(new1); st.Encaps < 2 {
			t.Errorf("the SA's own %+v have been cleared", st)
		}
	})
}

func TestRemovedNewestFallsBackToTheOlder(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		n.up(t)
		new1, new3 := n.up(t)
		n.r1.Remove(new1)
		n.r3.Remove(new3)
		n.r1.send(ping)
		wantPackets(t, n.r3, ping)
	})
}

func TestEnableDecidesBetweenTwoPairs(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		first, _ := n.up(t)
		second, _ := n.up(t)
		n.r1.Enable(first)
		n.r1.send(ping)
		a, _ := n.r1.Stats(first)
		b, _ := n.r1.Stats(second)
		if a.Encaps != 1 || b.Encaps != 0 {
			t.Errorf("%d packets on the enabled pair and %d on the other", a.Encaps, b.Encaps)
		}
		n.r1.Remove(first)
		n.r1.send(ping)
		if b, _ = n.r1.Stats(second); b.Encaps != 1 {
			t.Error("the other pair does not take over")
		}
	})
}

func TestSequenceNumbersNeverWrap(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		in1, _ := n.up(t)
		// The last numbers of an SA: there are two left.
		sa, left := n.r1.sad.get(uint64(in1)), 2
		next := sa.nextSeq
		sa.nextSeq = func() (uint32, bool) {
			if left--; left < 0 {
				return 0, false
			}
			return next()
		}
		n.r1.send(ping, ping, ping, ping)
		wantPackets(t, n.r3, ping, ping)
		if want := []expiry{{in1, true}}; !slices.Equal(n.r1.expired, want) {
			t.Errorf("expired %v, want %v", n.r1.expired, want)
		}
		wantDrops(t, n.r1, map[string]uint64{"output SA exhausted": 1, "output no SA": 1})
		if len(n.r1.asked) != 1 {
			t.Errorf("asked %d times for a successor, want once", len(n.r1.asked))
		}
	})
}

// An SA without a limit of volume asks for its successor while it still has numbers.
func TestSequenceNumbersAskForASuccessor(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		in1, _ := n.up(t, func(a, _ *SA) { a.HardKB, a.SoftKB = 0, 0 })
		sa := n.r1.sad.get(uint64(in1))
		seq := uint32(renewFrom - 2)
		sa.nextSeq = func() (uint32, bool) { seq++; return seq, true }
		n.r1.send(ping)
		if len(n.r1.expired) != 0 {
			t.Fatalf("expired %v before its time", n.r1.expired)
		}
		n.r1.send(ping, ping)
		if want := []expiry{{in1, false}}; !slices.Equal(n.r1.expired, want) {
			t.Errorf("expired %v, want the soft limit once", n.r1.expired)
		}
	})
}

func TestVolumeEndsAnSA(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		in1, in3 := n.up(t, func(a, b *SA) { a.HardKB, a.SoftKB, b.HardKB, b.SoftKB = 4, 2, 5, 4 })
		kb := ping
		kb.size = 1024
		n.r1.send(kb)
		if len(n.r1.expired) != 0 {
			t.Fatalf("expired %v after one kilobyte of two", n.r1.expired)
		}
		n.r1.send(kb, kb)
		if want := []expiry{{in1, false}}; !slices.Equal(n.r1.expired, want) {
			t.Fatalf("expired %v, want the soft limit once", n.r1.expired)
		}
		n.r1.send(kb, kb, kb)
		if want := []expiry{{in1, false}, {in1, true}}; !slices.Equal(n.r1.expired, want) {
			t.Fatalf("expired %v, want soft and hard once each", n.r1.expired)
		}
		wantPackets(t, n.r3, kb, kb, kb, kb)
		wantDrops(t, n.r1, map[string]uint64{"output SA exhausted": 1, "output no SA": 1})
		if want := []expiry{{in3, false}}; !slices.Equal(n.r3.expired, want) {
			t.Errorf("receiver expired %v, want its soft limit", n.r3.expired)
		}
	})
}

func TestInboundVolumeIsLimitedToo(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		_, in3 := n.up(t, func(_, b *SA) { b.HardKB = 1 })
		kb := ping
		kb.size = 1024
		n.r1.send(kb, kb)
		wantPackets(t, n.r3, kb)
		wantDrops(t, n.r3, map[string]uint64{"input SA exhausted": 1})
		if want := []expiry{{in3, false}, {in3, true}}; !slices.Equal(n.r3.expired, want) {
			t.Errorf("expired %v, want %v", n.r3.expired, want)
		}
	})
}

// 256 kilobytes, or a tenth: an hour's volume at a gigabit leaves seconds.
func TestSoftVolumeComesBeforeTheHard(t *testing.T) {
	for hard, want := range map[uint64]uint64{2560: 2560 - 256, 4608000: 4608000 - 460800, 100: 100} {
		soft, limit := (&SA{HardKB: hard}).limits()
		if soft != want*1024 || limit != hard*1024 {
			t.Errorf("%d kilobytes: limits %d and %d octets", hard, soft, limit)
		}
	}
	if soft, hard := (&SA{}).limits(); soft != noLimit || hard != noLimit {
		t.Errorf("an SA without volume is limited to %d and %d octets", soft, hard)
	}
}

func TestInstallRefuses(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		in1, _ := n.up(t)
		good := SA{InSPI: 7, InKeys: suites[0].keys(t, 7), OutKeys: suites[0].keys(t, 8)}
		twice, short, shortOut := good, good, good
		twice.InSPI = in1
		short.InKeys.EncKey = short.InKeys.EncKey[1:]
		shortOut.OutKeys.EncKey = shortOut.OutKeys.EncKey[1:]
		for name, sa := range map[string]SA{"SPI in use": twice, "short inbound key": short, "short outbound key": shortOut} {
			if err := n.r1.Install(sa); err == nil {
				t.Errorf("%s: installed", name)
			} else if bytes.Contains([]byte(err.Error()), good.InKeys.EncKey) {
				t.Errorf("%s: the key is in the error", name)
			}
		}
		if _, ok := n.r1.Stats(7); ok {
			t.Error("an SA that was refused is there")
		}
	})
}

func TestRemovedSADropsWhatIsUnderWay(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		in1, in3 := n.up(t)
		// The SA is closed between look-up and worker on either side.
		n.r3.sad.get(uint64(in3)).close()
		n.r1.send(ping)
		wantDrops(t, n.r3, map[string]uint64{"input SA removed": 1})
		n.r1.sad.get(uint64(in1)).close()
		n.r1.send(ping)
		wantDrops(t, n.r1, map[string]uint64{"output SA removed": 1})
		if len(n.r1.esp.sent) != 1 {
			t.Error("a packet was sent on a closed SA")
		}
		synctest.Wait()
	})
}
