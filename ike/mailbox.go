package ike

import (
	"net/netip"
	"slices"
	"sync/atomic"

	"conft/ike/exchange"
	"conft/ike/payload"
)

// Sizes of the mailbox. A full queue of datagrams drops the newest and counts it. First
// messages, with which anybody can flood it, have a queue of their own, so that they take
// the room of each other only.
const (
	datagramQueue = 512
	controlQueue  = 64
)

// SetPolicy replaces the policy. Whoever calls must not change the value any more.
func (e *Engine) SetPolicy(p *exchange.Policy) { e.post(SetPolicy{p}) }

// Receive takes a datagram without non-ESP marker and copies it. It never blocks.
func (e *Engine) Receive(local, remote netip.AddrPort, datagram []byte) {
	queue := e.datagrams
	if payload.IsFirst(datagram) {
		queue = e.firsts
	}
	// One octet more than is looked at, so that the Core sees that it is too long.
	queue.offer(Datagram{local, remote, slices.Clone(datagram[:min(len(datagram), MaxDatagram+1)])})
}

// Acquire asks for IPsec SAs. It never blocks: a packet that comes later asks again.
func (e *Engine) Acquire(a exchange.Acquire) { e.datagrams.offer(Acquire{a}) }

// VolumeExpired says that the kilobytes of a pair run out, or have run out (hard).
func (e *Engine) VolumeExpired(inboundSPI uint32, hard bool) {
	e.post(VolumeExpired{inboundSPI, hard})
}

// ClearSA deletes IPsec SAs.
func (e *Engine) ClearSA(which ClearSA) { e.ask(which) }

// ClearISAKMP deletes the ISAKMP SA with that connection id, or all when it is 0.
func (e *Engine) ClearISAKMP(connID uint32) { e.ask(ClearISAKMP{connID}) }

// InvalidSPI says that ESP or AH arrived for an SA that is not there. It never blocks. The peer
// is told, so that one side's loss of memory does not silence a tunnel until its end.
func (e *Engine) InvalidSPI(local, remote netip.Addr, spi uint32, ah bool) {
	e.datagrams.offer(InvalidSPI{local, remote, spi, ah})
}

// Moved says that authenticated ESP for a pair came from elsewhere than its peer was, so
// that IKE follows. It never blocks.
func (e *Engine) Moved(inboundSPI uint32, remote netip.AddrPort) {
	e.datagrams.offer(Moved{inboundSPI, remote})
}

// ISAKMPSAs returns the ISAKMP SAs, the newest first.
func (e *Engine) ISAKMPSAs() (list []exchange.PhaseOneInfo) {
	e.call(func() { list = e.core.ISAKMPSAs(e.now()) })
	return list
}

// IPsecSAs returns the pairs of IPsec SAs, the newest first.
func (e *Engine) IPsecSAs() (list []exchange.SAInfo) {
	e.call(func() { list = e.core.IPsecSAs() })
	return list
}

// CurrentPeers returns the peer that the next request of each tunnel would go to.
func (e *Engine) CurrentPeers() (peers map[exchange.Place]netip.Addr) {
	e.call(func() { peers = e.core.CurrentPeers() })
	return peers
}

// Failures returns the last failures, the newest first.
func (e *Engine) Failures() (list []exchange.Failure) {
	e.call(func() { list = e.core.Failures() })
	return list
}

// Counters returns how often each kind of input was refused, by reason.
func (e *Engine) Counters() (list []Counter) {
	e.call(func() { list = e.core.Counters() })
	return append(list, Counter{"mailbox full", e.datagrams.overflow.Load()},
		Counter{"mailbox full of first messages", e.firsts.overflow.Load()})
}

// snapshot is a function that the loop calls between two inputs.
type snapshot func()

func (snapshot) input() {}

// call runs f in the loop and waits for it; f is not run once the engine is closed.
func (e *Engine) call(f func()) {
	ran := make(chan struct{})
	e.post(snapshot(func() { f(); close(ran) }))
	select {
	case <-ran:
	case <-e.stop:
		e.settle()
	case <-e.done:
	}
}

// ask puts an input into the mailbox and waits until it has been handled: what is typed
// next finds it done.
func (e *Engine) ask(in Input) {
	e.post(in)
	e.call(func() {})
}

// settle waits until the loop can no longer touch what call's function touches.
func (e *Engine) settle() {
	if e.running.Load() {
		<-e.done
	}
}

// post puts an input that must not be lost into the mailbox.
func (e *Engine) post(in Input) {
	select {
	case e.control <- in:
	case <-e.stop:
	case <-e.done:
	}
}

// queue is a part of the mailbox that drops what does not fit.
type queue struct {
	in       chan Input
	overflow atomic.Uint64
}

func (q *queue) offer(in Input) {
	select {
	case q.in <- in:
	default:
		q.overflow.Add(1)
	}
}
