package bench

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
)

// spread is the values of all rounds.
type spread []float64

// three returns the smallest, the median and the largest value.
func (s spread) three() (low, middle, high float64) {
	s = slices.Sorted(slices.Values(s))
	return s[0], s[len(s)/2], s[len(s)-1]
}

func (s spread) median() float64 {
	_, m, _ := s.three()
	return m
}

// text prints the spread in a unit.
func (s spread) text(unit float64, format string) string {
	low, middle, high := s.three()
	return fmt.Sprintf(strings.ReplaceAll("# / # / #", "#", format), low/unit, middle/unit, high/unit)
}

// of gathers one figure of all samples.
func of(list []sample, figure func(*sample) float64) spread {
	var s spread
	for i := range list {
		s = append(s, figure(&list[i]))
	}
	return s
}

func value(s *sample) float64 { return s.value }

// mtu is that of the links; an average frame longer than it holds was more than one
// packet.
const mtu = 1500 + 14

// printPaths prints a table for each measurement. A ratio is the median of the ratios
// within a round, where both were measured on the machine as it was just then.
func printPaths(out io.Writer, results []*result) error {
	named := map[string]*result{}
	var errs []error
	for _, r := range results {
		named[r.name] = r
		if r.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", r.name, r.err))
		}
	}
	for _, m := range measures() {
		if !slices.ContainsFunc(results, func(r *result) bool { return len(r.samples[m.name]) > 0 }) {
			continue
		}
		fmt.Fprintf(out, "%-42s %-22s %7s %7s %7s %8s  %s\n", "", "", "of", "of", "times", "times", "% of the machine")
		fmt.Fprintf(out, "%-42s %-22s %7s %7s %7s %8s  %5s %5s %5s %5s %6s %5s  %s\n", m.name, "min / median / max", "plain", "null", "WG-go", "libipsec",
			"hosts", "R1", "R3", "irq", "others", "idle", "octets a frame, a write to the TUN")
		for _, r := range results {
			list := r.samples[m.name]
			if len(list) == 0 {
				fmt.Fprintf(out, "%-42s failed\n", r.name)
				continue
			}
			ratio := func(name, format string, scale float64) string {
				if other := named[name]; other != nil && other != r {
					if s := ratios(list, other.samples[m.name]); s != nil {
						return fmt.Sprintf(format, scale*s.median())
					}
				}
				return ""
			}
			share := func(figure func(*sample) float64) float64 { return 100 * of(list, figure).median() }
			size := of(list, func(s *sample) float64 { return s.frame }).median()
			write := ""
			if w := of(list, func(s *sample) float64 { return s.write }).median(); w > 0 {
				write = fmt.Sprintf(", %.0f", w)
			}
			segments := ""
			if size > mtu {
				segments = " (super-packets on the wire)"
			}
			fmt.Fprintf(out, "%-42s %-22s %7s %7s %7s %8s  %5.0f %5.0f %5.0f %5.0f %6.0f %5.0f  %.0f%s%s\n", r.name, of(list, value).text(m.unit, m.format),
				ratio(plainName, "%.0f %%", 100), ratio(r.null, "%.0f %%", 100), ratio(r.wireguard, "%.2f", 1), ratio(r.libipsec, "%.2f", 1),
				share(func(s *sample) float64 { return s.hosts }), share(func(s *sample) float64 { return s.near }),
				share(func(s *sample) float64 { return s.far }), share(func(s *sample) float64 { return s.interrupts }),
				share(func(s *sample) float64 { return s.others }), share(func(s *sample) float64 { return s.idle }), size, write, segments)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "hosts, R1, R3: the processes, with what arrived while they ran; irq: all work on arrivals, whoever was charged with it\n\n")
	fmt.Fprintf(out, "%-42s %-22s %s\n", roundTripName+", us", "min / median / max", "added to plain")
	for _, r := range results {
		if len(r.rtt) == 0 {
			continue
		}
		added := ""
		if p := named[plainName]; p != nil && len(p.rtt) > 0 {
			added = fmt.Sprintf("%.0f", (r.rtt.median()-p.rtt.median())*1e6)
		}
		fmt.Fprintf(out, "%-42s %-22s %s\n", r.name, r.rtt.text(1e-6, "%.0f"), added)
	}
	return errors.Join(errs...)
}

// ratios divides round by round.
func ratios(list, by []sample) (s spread) {
	for i := range min(len(list), len(by)) {
		s = append(s, list[i].value/by[i].value)
	}
	return s
}

// describe says what the figures were taken on.
func describe(out io.Writer) {
	read := func(path string) string {
		b, _ := os.ReadFile(path)
		return strings.TrimSpace(string(b))
	}
	model := "unknown CPU"
	for line := range strings.Lines(read("/proc/cpuinfo")) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			model = strings.TrimSpace(value)
			break
		}
	}
	var kb float64
	fmt.Sscanf(read("/proc/meminfo"), "MemTotal: %f kB", &kb)
	fmt.Fprintf(out, "%s, %d cores, %.1f GB, Linux %s, %s, load %s\n", model, runtime.NumCPU(), kb/(1<<20),
		read("/proc/sys/kernel/osrelease"), runtime.Version(), strings.Join(strings.Fields(read("/proc/loadavg"))[:3], " "))
}
