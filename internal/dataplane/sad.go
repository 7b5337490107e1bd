package dataplane

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"conft/esp"
	"conft/internal/suite"
)

const (
	acquireInterval = time.Second           // per flow
	invalidInterval = time.Second           // of all peers, for a forger names anybody
	eventInterval   = time.Minute           // per message, as IOS limits %CRYPTO-4
	icmpInterval    = 10 * time.Millisecond // per link
	icmpBurst       = 20
	defaultMTU      = 1500
)

var errClosed = errors.New("dataplane: closed")

// Install puts a pair of SAs to use. Inbound packets are accepted at once, and
// outbound ones use it from now on unless it stands by. Older pairs of the flow
// keep receiving until Remove.
func (p *Path) Install(sa SA) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errClosed
	}
	if p.sad.get(uint64(sa.InSPI)) != nil {
		return fmt.Errorf("dataplane: SPI 0x%08X is in use", sa.InSPI)
	}
	s := &pair{SA: sa, sock: p.ESP, enabled: !sa.Standby}
	if sa.Remote.Port() != 0 {
		s.sock, s.udp = p.UDP, true
	}
	s.byPort = sa.Flow.Selector.Local.Port != 0 || sa.Flow.Selector.Remote.Port != 0
	s.layered = sa.Transport || sa.AH.Auth != suite.AuthNone
	if s.whole = s.layered && !s.udp; s.whole {
		s.sock = p.AH
	}
	if s.sock == nil || s.udp && sa.AH.Auth != suite.AuthNone {
		return errors.New("dataplane: no socket for this encapsulation")
	}
	if p.ahSAD.get(uint64(sa.AH.InSPI)) != nil {
		return fmt.Errorf("dataplane: SPI 0x%08X is in use", sa.AH.InSPI)
	}
	if err := s.open(); err != nil {
		s.close()
		return fmt.Errorf("dataplane: %w", err)
	}
	s.soft, s.hard = sa.limits()
	s.remote.Store(&sa.Remote)
	for _, l := range []*limiter{&s.replayLog, &s.macLog, &s.identityLog} {
		l.interval, l.burst = eventInterval, 1
	}
	s.link, s.flow = p.link(sa.Flow.Interface), p.flow(sa.Flow)
	p.fitMTU(s)

	s.flow.pairs = append(s.flow.pairs, s)
	s.flow.choose()
	p.enter(s)
	if len(s.flow.pairs) == 1 {
		p.expose(s.flow)
	}
	return nil
}

// Enable makes a pair the one that sends, be it on standby or an enabled one that
// a newer pair took over from: of two pairs that both sides made at once, IKE
// decides which stays.
func (p *Path) Enable(inSPI uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.sad.get(uint64(inSPI)); s != nil {
		s.enabled = true
		s.flow.pairs = append(without(s.flow.pairs, s), s)
		s.flow.choose()
	}
}

// Remove takes a pair out of use and clears its keys. The flow falls back to an
// older pair if there is one.
func (p *Path) Remove(inSPI uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.sad.get(uint64(inSPI))
	if s == nil {
		return
	}
	p.withdraw(s)
	s.flow.pairs = without(s.flow.pairs, s)
	s.flow.choose()
	p.leavePath(s.remote.Load().Addr())
	s.close()
	if len(s.flow.pairs) == 0 {
		p.conceal(s.flow)
	}
}

// Move makes a pair send to where its peer is seen now.
func (p *Path) Move(inSPI uint32, remote netip.AddrPort) {
	if s := p.sad.get(uint64(inSPI)); s != nil && s.udp {
		p.move(s, remote)
	}
}

func without(pairs []*pair, s *pair) []*pair {
	return slices.DeleteFunc(pairs, func(o *pair) bool { return o == s })
}

// open makes the SAs of the pair. After an error some of them may be there.
func (s *pair) open() (err error) {
	if s.InKeys.Transform != 0 {
		if s.out, err = esp.NewOutbound(s.OutSPI, s.OutKeys); err != nil {
			return err
		}
		if s.in, err = esp.NewInbound(s.InSPI, s.InKeys, s.Window); err != nil {
			return err
		}
		s.InKeys.EncKey, s.InKeys.AuthKey, s.OutKeys.EncKey, s.OutKeys.AuthKey = nil, nil, nil, nil
		s.nextSeq = s.out.NextSeq
	}
	if err = s.openAH(); err != nil {
		return err
	}
	switch {
	case s.ahOut == nil && s.out == nil:
		return esp.ErrSuite
	case s.out == nil:
		s.nextSeq = s.ahOut.NextSeq
	}
	return nil
}

