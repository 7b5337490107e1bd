package bench

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	crowdName = "2,000 other SAs"
	crowdSAs  = 2000 // two to a flow; a peer may have 2,048
)

// crowdNet are the addresses behind R3 of which each has a flow, and a pair of SAs, of its own.
var crowdNet = netip.MustParsePrefix("20.2.0.0/16")

// crowded prints what a TCP stream has beside SAs of a thousand other flows, and alone.
// Both networks are there all the time and take turns.
func crowded(ctx context.Context, o Options, dir string) error {
	if !o.apart(crowdName) {
		return nil
	}
	alone, err := newTurn(candidate{name: "alone", build: tunnel{protection: gcm128}.build}, o, dir)
	if err != nil {
		return err
	}
	defer alone.close()
	start := time.Now()
	beside, err := newTurn(candidate{name: crowdName, build: tunnel{protection: gcm128, others: crowdSAs / 2}.build}, o, dir)
	if err != nil {
		return err
	}
	defer beside.close()
	up, err := beside.crowd(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "%d other SAs came up in %.0f s, configuration included\n", 2*up, time.Since(start).Seconds())
	var lists [2][]sample
	for range 2 * o.Rounds {
		for i, t := range []*turn{alone, beside} {
			s, err := t.tcp(ctx, o.Time, t.aToB(1))
			if err != nil {
				return err
			}
			lists[i] = append(lists[i], s)
		}
	}
	fmt.Fprintf(o.Out, "%-42s %-22s %s\n", "one TCP stream, Mb/s", "min / median / max", "of alone")
	for i, t := range []*turn{alone, beside} {
		l := lists[i]
		fmt.Fprintf(o.Out, "%-42s %-22s %.0f %%\n", t.name, of(l, value).text(1e6, "%.0f"), 100*ratios(l, lists[0]).median())
	}
	fmt.Fprintln(o.Out)
	return nil
}

// crowdLines are the entries of the access list for the other flows, of both ends.
func crowdLines(n int) (near, far []string) {
	for i := range n {
		a := crowdAddr(i)
		near = append(near, "access-list 100 permit ip host "+sources[0]+" host "+a.String())
		far = append(far, "access-list 100 permit ip host "+a.String()+" host "+sources[0])
	}
	return near, far
}

func crowdAddr(i int) netip.Addr {
	base := crowdNet.Addr().As4()
	return netip.AddrFrom4([4]byte{base[0], base[1], byte(i >> 8), byte(i)})
}

// crowd sends a packet of each of the other flows until all have their SAs, and returns how
// many have.
func (t *turn) crowd(ctx context.Context) (up int, err error) {
	var fd int
	if err := t.a.Do(func() (err error) {
		fd, err = unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		return os.NewSyscallError("socket", err)
	}); err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	const atOnce = 50
	for begun, last := 0, time.Now(); up < crowdSAs/2; {
		for i := begun; i < min(begun+atOnce, crowdSAs/2); i++ {
			// What is refused is sent again below.
			_ = unix.Sendto(fd, []byte("x"), 0, &unix.SockaddrInet4{Port: 9, Addr: crowdAddr(i).As4()})
		}
		begun += atOnce
		if begun < crowdSAs/2 {
			if err := sleep(ctx, 50*time.Millisecond); err != nil {
				return up, err
			}
			continue
		}
		if err := sleep(ctx, time.Second); err != nil {
			return up, err
		}
		out, err := t.routers[0].output("show crypto ipsec sa | include current outbound spi")
		if err != nil {
			return up, err
		}
		now := strings.Count(out, "0x") - strings.Count(out, "0x0(0)")
		if now > up {
			last = time.Now()
		}
		up, begun = now, 0
		if time.Since(last) > 30*time.Second {
			return up, fmt.Errorf("bench: after %d flows no further one had SAs", up)
		}
	}
	return up, nil
}
