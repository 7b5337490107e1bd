package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// Options of Run.
type Options struct {
	Conft  string         // the program to measure
	Rounds int            // how often each candidate has its turn
	Time   time.Duration  // of one TCP stream
	Only   *regexp.Regexp // names of candidates, nil for all
	Out    io.Writer
}

// wanted reports whether something is to be measured.
func (o *Options) wanted(name string) bool { return o.Only == nil || o.Only.MatchString(name) }

// Run measures everything and prints the report.
func Run(ctx context.Context, o Options) error {
	dir, err := os.MkdirTemp("", "conft-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	describe(o.Out)
	fmt.Fprintf(o.Out, "%d rounds, one TCP stream of %v each; min / median / max\n\n", o.Rounds, o.Time)
	if o.Only == nil {
		if err := start(ctx, o, dir); err != nil {
			return err
		}
		sealing(o)
	}
	if err := errors.Join(negotiations(ctx, o, dir), tunnels(ctx, o, dir)); err != nil {
		return err
	}
	return paths(ctx, o, dir)
}

// turn is one candidate's network while it is measured.
type turn struct {
	*chain
	conft, dir string
	pids       []int    // of the programs on R1 and R3
	closers    []func() // last first
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

// measure builds the candidate's network, measures and takes it down.
func (c *candidate) measure(ctx context.Context, o Options, dir string) (f flow, rtt time.Duration, err error) {
	network, err := newChain(c.offload)
	if err != nil {
		return f, 0, err
	}
	dir, err = os.MkdirTemp(dir, "")
	if err != nil {
		network.close()
		return f, 0, err
	}
	defer os.RemoveAll(dir)
	t := &turn{chain: network, conft: o.Conft, dir: dir}
	defer t.close()
	if err := c.build(t); err != nil {
		return f, 0, err
	}
	l, err := t.server()
	if err != nil {
		return f, 0, err
	}
	defer l.Close()
	if rtt, err = t.roundTrip(ctx, l); err == nil {
		f, err = t.stream(ctx, l, o.Time)
	}
	return f, rtt, err
}

// result is what the turns of one candidate gave.
type result struct {
	*candidate
	bits, size, cpu, rtt spread
	err                  error // of the first turn that failed
}

// paths gives each candidate its turns and prints the table.
func paths(ctx context.Context, o Options, dir string) error {
	var results []*result
	for _, c := range candidates() {
		if o.wanted(c.name) {
			results = append(results, &result{candidate: &c})
		}
	}
	for range o.Rounds {
		for _, r := range results {
			if r.err != nil {
				continue
			}
			f, rtt, err := r.measure(ctx, o, dir)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if r.err = err; err == nil {
				r.bits, r.size, r.rtt = append(r.bits, f.bits), append(r.size, f.size), append(r.rtt, rtt.Seconds())
				r.cpu = append(r.cpu, f.cpu)
			}
		}
	}
	return printPaths(o.Out, results)
}
