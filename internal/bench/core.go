package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// A stream between hosts that share the routers' cores tells within a few percent what
// forwarding costs, however often it is measured: who runs on which core, and when, decides.
// So one core does everything: a thread that keeps to it sends, and the kernel forwards and
// delivers before the call returns, for every network in turn, a few milliseconds each. Of
// these turns the tenth that was fastest is compared, which nobody interrupted.

const (
	coreOctets = 4 << 20 // of one turn
	segment    = 1448    // octets that a full TCP segment carries
)

// forwarding prints what a TCP segment takes on one core through routers that only forward
// and beside a crypto map, several networks of each: how their memory happens to lie is
// worth a percent or two.
func forwarding(ctx context.Context, o Options, dir string) error {
	const each = 3
	kinds := candidates()[:2]
	if !slices.ContainsFunc(kinds, func(c candidate) bool { return o.wanted(c.name) }) ||
		!o.takes(coreName) {
		return nil
	}
	var pipes []*pipe
	for range each {
		for _, c := range kinds {
			t, err := newTurn(c, o, dir)
			if err != nil {
				return err
			}
			defer t.close()
			p, err := t.pipe(ctx)
			if err != nil {
				return err
			}
			defer p.close()
			pipes = append(pipes, p)
		}
	}
	took := make([]spread, len(pipes))
	err := onOneCore(func() error {
		for end := time.Now().Add(time.Duration(o.Rounds) * o.Time); time.Now().Before(end) && ctx.Err() == nil; {
			for i, p := range pipes {
				ns, err := p.turn()
				if err != nil {
					return err
				}
				took[i] = append(took[i], ns)
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	var best [2]spread // by kind, of each network
	for i, s := range took {
		s = slices.Sorted(slices.Values(s))
		best[i%2] = append(best[i%2], s[len(s)/10])
	}
	fmt.Fprintf(o.Out, "%-42s %-22s %s\n", coreName+", ns", "min / median / max", "of plain")
	for k, c := range kinds {
		fmt.Fprintf(o.Out, "%-42s %-22s %.1f %%\n", c.name, best[k].text(1, "%.0f"), 100*best[0].median()/best[k].median())
	}
	fmt.Fprintln(o.Out)
	return nil
}

const coreName = "a TCP segment on one core"

// onOneCore runs f on a thread that keeps to one core.
func onOneCore(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends here
		var one unix.CPUSet
		one.Set(runtime.NumCPU() - 1)
		if err := unix.SchedSetaffinity(0, &one); err != nil {
			done <- os.NewSyscallError("sched_setaffinity", err)
			return
		}
		done <- f()
	}()
	return <-done
}

// pipe is a TCP connection from host A to host B of which one thread has both ends.
type pipe struct {
	tx, rx  int
	out, in []byte
}

func (t *turn) pipe(ctx context.Context) (*pipe, error) {
	sender, receiver, err := t.aToB(1)[0].open(ctx)
	if err != nil {
		return nil, err
	}
	defer sender.Close()
	defer receiver.Close()
	p := &pipe{tx: -1, rx: -1, out: make([]byte, 128<<10), in: make([]byte, 256<<10)}
	if p.tx, err = duplicate(sender); err == nil {
		p.rx, err = duplicate(receiver)
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *pipe) close() {
	for _, fd := range []int{p.tx, p.rx} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

// turn sends and receives coreOctets and returns how many nanoseconds a segment took.
func (p *pipe) turn() (float64, error) {
	start := time.Now()
	got := 0
	for idle := 0; got < coreOctets; {
		if _, err := unix.Write(p.tx, p.out); err != nil && err != unix.EAGAIN {
			return 0, os.NewSyscallError("write", err)
		}
		before := got
		for {
			n, err := unix.Read(p.rx, p.in)
			if err == unix.EAGAIN {
				break
			}
			if err != nil || n == 0 {
				return 0, errors.Join(errors.New("bench: the connection ended"), os.NewSyscallError("read", err))
			}
			got += n
		}
		if got > before {
			idle = 0
		} else if idle++; idle > 1000 { // something is held back or lost: TCP has a timer for that
			time.Sleep(time.Millisecond)
		}
	}
	return float64(time.Since(start).Nanoseconds()) / float64(got) * segment, nil
}

// duplicate returns a descriptor of the connection that does not block.
func duplicate(c net.Conn) (fd int, err error) {
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		return -1, err
	}
	if e := raw.Control(func(of uintptr) { fd, err = unix.FcntlInt(of, unix.F_DUPFD_CLOEXEC, 0) }); e != nil {
		return -1, e
	}
	return fd, err
}
