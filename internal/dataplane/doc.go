// Package dataplane is the packet path: from the TUN of a crypto link through
// policy and IPsec to a socket, and back.
//
//	TUN read ── decode, SPD, SA, sequence number ──┬─► workers seal ──┐
//	                                               └─► link writer ◄──┘─► Socket.Send
//	Socket.Receive ── SPI, SAD, window check ──┬─► workers open ──┐
//	                                           └─► socket writer ◄┘ window accept, selectors ─► TUN.Write
//
// An SA is ESP, AH or both, in tunnel or transport mode. ESP in tunnel mode is what the
// figure shows; the others (layered.go, transport.go), and what is fragmented after
// encryption, have an IP header of ours, and leave and, with AH, arrive as whole packets by
// a socket of their own.
//
// Packets travel in batches: what one Read or Receive returned. A batch is on
// two queues at a time, to any worker and to its one writer; it stays locked
// until a worker is done with it, so writers keep the order of the reader. A small
// batch with nothing ahead of it the reader sees through itself (handOver).
//
// Ownership: a batch belongs to the stage that holds it and the writer gives it
// back to the reader's bounded pool. Policy and SAs are immutable tables behind
// atomic pointers; Path.mu serialises who replaces them. The replay window of an
// SA has its own lock. Counters are atomic.
//
// What does not fit into one outer packet is treated by oversize.go; what fits is
// learnt from routers on the way by pathmtu.go, for each peer.
//
// The router gives TUNs and sockets (edge.go), Policy, SAs, and hears by
// callbacks, which must not block, about missing and expiring SAs.
package dataplane
