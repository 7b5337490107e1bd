package dataplane

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"

	"conft/internal/acl"
	"conft/internal/packet"
	"conft/internal/suite"
)

func TestNoFormAllocates(t *testing.T) {
	for i := range forms {
		t.Run(forms[i].name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, _, _ := withWhole(t)
				defer n.close()
				n.form(t, i)
				sink := &pipeTUN{written: make(chan int, 1)}
				d := newDevice(n.r1.Path, n.r1.links[outside], sink)
				old := n.r3.links[outside].dev.Swap(newDevice(n.r3.Path, n.r3.links[outside], sink))
				defer n.r3.links[outside].dev.Store(old)
				from := n.r3.AH
				if forms[i].ah == suite.AuthNone {
					from = n.r3.ESP
				}
				if forms[i].udp {
					from = n.r3.UDP
				}
				r := newReceiver(n.r3.Path, from)
				out, in := newOutBatch(4), newInBatch(8)
				defer out.release()
				defer in.release()
				pkt := hostPing.bytes()
				synctest.Wait()
				if a := testing.AllocsPerRun(50, func() {
					d.protect(out, out.slots[0], copy(out.slots[0][Headroom:], pkt))
					out.process()
					p := &out.packets[0]
					wire := p.buf[p.off : p.off+p.n]
					if p.sa.whole && p.sa.ahOut == nil {
						wire = wire[20:]
					}
					in.datagrams[0].N = copy(in.datagrams[0].Buf, wire)
					in.datagrams[0].Remote = p.sa.Local
					r.accept(in, 0)
					in.process()
					r.finish(in)
					if got := <-sink.written; got != 1 {
						t.Fatalf("%d packets", got)
					}
					out.packets, out.used = out.packets[:0], 0
				}); a != 0 {
					t.Errorf("%v allocations", a)
				}
			})
		})
	}
}

// FuzzInboundAH is FuzzInbound for AH alone, before ESP and in transport mode.
func FuzzInboundAH(f *testing.F) {
	var nets []*testNet
	for i := range forms {
		n, _, _ := withWhole(f)
		f.Cleanup(n.close)
		n.form(f, i)
		nets = append(nets, n)
		for sa := range n.r1.sad.all() {
			b := newOutBatch(1)
			copy(b.slots[0][Headroom:], hostPing.bytes())
			b.packets = append(b.packets, outPacket{buf: b.slots[0], off: Headroom, n: 84, sa: sa, seq: 1, ahSeq: 1})
			b.process()
			p := b.packets[0]
			f.Add(uint8(i), bytes.Clone(p.buf[p.off:p.off+p.n]))
			f.Add(uint8(i), bytes.Clone(p.buf[p.off:p.off+30]))
			b.release()
		}
	}
	f.Fuzz(func(t *testing.T, form uint8, d []byte) {
		n := nets[int(form)%len(nets)]
		for _, from := range []Socket{n.r3.AH, n.r3.ESP, n.r3.UDP} {
			r := newReceiver(n.r3.Path, from)
			b := newInBatch(1)
			b.datagrams[0].N = copy(b.datagrams[0].Buf, d)
			b.datagrams[0].Local, b.datagrams[0].Remote = netip.AddrPortFrom(addr3, 0), netip.AddrPortFrom(addr1, 0)
			r.accept(b, 0)
			b.process()
			r.finish(b)
			b.release()
		}
		for _, got := range n.r3.received() {
			var p packet.Parsed
			if p.Decode(got) != nil || p.Src != acl.Word(addr1) || p.Dst != acl.Word(addr3) {
				t.Errorf("%x came out of the tunnel", got)
			}
		}
	})
}

func TestInstallRefusesForms(t *testing.T) {
	n, _, _ := withWhole(t)
	defer n.close()
	n.form(t, 0)
	for name, sa := range map[string]SA{
		"nothing":   {InSPI: 1},
		"SPI of AH": {InSPI: 2, AH: AH{Auth: suite.HMACSHA, InSPI: 0x2001, InKey: make([]byte, 20), OutKey: make([]byte, 20)}},
		"AH in UDP": {InSPI: 2, Remote: netip.AddrPortFrom(addr3, 4500), AH: AH{Auth: suite.HMACSHA, InSPI: 9, InKey: make([]byte, 20), OutKey: make([]byte, 20)}},
		"short key": {InSPI: 2, AH: AH{Auth: suite.HMACSHA, InSPI: 9, InKey: make([]byte, 16), OutKey: make([]byte, 20)}},
	} {
		if err := n.r1.Install(sa); err == nil {
			t.Errorf("%s: installed", name)
		}
	}
	if got := fmt.Sprint(len(slices.Collect(n.r1.sad.all())), len(slices.Collect(n.r1.ahSAD.all()))); got != "1 1" {
		t.Errorf("tables of %s", got)
	}
}
