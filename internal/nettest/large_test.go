package nettest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"conft/internal/large"
)

// BenchmarkLargeConfiguration has a router take 100,000 lines by each of the ways in, and
// give them up again. What is not reading (BenchmarkLarge in commands) is the kernel's.
//
//	far0 --- GigabitEthernet0/0 R GigabitEthernet0/1 --- far1
func BenchmarkLargeConfiguration(b *testing.B) {
	Root(b)
	ns, far := Namespace(b, "large"), Namespace(b, "far")
	Cable(b, ns, "eth0", "", far, "far0", "10.1.1.2/24")
	Cable(b, ns, "eth1", "", far, "far1", "12.12.12.2/24")
	r := StartConft(b, ns, "GigabitEthernet0/0=eth0", "GigabitEthernet0/1=eth1")
	text := large.Configuration(100_000)
	if err := os.WriteFile(filepath.Join(r.Dir, "flash", "large"), []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	r.Exec("copy running-config flash:empty")
	took := map[string]time.Duration{}
	timed := func(what string, f func()) {
		begin := time.Now()
		f()
		took[what] += time.Since(begin)
	}
	replace := func(file string) { r.Exec("configure replace flash:" + file + " force") }
	for b.Loop() {
		timed("replace", func() { replace("large") })
		timed("replace-same", func() { replace("large") })
		timed("undo", func() { replace("empty") })
		timed("copy", func() { r.Exec("copy flash:large running-config") })
		replace("empty")
		timed("paste", func() { Run(b, ns, "configure terminal\n"+text, "exec", "--dir", r.Dir) })
		if n := r.Exec("show ip route static | count S"); !strings.Contains(n, "10000") {
			b.Fatalf("routes: %s", n)
		}
		r.Exec("copy flash:large startup-config")
		timed("stop", r.Close)
		timed("start", r.Start)
		replace("empty")
	}
	for what, t := range took {
		b.ReportMetric(t.Seconds()/float64(b.N), what+"-s")
	}
}
