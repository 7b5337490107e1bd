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

	"conft/internal/netns"
)

const (
	warmUp = 500 * time.Millisecond // until the streams have found their windows
	echoes = 400
)

// stream is one TCP connection that sends from src to dst.
type stream struct {
	from, to *netns.NS
	src, dst string
}

// aToB are n streams from host A to host B.
func (t *turn) aToB(n int) []stream {
	list := make([]stream, n)
	for i := range list {
		src := sources[0]
		if t.several {
			src = sources[i%len(sources)]
		}
		list[i] = stream{t.a, t.b, src, hostB}
	}
	return list
}

// bothWays are one stream each way.
func (t *turn) bothWays() []stream {
	return append(t.aToB(1), stream{t.b, t.a, hostB, sources[0]})
}

// open connects both ends. The first packets make the tunnel, so it tries for a while.
func (s stream) open(ctx context.Context) (sender, receiver net.Conn, err error) {
	var l net.Listener
	if err = s.to.Do(func() error {
		l, err = net.Listen("tcp4", s.dst+":0")
		return err
	}); err != nil {
		return nil, nil, err
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for sender == nil {
		// A connection whose first packet is lost takes a second to try again.
		d := net.Dialer{Timeout: 250 * time.Millisecond, Control: cubic, LocalAddr: &net.TCPAddr{IP: net.ParseIP(s.src)}}
		if err = s.from.Do(func() error {
			sender, err = d.DialContext(ctx, "tcp4", l.Addr().String())
			return err
		}); err == nil {
			break
		}
		sender = nil
		if ctx.Err() != nil {
			return nil, nil, fmt.Errorf("%s cannot be reached: %w", s.to.Name, err)
		}
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			return nil, nil, err
		}
	}
	// An earlier try may wait there, too, and is closed by now.
	for {
		l.(*net.TCPListener).SetDeadline(time.Now().Add(5 * time.Second))
		if receiver, err = l.Accept(); err != nil {
			sender.Close()
			return nil, nil, err
		}
		if receiver.RemoteAddr().String() == sender.LocalAddr().String() {
			return sender, receiver, nil
		}
		receiver.Close()
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

const roundTripName = "round trip of one octet"

// roundTrip returns the median time of one octet to host B and back, in seconds.
func (t *turn) roundTrip(ctx context.Context) (float64, error) {
	conn, far, err := t.aToB(1)[0].open(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	go func() {
		io.Copy(far, far)
		far.Close()
	}()
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
	return times[len(times)/2].Seconds(), nil
}

// tcp sends on all streams for as long as d and counts at the receivers, in bits a
// second.
func (t *turn) tcp(ctx context.Context, d time.Duration, list []stream) (s sample, err error) {
	var received atomic.Uint64
	for _, each := range list {
		sender, receiver, err := each.open(ctx)
		if err != nil {
			return s, err
		}
		go receive(receiver, &received)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for b := make([]byte, 128<<10); err == nil; {
				_, err = sender.Write(b)
			}
		}()
		defer func() {
			sender.(*net.TCPConn).SetLinger(0)
			sender.Close()
			<-ended
		}()
	}
	if err := sleep(ctx, warmUp); err != nil {
		return s, err
	}
	stop, err := t.profile()
	if err != nil {
		return s, err
	}
	defer stop()
	before, err := t.read()
	if err != nil {
		return s, err
	}
	octets := received.Load()
	if err := sleep(ctx, d); err != nil {
		return s, err
	}
	octets = received.Load() - octets
	after, err := t.read()
	if err != nil {
		return s, err
	}
	s = after.since(before)
	s.value = float64(octets) * 8 / after.at.Sub(before.at).Seconds()
	return s, nil
}

// receive counts what comes until the connection ends.
func receive(conn net.Conn, received *atomic.Uint64) {
	defer conn.Close()
	b := make([]byte, 256<<10)
	for {
		n, err := conn.Read(b)
		received.Add(uint64(n))
		if err != nil {
			return
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
