package commands

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"conft/internal/reftest"
)

// Each item of show ip traffic stands in the same line and section of a capture.
func TestIPTrafficLikeCapture(t *testing.T) {
	item := regexp.MustCompile(`(?:(Rcvd|Sent|Frags|Bcast|Mcast|Drop): +)?\d+ ([a-z][a-z' ]*)`)
	items := func(text string) (all []string) {
		section, way := "", ""
		for l := range strings.Lines(text) {
			if name, ok := strings.CutSuffix(strings.TrimSpace(l), " statistics:"); ok {
				section = name
			}
			for _, m := range item.FindAllStringSubmatch(l, -1) {
				if m[1] != "" {
					way = m[1]
				}
				all = append(all, section+" "+way+" "+strings.TrimSpace(m[2]))
			}
		}
		return all
	}
	want := items(reftest.Open(t, "show/show-ip-traffic/03.txt"))
	ours := items(text(func(w io.Writer) { showIPTraffic(w, nil) }))
	at := 0
	for _, i := range ours {
		n := slices.Index(want[at:], i)
		if n < 0 {
			t.Errorf("no %q behind %q", i, want[max(at-1, 0)])
			continue
		}
		at += n + 1
	}
	if len(ours) < 40 {
		t.Errorf("only %d items", len(ours))
	}
	names := regexp.MustCompile(`[{+](\w+\.\w+)`).FindAllStringSubmatch(trafficLines, -1)
	counted := map[string]uint64{}
	for i, m := range names {
		counted[m[1]] = uint64(1000 + i)
	}
	counted["Ip.OutNoRoutes"], counted["IpExt.InNoRoutes"] = 20000, 300
	r := newFake(t, "")
	r.statistics = counted
	if got := run(t, r, "show ip traffic"); len(counted) != len(names) || strings.Contains(got, " 0 ") || !strings.Contains(got, "  Rcvd:  1000 total, 1001 local destination\n") ||
		!strings.Contains(got, "         20300 no route\n") {
		t.Errorf("got\n%s", got)
	}
}
