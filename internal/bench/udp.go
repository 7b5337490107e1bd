package bench

import (
	"context"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

const (
	lossLimit = 0.001
	burst     = 64                    // datagrams of one system call of the hosts
	gap       = 50 * time.Microsecond // between two bursts at least
	trial     = 250 * time.Millisecond
	steps     = 4 // of bisection
)

// udp searches for the highest rate of IP packets of size octets from host A to host B,
// one flow, of which fewer than lossLimit are lost. Its value is packets a second.
func (t *turn) udp(ctx context.Context, size int) (best sample, err error) {
	sink, err := t.datagramSocket(func() (net.PacketConn, error) { return net.ListenPacket("udp4", hostB+":0") }, t.b.Do)
	if err != nil {
		return best, err
	}
	defer sink.Close()
	source, err := t.datagramSocket(func() (net.PacketConn, error) { return net.ListenPacket("udp4", sources[0]+":0") }, t.a.Do)
	if err != nil {
		return best, err
	}
	defer source.Close()
	var received atomic.Uint64
	go count(sink, &received)

	// attempt sends at a rate and reports whether enough arrived. A busy machine loses
	// now and then what it need not, so that a rate has two tries.
	attempt := func(rate float64) (bool, error) {
		for range 2 {
			before, err := t.read()
			if err != nil {
				return false, err
			}
			was := received.Load()
			sent := send(source, sink.LocalAddr(), size, rate)
			after, err := t.read()
			if err != nil {
				return false, err
			}
			// What is under way arrives within a few milliseconds.
			for last := received.Load(); ; {
				if err := sleep(ctx, 20*time.Millisecond); err != nil {
					return false, err
				}
				now := received.Load()
				if now == last {
					break
				}
				last = now
			}
			arrived := float64(received.Load() - was)
			if wanted := rate * trial.Seconds(); float64(sent) >= 0.95*wanted && arrived >= (1-lossLimit)*float64(sent) {
				best = after.since(before)
				best.value = float64(sent) / after.at.Sub(before.at).Seconds()
				return true, nil
			}
		}
		return false, nil
	}
	low, high := 0.0, 10e3
	for {
		ok, err := attempt(high)
		if err != nil {
			return best, err
		}
		if !ok {
			break
		}
		low, high = high, 1.6*high
	}
	for range steps {
		rate := (low + high) / 2
		ok, err := attempt(rate)
		if err != nil {
			return best, err
		}
		if ok {
			low = rate
		} else {
			high = rate
		}
	}
	return best, nil
}

// datagramSocket opens a socket in a namespace, with room for a burst.
func (t *turn) datagramSocket(open func() (net.PacketConn, error), in func(func() error) error) (c net.PacketConn, err error) {
	if err = in(func() error {
		c, err = open()
		return err
	}); err != nil {
		return nil, err
	}
	raw, err := c.(*net.UDPConn).SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) {
			for _, opt := range []int{unix.SO_RCVBUFFORCE, unix.SO_SNDBUFFORCE} {
				unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, opt, 8<<20)
			}
		})
	}
	return c, err
}

// send sends for one trial and returns how many datagrams it sent.
func send(c net.PacketConn, to net.Addr, size int, rate float64) (sent int) {
	conn := ipv4.NewPacketConn(c)
	msgs := make([]ipv4.Message, burst)
	payload := make([]byte, size-28) // less the headers of IP and UDP
	for i := range msgs {
		msgs[i] = ipv4.Message{Buffers: [][]byte{payload}, Addr: to}
	}
	for start := time.Now(); ; {
		elapsed := time.Since(start)
		if elapsed >= trial {
			return sent
		}
		due := min(burst, int(rate*elapsed.Seconds())-sent)
		if due <= 0 {
			time.Sleep(gap)
			continue
		}
		n, err := conn.WriteBatch(msgs[:due], 0)
		if err != nil {
			return sent
		}
		sent += n
	}
}

// count counts datagrams until the socket is closed.
func count(c net.PacketConn, received *atomic.Uint64) {
	conn := ipv4.NewPacketConn(c)
	msgs := make([]ipv4.Message, burst)
	for i := range msgs {
		msgs[i] = ipv4.Message{Buffers: [][]byte{make([]byte, 2048)}}
	}
	for {
		n, err := conn.ReadBatch(msgs, 0)
		if err != nil {
			return
		}
		received.Add(uint64(n))
	}
}
