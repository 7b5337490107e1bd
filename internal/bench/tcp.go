package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	port     = "5001"
	serverAt = "20.1.1.2:" + port
	warmUp   = 500 * time.Millisecond // until the stream has found its window
	echoes   = 400
)

// server accepts one connection after another on host B.
func (c *chain) server() (l net.Listener, err error) {
	err = c.b.Do(func() error {
		l, err = net.Listen("tcp4", "0.0.0.0:"+port)
		return err
	})
	return l, err
}

// dial connects host A with host B. The first packets make the tunnel, so it tries
// until limit.
func (c *chain) dial(ctx context.Context, limit time.Duration) (conn net.Conn, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		// A connection whose first packet is lost takes a second to try again.
		d := net.Dialer{Timeout: 250 * time.Millisecond, Control: cubic}
		if err = c.a.Do(func() error {
			conn, err = d.DialContext(ctx, "tcp4", serverAt)
			return err
		}); err == nil {
			return conn, nil
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return nil, fmt.Errorf("host B cannot be reached: %w", err)
		}
	}
}

// cubic chooses Linux's own congestion control. A machine may have another by default;
// BBR for one sets its pace by what it estimates, and no faster path would show.
func cubic(_, _ string, c syscall.RawConn) error {
	var set error
	err := c.Control(func(fd uintptr) {
		set = unix.SetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION, "cubic")
	})
	return errors.Join(err, set)
}

// roundTrip returns the median time of one octet to host B and back.
func (c *chain) roundTrip(ctx context.Context, l net.Listener) (time.Duration, error) {
	go func() {
		if conn, err := l.Accept(); err == nil {
			io.Copy(conn, conn)
			conn.Close()
		}
	}()
	conn, err := c.dial(ctx, 20*time.Second)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	times := make([]time.Duration, 0, echoes)
	b := make([]byte, 1)
	for range echoes {
		start := time.Now()
		if _, err := conn.Write(b); err != nil {
			return 0, err
		}
		if _, err := io.ReadFull(conn, b); err != nil {
			return 0, err
		}
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

// flow is what one TCP stream from host A to host B achieved.
type flow struct {
	bits float64 // of payload per second
	size float64 // octets of the average frame between R2 and R3
	cpu  float64 // seconds of a core that the routers' programs took for a GB
}

// stream sends for as long as d and counts at the receiver.
func (t *turn) stream(ctx context.Context, l net.Listener, d time.Duration) (flow, error) {
	var received atomic.Uint64
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		b := make([]byte, 256<<10)
		for {
			n, err := conn.Read(b)
			received.Add(uint64(n))
			if err != nil {
				return
			}
		}
	}()
	conn, err := t.dial(ctx, 20*time.Second)
	if err != nil {
		return flow{}, err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b := make([]byte, 128<<10)
		for {
			if _, err := conn.Write(b); err != nil {
				return
			}
		}
	}()
	defer func() {
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
		<-ended
	}()
	if err := sleep(ctx, warmUp); err != nil {
		return flow{}, err
	}
	before, err := t.read(&received)
	if err != nil {
		return flow{}, err
	}
	if err := sleep(ctx, d); err != nil {
		return flow{}, err
	}
	after, err := t.read(&received)
	if err != nil {
		return flow{}, err
	}
	octets := float64(after.received - before.received)
	return flow{
		bits: octets * 8 / after.at.Sub(before.at).Seconds(),
		size: float64(after.octets-before.octets) / max(1, float64(after.frames-before.frames)),
		cpu:  (after.cpu - before.cpu).Seconds() / octets * 1e9,
	}, nil
}

// reading is what has been counted up to a moment.
type reading struct {
	at             time.Time
	received       uint64
	octets, frames uint64 // between R2 and R3
	cpu            time.Duration
}

func (t *turn) read(received *atomic.Uint64) (r reading, err error) {
	if r.octets, r.frames, err = t.wire(); err != nil {
		return r, err
	}
	for _, pid := range t.pids {
		used, err := processorTime(pid)
		if err != nil {
			return r, err
		}
		r.cpu += used
	}
	r.at, r.received = time.Now(), received.Load()
	return r, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
