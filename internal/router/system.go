package router

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	log "conft/debug"
	"conft/internal/aaa"
	"conft/internal/seat"
	"conft/nvram"
)

// Release is the version of this program.
const Release = "0.1"

// Clock returns the router's clock.
func (r *Router) Clock() log.Clock { return r.clock }

// SetClock sets the router's time.
func (r *Router) SetClock(t time.Time) { r.clock.Set(t) }

// Access returns who decides who may come in.
func (r *Router) Access() *aaa.Access { return r.access }

// Watch is what has become of logins.
func (r *Router) Watch() aaa.Watch { return r.access.Watch() }

// LoginFailures are those who did not come in lately, and how often anybody ever did not.
func (r *Router) LoginFailures() ([]aaa.Failure, int) { return r.access.Failures() }

// Seats returns the lines and who uses them.
func (r *Router) Seats() *seat.Table { return r.seats }

// SystemState returns what `show version` prints of this process and machine.
func (r *Router) SystemState() SystemState {
	s := SystemState{
		Release:  Release,
		Built:    built(),
		Machine:  machine(),
		Kernel:   strings.TrimSpace("Linux " + readFile("/proc/sys/kernel/osrelease")),
		Board:    r.board(),
		MemoryKB: field("/proc/meminfo", "MemTotal:"),
		UsedKB:   field("/proc/self/status", "VmRSS:"),
		NVRAMKB:  nvram.Size / 1024,
		Returned: r.reason,
	}
	s.Image, _ = os.Executable()
	return s
}

// built names the tool chain and, where the build knows it, the commit.
func built() string {
	text := runtime.Version()
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return text
	}
	for _, x := range info.Settings {
		switch x.Key {
		case "vcs.revision":
			text += " " + x.Value[:min(12, len(x.Value))]
		case "vcs.time":
			text += " " + x.Value
		}
	}
	return text
}

// machine is the hardware name as `uname -m` gives it.
func machine() string {
	switch runtime.GOARCH {
	case "amd64":
		return "x86_64"
	case "arm64":
		return "aarch64"
	}
	return runtime.GOARCH
}

// board is a serial number that stays with the nvram: it is drawn once.
func (r *Router) board() string {
	const key = "board-id"
	b, ok, err := r.nvram.Get(key)
	if err == nil && !ok {
		b = []byte("CFT" + strings.ToUpper(strconv.FormatInt(time.Now().UnixNano()&0xffffffffff, 36)))
		r.nvram.Put(key, b)
	}
	return string(b)
}

func readFile(path string) string {
	b, _ := os.ReadFile(path)
	return strings.TrimSpace(string(b))
}

// field returns the number, in kilobytes, after a label of a /proc file.
func field(path, label string) uint64 {
	for line := range strings.Lines(readFile(path)) {
		if rest, ok := strings.CutPrefix(line, label); ok {
			n, _ := strconv.ParseUint(strings.Fields(rest)[0], 10, 64)
			return n
		}
	}
	return 0
}
