package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// Options of Run.
type Options struct {
	Conft     string         // the program to measure
	Null      string         // the same with copying for AES-GCM, built with the tag nullcopy
	WireGuard string         // wireguard-go
	Rounds    int            // how often each candidate has its turn
	Time      time.Duration  // of one TCP measurement
	Only      *regexp.Regexp // names of candidates, nil for all
	Measures  *regexp.Regexp // names of measurements, nil for all
	Profile   string         // directory for what perf records of the TCP measurements; "" for none
	Awake     bool           // idle cores do not halt meanwhile
	Out       io.Writer
}

// wanted reports whether a candidate is to be measured.
func (o *Options) wanted(name string) bool { return o.Only == nil || o.Only.MatchString(name) }

// takes reports whether a measurement is to be taken.
func (o *Options) takes(name string) bool { return o.Measures == nil || o.Measures.MatchString(name) }

// apart reports whether to take a measurement that has candidates of its own.
func (o *Options) apart(name string) bool { return o.wanted(name) && o.takes(name) }

// Run measures everything and prints the report.
func Run(ctx context.Context, o Options) error {
	dir, err := os.MkdirTemp("", "conft-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	describe(o.Out)
	if o.Awake {
		release, err := keepAwake()
		if err != nil {
			return err
		}
		defer release()
		fmt.Fprint(o.Out, "idle cores do not halt; ")
	}
	fmt.Fprintf(o.Out, "%d rounds; min / median / max\n\n", o.Rounds)
	if o.Only == nil && o.Measures == nil {
		if err := start(ctx, o, dir); err != nil {
			return err
		}
		sealing(o)
	}
	if err := errors.Join(negotiations(ctx, o, dir), tunnels(ctx, o, dir), forwarding(ctx, o, dir), renewals(ctx, o, dir), crowded(ctx, o, dir)); err != nil {
		return err
	}
	return paths(ctx, o, dir)
}

// measure is something that is measured of every candidate.
type measure struct {
	name   string
	unit   float64 // of its value
	format string  // of its value in that unit
	run    func(ctx context.Context, t *turn) (sample, error)
}

// measures are all there are.
func measures() []measure {
	tcp := func(name string, list func(*turn) []stream) measure {
		return measure{name + ", Mb/s", 1e6, "%.0f", func(ctx context.Context, t *turn) (sample, error) { return t.tcp(ctx, t.Time, list(t)) }}
	}
	udp := func(size int) measure {
		return measure{fmt.Sprintf("UDP, %d octets, loss < 0.1 %%, 1000/s", size), 1e3, "%.0f",
			func(ctx context.Context, t *turn) (sample, error) { return t.udp(ctx, size) }}
	}
	return []measure{
		tcp("one TCP stream", func(t *turn) []stream { return t.aToB(1) }),
		tcp("four TCP streams", func(t *turn) []stream { return t.aToB(4) }),
		tcp("a TCP stream each way", (*turn).bothWays),
		udp(1400), udp(64),
	}
}

// turn is one candidate's network while it is measured.
type turn struct {
	*chain
	Options
	name    string // of the candidate
	several bool
	dir     string
	routers []*router
	pids    []int    // of the programs on R1 and R3; none when the kernel forwards
	closers []func() // last first
}

// subdir makes a directory for a program of the turn.
func (t *turn) subdir(name string) (string, error) {
	dir := filepath.Join(t.dir, name)
	return dir, os.MkdirAll(dir, 0o700)
}

func (t *turn) close() {
	for i := range t.closers {
		t.closers[len(t.closers)-1-i]()
	}
	t.chain.close()
}

// newTurn builds the network of a candidate.
func newTurn(c candidate, o Options, dir string) (*turn, error) {
	network, err := newChain(c.offload)
	if err != nil {
		return nil, err
	}
	t := &turn{chain: network, Options: o, name: c.name, several: c.several}
	if t.dir, err = os.MkdirTemp(dir, ""); err != nil {
		t.close()
		return nil, err
	}
	t.closers = append(t.closers, func() { os.RemoveAll(t.dir) })
	if err := c.build(t); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// result is what the turns of one candidate gave.
type result struct {
	candidate
	samples map[string][]sample // by measurement
	rtt     spread
	err     error // of the first turn that failed
}

// turn has the candidate's network measured.
func (r *result) turn(ctx context.Context, o Options, dir string) error {
	t, err := newTurn(r.candidate, o, dir)
	if err != nil {
		return err
	}
	defer t.close()
	if o.takes(roundTripName) {
		rtt, err := t.roundTrip(ctx)
		if err != nil {
			return err
		}
		r.rtt = append(r.rtt, rtt)
	}
	for _, m := range measures() {
		if !o.takes(m.name) {
			continue
		}
		s, err := m.run(ctx, t)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		r.samples[m.name] = append(r.samples[m.name], s)
	}
	return nil
}

// paths gives each candidate its turns and prints the tables.
func paths(ctx context.Context, o Options, dir string) error {
	if !o.takes(roundTripName) && !slices.ContainsFunc(measures(), func(m measure) bool { return o.takes(m.name) }) {
		return nil
	}
	var results []*result
	for _, c := range candidates() {
		if o.wanted(c.name) {
			results = append(results, &result{candidate: c, samples: map[string][]sample{}})
		}
	}
	for range o.Rounds {
		for _, r := range results {
			if r.err == nil {
				r.err = r.turn(ctx, o, dir)
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	return printPaths(o.Out, results)
}
