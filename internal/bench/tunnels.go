package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"conft/internal/suite"
)

// tunnelCounts are how many tunnels one process is given.
var tunnelCounts = []int{1000, 10000}

// tunnels measures one process with many tunnels, each with a peer of its own: what it
// takes of memory, and how long show commands take.
func tunnels(ctx context.Context, o Options, dir string) error {
	fmt.Fprintf(o.Out, "%-40s %-14s %-16s %-26s %s\n", "tunnels in one process", "came up in, s", "resident KB each", "show crypto isakmp sa, ms", "show crypto ipsec sa, ms")
	for _, count := range tunnelCounts {
		name := fmt.Sprintf("%d tunnels", count)
		if !o.apart(name) {
			continue
		}
		m, err := loaded(ctx, o, dir, count)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintf(o.Out, "%-40s %-14.1f %-16.1f %-26s %.0f\n", name, m.took.Seconds(), m.each/1024, m.isakmp.text(1e-3, "%.0f"), m.ipsec.Seconds()*1e3)
	}
	fmt.Fprintln(o.Out)
	return nil
}

// load is what many tunnels take.
type load struct {
	took   time.Duration
	each   float64 // octets resident
	isakmp spread  // seconds
	ipsec  time.Duration
}

func loaded(ctx context.Context, o Options, dir string, count int) (m load, err error) {
	network, err := newStar()
	if err != nil {
		return m, err
	}
	defer network.close()
	dir, err = os.MkdirTemp(dir, "")
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(dir)
	hub, err := startHub(o.Conft, network, filepath.Join(dir, "hub"), suite.ECP256)
	if err != nil {
		return m, err
	}
	defer hub.close()
	before, err := resident(hub.cmd.Process.Pid)
	if err != nil {
		return m, err
	}
	p, err := newSpokes(network.far, kind{hubAddr, hubsLAN, 1, suite.ECP256})
	if err != nil {
		return m, err
	}
	defer p.close()
	start := time.Now()
	if _, err := p.negotiate(ctx, 4*atOnce, func(n int) bool { return n < count }, p.forget); err != nil {
		return m, err
	}
	m.took = time.Since(start)
	after, err := resident(hub.cmd.Process.Pid)
	if err != nil {
		return m, err
	}
	m.each = float64(after-before) / float64(count)
	for range max(3, o.Rounds) {
		start := time.Now()
		if err := hub.exec("show crypto isakmp sa"); err != nil {
			return m, err
		}
		m.isakmp = append(m.isakmp, time.Since(start).Seconds())
	}
	start = time.Now()
	err = hub.exec("show crypto ipsec sa")
	m.ipsec = time.Since(start)
	return m, err
}

// startHub starts a conft that spokes of any address may come to.
func startHub(program string, s *star, dir string, g suite.Group) (*router, error) {
	r, err := startRouter(program, s.hub, dir, "--map", "GigabitEthernet0/0=eth0")
	if err != nil {
		return nil, err
	}
	err = r.exec("configure terminal", "no logging console",
		"crypto isakmp policy 10", "authentication pre-share", "encryption aes", "hash sha256", fmt.Sprint("group ", uint16(g)), "exit",
		"crypto isakmp key cisco123 address 0.0.0.0 0.0.0.0",
		"crypto ipsec transform-set TS esp-aes esp-sha-hmac", "exit",
		"access-list 100 permit ip 20.1.1.0 0.0.0.255 20.2.0.0 0.0.255.255",
		"crypto dynamic-map D 10", "set transform-set TS", "match address 100", "exit",
		"crypto map M 10 ipsec-isakmp dynamic D",
		"interface GigabitEthernet0/0", "ip address "+hubAddr.String()+" 255.255.255.252", "no shutdown", "crypto map M", "exit",
		"ip route 0.0.0.0 0.0.0.0 "+farAddr.String(), "end")
	if err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}
