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

// mtu is that of the links; an average frame longer than it holds was more than one
// packet.
const mtu = 1500 + 14

func printPaths(out io.Writer, results []*result) error {
	fmt.Fprintf(out, "%-40s %-20s %8s  %-18s %-18s %s\n", "one TCP stream, host A to host B", "Mb/s", "of plain", "core-s a GB", "round trip, us", "octets a frame, R2-R3")
	var plain float64
	var errs []error
	for _, r := range results {
		if r.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", r.name, r.err))
			fmt.Fprintf(out, "%-40s failed\n", r.name)
			continue
		}
		ratio := ""
		if plain == 0 && r.name == candidates()[0].name {
			plain = r.bits.median()
		}
		if plain != 0 {
			ratio = fmt.Sprintf("%.0f %%", 100*r.bits.median()/plain)
		}
		segments := ""
		if r.size.median() > mtu {
			segments = " (super-packets)"
		}
		fmt.Fprintf(out, "%-40s %-20s %8s  %-18s %-18s %.0f%s\n", r.name, r.bits.text(1e6, "%.0f"), ratio, r.cpu.text(1, "%.1f"), r.rtt.text(1e-6, "%.0f"), r.size.median(), segments)
	}
	return errors.Join(errs...)
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
