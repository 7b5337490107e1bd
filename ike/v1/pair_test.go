package v1

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/internal/suite"
)

// registry is the engine as far as a machine sees it.
type registry struct{ conns, spis uint32 }

func (r *registry) ConnID() uint32                                    { r.conns++; return r.conns }
func (r *registry) SPI() uint32                                       { r.spis++; return 0x1000 + r.spis }
func (r *registry) Traffic([8]byte) (t exchange.Traffic)              { return t }
func (r *registry) Taken([8]byte, exchange.Selector, netip.Addr) bool { return false }
func (r *registry) Known(netip.Addr, [8]byte) bool                    { return false }

// end is one machine with its environment.
type end struct {
	*Phase1
	env     exchange.Env
	actions []exchange.Action // of the last step
}

var (
	addrI = netip.MustParseAddrPort("192.0.2.1:500")
	addrR = netip.MustParseAddrPort("198.51.100.1:500")
)

func newEnd(role debug.Role, local, remote netip.AddrPort) *end {
	var cky [16]byte
	copy(cky[:8], "initiate")
	if role == debug.Responder {
		copy(cky[8:], "respond!")
	}
	here, there := netip.PrefixFrom(local.Addr(), 32), netip.PrefixFrom(remote.Addr(), 32)
	policy := &exchange.Policy{
		Proposals: []exchange.ISAKMPProposal{{Priority: 1, Encryption: suite.AES, KeyBits: 128, Hash: suite.SHA256, Group: suite.ECP256, Auth: exchange.PreShared, LifeSeconds: 3600}},
		Keys:      []exchange.PresharedKey{{Prefix: there, Secret: []byte("a secret of both")}},
		Tunnels: []exchange.Tunnel{{Map: "M", Seq: 1, Local: local.Addr(), Peers: []netip.Addr{remote.Addr()},
			Transforms:  []exchange.TransformSet{{Transform: suite.ESPAES, KeyBits: 128, Auth: suite.HMACSHA}},
			LifeSeconds: 3600, LifeKilobytes: 4608000,
			Selectors: []exchange.Selector{{Local: exchange.Proxy{Prefix: here}, Remote: exchange.Proxy{Prefix: there}}}}},
	}
	e := &end{env: exchange.Env{Now: time.Unix(1e9, 0), Rand: rand.NewChaCha8([32]byte{byte(role)}), Policy: policy, Registry: &registry{}, Tracing: true}}
	e.Phase1 = New(role, cky, local, remote, &exchange.Peer{Addr: remote.Addr(), IKE: 1}, 1, e.env.Now)
	return e
}

// step gives the machine an event, does the slow work that it asks for, and returns
// what it sends.
func (e *end) step(ev exchange.Event) (sent []exchange.Send) {
	e.actions = e.Step(e.env, ev, nil)
	for i := 0; i < len(e.actions); i++ {
		switch a := e.actions[i].(type) {
		case exchange.Send:
			sent = append(sent, a)
		case exchange.Derive:
			s := exchange.Secret{Node: a.Node, Key: a.Key}
			if s.Key == nil {
				s.Key, s.Err = a.Group.GenerateKey(e.env.Rand)
			}
			if s.Err == nil && a.Peer != nil {
				s.Shared, s.Err = s.Key.Secret(a.Peer)
			}
			e.actions = e.Step(e.env, s, e.actions)
		case exchange.Sign:
			signature, err := a.With(a.Hash)
			e.actions = e.Step(e.env, exchange.Signed{Signature: signature, Err: err}, e.actions)
		case exchange.Verify:
			e.actions = e.Step(e.env, a.By.Judge(a.Claim), e.actions)
		}
	}
	return sent
}

// deliver is the message as the other end receives it.
func deliver(s exchange.Send) exchange.Message {
	return exchange.Message{Local: s.Remote, Remote: s.Local, Data: append([]byte(nil), s.Data...)}
}

// negotiate runs a negotiation until n messages have been delivered.
func negotiate(n int) (i, r *end) {
	i, r = newEnd(debug.Initiator, addrI, addrR), newEnd(debug.Responder, addrR, addrI)
	tunnel := &i.env.Policy.Tunnels[0]
	sent := i.step(exchange.Initiate{Requests: []exchange.Request{{Tunnel: tunnel, Peer: addrR.Addr(), Selector: tunnel.Selectors[0], SPI: 0x1234}}})
	for to, other := r, i; n > 0 && len(sent) > 0; n-- {
		var answer []exchange.Send
		for _, s := range sent {
			answer = append(answer, to.step(deliver(s))...)
		}
		sent = answer
		to, other = other, to
	}
	return i, r
}

func TestNegotiate(t *testing.T) {
	i, r := negotiate(9)
	if i.state != P1Complete || r.state != P1Complete || len(i.nodes) != 1 || len(r.nodes) != 1 {
		t.Fatalf("states %v and %v, %d and %d nodes", i.state, r.state, len(i.nodes), len(r.nodes))
	}
	for _, e := range []*end{i, r} {
		for _, n := range e.nodes {
			if n.state != QMPhase2Complete {
				t.Errorf("the node is in %v", n.state)
			}
		}
	}
}

// zero reports whether every octet is zero.
func zero(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}

// agreed is the shared secret of phase 1, nil once it is up.
func (e *end) agreed() []byte {
	if e.making == nil {
		return nil
	}
	return e.gxy
}

// A dead SA holds no key any more.
func TestKeysAreErased(t *testing.T) {
	for n := 4; n <= 9; n++ {
		i, r := negotiate(n)
		for _, e := range []*end{i, r} {
			k, gxy := e.keys, e.agreed()
			e.step(exchange.Delete{Reason: debug.SACleared})
			if e.state != DestSA {
				t.Fatalf("after %d messages: %v", n, e.state)
			}
			if k != nil && !(zero(k.skeyid) && zero(k.skeyidA) && zero(k.skeyidD) && zero(k.skeyidE)) {
				t.Errorf("after %d messages: keys remain", n)
			}
			if !zero(gxy) || e.chain.block != nil || len(e.nodes) != 0 {
				t.Errorf("after %d messages: secrets of an exchange remain", n)
			}
		}
	}
}
