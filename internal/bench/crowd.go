package bench

import (
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"time"

	"conft/internal/suite"
)

const (
	crowdName  = "10,000 other SAs"
	crowdFlows = 5000 // each may have a pair of SAs
	crowdPeers = 5    // with a pair for each flow: a peer may have 1,024
)

// crowd is what R1 has beside the tunnel of the stream. Its peers are spokes behind R3.
type crowd struct {
	name  string
	peers int // that share the flows; 0 for no SAs
	lines func() []string
}

// crowds are all that are compared, the first with nobody.
func crowds() []crowd {
	host := func(n int) string { return "host " + numbered(behindNet, n).String() }
	hostA, near := "host "+sources[0], netip.MustParsePrefix("10.2.0.0/16")
	nothing := func() []string { return nil }
	return []crowd{
		{"alone", 0, nothing},
		{"alone in another network", 0, nothing},
		{"5,000 entries, no SAs", 0, func() []string { return entries(func(n int) string { return hostA + " " + host(n) }) }},
		{"the same, from 5,000 hosts to host B", 0, func() []string {
			return entries(func(n int) string { return "host " + numbered(near, n).String() + " host " + hostB })
		}},
		{"SAs of 5,000 peers, a dynamic map", crowdFlows, func() []string {
			return []string{"access-list 111 permit ip 10.1.1.0 0.0.0.255 20.2.0.0 0.0.255.255",
				"crypto dynamic-map D 10", "set transform-set TC", "match address 111", "exit",
				"crypto map M 65535 ipsec-isakmp dynamic D"}
		}},
		{"SAs of 5 peers, 5,000 entries", crowdPeers, func() []string { return entries(func(n int) string { return hostA + " " + host(n) }) }},
	}
}

// entries are crypto map entries that stand before that of the stream, one for each peer
// with as many flows as it may have.
func entries(flow func(n int) string) (lines []string) {
	const each = crowdFlows / crowdPeers
	for p := range crowdPeers {
		list := strconv.Itoa(111 + p)
		for i := range each {
			lines = append(lines, "access-list "+list+" permit ip "+flow(p*each+i))
		}
		lines = append(lines, fmt.Sprintf("crypto map M %d ipsec-isakmp", 1+p), "set peer "+numbered(spokesNet, p).String(),
			"set transform-set TC", "match address "+list, "exit")
	}
	return lines
}

func (c crowd) build(t *turn) error {
	near := tunnelEnd{"10.1.1.0", "20.1.1.0", "10.1.1.1", "12.12.12.1", "12.12.12.3", "12.12.12.3"}
	far := tunnelEnd{"20.1.1.0", "10.1.1.0", "20.1.1.1", "12.12.12.3", "12.12.12.1", "12.12.12.1"}
	cloud, err := newCloud(t.r3, "eth2")
	if err != nil {
		return err
	}
	t.closers = append(t.closers, cloud.Close)
	// Before the link has the crypto map: each line is a transaction.
	nearLines := slices.Insert(near.lines(gcm128.transformSet), 1, append([]string{
		"crypto isakmp policy 20", "encryption aes", "hash sha256", "authentication pre-share", "group 19", "exit",
		"crypto isakmp key cisco123 address 100.64.0.0 255.255.0.0", "crypto ipsec transform-set TC esp-aes esp-sha-hmac", "exit"}, c.lines()...)...)
	farLines := slices.Insert(far.lines(gcm128.transformSet), 1,
		"interface GigabitEthernet0/2", "ip address "+hubAddr.String()+" 255.255.255.252", "no shutdown", "exit",
		"ip route 100.64.0.0 255.255.0.0 "+farAddr.String())
	if err := errorOf(t.router(t.Conft, t.r1, nearLines), t.router(t.Conft, t.r3, farLines, "--map", "GigabitEthernet0/2=eth2")); err != nil || c.peers == 0 {
		return err
	}
	lan := netip.MustParsePrefix("10.1.1.0/24")
	if c.peers == crowdPeers {
		lan = netip.MustParsePrefix(sources[0] + "/32")
	}
	p, err := newSpokes(cloud, kind{netip.MustParseAddr(near.wanAddr), lan, crowdFlows / c.peers, suite.ECP256})
	if err != nil {
		return err
	}
	t.closers = append(t.closers, p.close)
	_, err = p.negotiate(context.Background(), 32*atOnce, func(n int) bool { return n < c.peers }, p.forget)
	return err
}

// crowded prints what a TCP stream has beside each of the crowds, and alone. All networks
// are there all the time and take turns.
func crowded(ctx context.Context, o Options, dir string) error {
	if !o.takes(crowdName) {
		return nil
	}
	var turns []*turn
	for _, c := range crowds() {
		if !o.wanted(c.name) {
			continue
		}
		start := time.Now()
		t, err := newTurn(candidate{name: c.name, build: c.build}, o, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		defer t.close()
		turns = append(turns, t)
		fmt.Fprintf(o.Out, "%s: ready after %.1f s\n", c.name, time.Since(start).Seconds())
	}
	if len(turns) == 0 {
		return nil
	}
	lists := make([][]sample, len(turns))
	for round := range 2 * o.Rounds {
		for i := range turns {
			if round%2 == 1 {
				i = len(turns) - 1 - i
			}
			s, err := turns[i].tcp(ctx, o.Time, turns[i].aToB(1))
			if err != nil {
				return err
			}
			lists[i] = append(lists[i], s)
		}
	}
	// What R1 takes for it, the kernel's work on its behalf included.
	cost := func(s *sample) float64 { return s.near * float64(runtime.NumCPU()) / s.value }
	fmt.Fprintf(o.Out, "%-42s %8s %13s %-22s %-22s %s\n", "", "", "", "", "of the first, %", "")
	fmt.Fprintf(o.Out, "%-42s %8s %13s %-22s %-22s %s\n", "one TCP stream, Mb/s", "SAs", "resident, MB", "min / median / max", "min / median / max", "R1, ms of a core for a Gbit")
	for i, t := range turns {
		sas, err := t.routers[0].sas()
		if err != nil {
			return err
		}
		rss, err := resident(t.pids[0])
		if err != nil {
			return err
		}
		fmt.Fprintf(o.Out, "%-42s %8d %13d %-22s %-22s %s\n", t.name, sas, rss>>20, of(lists[i], value).text(1e6, "%.0f"),
			ratios(lists[i], lists[0]).text(0.01, "%.0f"), of(lists[i], cost).text(1e-12, "%.0f"))
	}
	fmt.Fprintln(o.Out)
	return nil
}

var saTotal = regexp.MustCompile(`SA total: (\d+)`)

// sas is how many IPsec SAs the router has.
func (r *router) sas() (int, error) {
	out, err := r.output("show crypto ipsec sa count")
	if err != nil {
		return 0, err
	}
	m := saTotal.FindStringSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("bench: no number of SAs in %q", out)
	}
	return strconv.Atoi(m[1])
}