func (s *pair) close() {
	if s.out != nil {
		s.out.Close()
	}
	if s.in != nil {
		s.in.Close()
	}
	if s.ahOut != nil {
		s.ahOut.Close()
	}
	if s.ahIn != nil {
		s.ahIn.Close()
	}
}

// enter and withdraw publish the tables of SAs with and without a pair. The caller
// holds p.mu.
func (p *Path) enter(s *pair) {
	p.sad.put(uint64(s.InSPI), s)
	if s.ahIn != nil {
		p.ahSAD.put(uint64(s.AH.InSPI), s)
	}
	p.seat(s)
}

func (p *Path) withdraw(s *pair) {
	p.sad.drop(uint64(s.InSPI))
	if s.ahIn != nil {
		p.ahSAD.drop(uint64(s.AH.InSPI))
	}
	p.unseat(s)
}

// choose makes the newest pair that may send the one that does. The caller holds
// Path.mu.
func (f *flow) choose() {
	for _, s := range slices.Backward(f.pairs) {
		if s.enabled && !s.spent.Load() {
			f.out.Store(s)
			return
		}
	}
	f.out.Store(nil)
}

// fitMTU computes what fits in one outer packet. The caller holds p.mu.
func (p *Path) fitMTU(s *pair) {
	s.path = p.pathMTU(s)
	s.outerMTU.Store(int64(s.path))
	s.plainMTU.Store(int64(s.fit(s.path)))
}

// pathMTU is what the link carries, or less where a router on the way said so. The
// caller holds p.mu.
func (p *Path) pathMTU(s *pair) int {
	if s.PathMTU != 0 {
		return s.PathMTU
	}
	mtu := 0
	for _, l := range p.policy {
		if l.sas() == s.Flow.Interface && l.MTU != 0 && (mtu == 0 || l.MTU < mtu) {
			mtu = l.MTU
		}
	}
	mtu = cmp.Or(mtu, defaultMTU)
	if l := p.learnt[s.remote.Load().Addr()]; l != nil {
		mtu = min(mtu, l.mtu)
	}
	return mtu
}

func (s *pair) udpLen() int {
	if s.udp {
		return esp.UDPHeaderLen
	}
	return 0
}

// MTU returns the path MTU of an SA and the largest inner packet that fits it.
func (p *Path) MTU(inSPI uint32) (path, plain int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.sad.get(uint64(inSPI)); s != nil {
		return s.path, int(s.plainMTU.Load())
	}
	return 0, 0
}

// Stats returns the counters of one pair, and false when it is not installed.
func (p *Path) Stats(inSPI uint32) (Stats, bool) {
	if s := p.sad.get(uint64(inSPI)); s != nil {
		return s.stats.load(), true
	}
	return Stats{}, false
}

// FlowStats returns the counters of a flow over all its SAs, past ones included, since
// ClearFlowStats; zero for a flow that is not known.
func (p *Path) FlowStats(key FlowKey) Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f := p.flows[key]; f != nil {
		return f.stats.load().since(&f.cleared)
	}
	return Stats{}
}

// ClearFlowStats has FlowStats count anew.
func (p *Path) ClearFlowStats() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.flows {
		f.cleared = f.stats.load()
	}
}

// Replay returns the size of the window in which a pair looks at the sequence numbers of
// AH, or of ESP, 0 where it does not, and the highest it has accepted.
func (p *Path) Replay(inSPI uint32, ah bool) (window int, last uint32) {
	s := p.sad.get(uint64(inSPI))
	if s == nil {
		return 0, 0
	}
	s.window.Lock()
	defer s.window.Unlock()
	switch {
	case ah && s.ahIn != nil:
		return s.ahIn.Window(), s.ahIn.Last()
	case !ah && s.in != nil:
		return s.in.Window(), s.in.Last()
	}
	return 0, 0
}
