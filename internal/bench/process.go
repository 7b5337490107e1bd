package bench

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// resident returns the resident memory of a process in octets.
func resident(pid int) (uint64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		var kb uint64
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kb); n == 1 {
			return kb << 10, nil
		}
	}
	return 0, errors.New("no VmRSS in /proc")
}

// tick is the unit of /proc/PID/stat, USER_HZ on every architecture of today.
const tick = 10 * time.Millisecond

// processorTime returns how long a process has been on a core, the kernel's work on its
// behalf included.
func processorTime(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field, the name, is in parentheses and may hold anything; utime and
	// stime are the 14th and the 15th.
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	var user, system int64
	if len(f) < 13 {
		return 0, errors.New("a short line in /proc")
	}
	if _, err := fmt.Sscan(f[11]+" "+f[12], &user, &system); err != nil {
		return 0, err
	}
	return time.Duration(user+system) * tick, nil
}

// coreTime is how long all cores have been at what. Interrupts are the kernel's work on
// packets that have arrived; a process that is interrupted for it is charged with it, too.
type coreTime struct{ programs, interrupts, idle time.Duration }

func machineTime() (c coreTime, err error) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return c, err
	}
	line, _, _ := strings.Cut(string(b), "\n")
	for i, f := range strings.Fields(line) {
		var n int64
		if i == 0 || i > 8 { // what guests took is in user time already
			continue
		}
		if _, err := fmt.Sscan(f, &n); err != nil {
			return c, err
		}
		switch i {
		case 4, 5: // idle, waiting for a disk
			c.idle += time.Duration(n) * tick
		case 6, 7: // interrupts, soft interrupts
			c.interrupts += time.Duration(n) * tick
		default:
			c.programs += time.Duration(n) * tick
		}
	}
	return c, nil
}

// sample is what one measurement gave, with the share of the machine's processors that
// the parts took.
type sample struct {
	value            float64
	frame            float64 // octets of the average one on the wire
	write            float64 // octets of the average one to the TUN of R3
	hosts, near, far float64 // this process, the programs on R1 and R3
	interrupts       float64 // a part of what the others have
	others, idle     float64
}

// reading is what has been counted up to a moment.
type reading struct {
	at             time.Time
	octets, frames uint64 // on the wire, towards R3
	opened, writes uint64 // octets and packets, to the TUN of R3
	hosts          time.Duration
	routers        [2]time.Duration
	cores          coreTime
}

func (t *turn) read() (r reading, err error) {
	if r.octets, r.frames, err = t.taken("eth0"); err != nil {
		return r, err
	}
	if r.opened, r.writes, err = t.taken("crypto1"); err != nil {
		return r, err
	}
	for i, pid := range t.pids {
		if r.routers[i], err = processorTime(pid); err != nil {
			return r, err
		}
	}
	if r.hosts, err = processorTime(os.Getpid()); err != nil {
		return r, err
	}
	r.cores, err = machineTime()
	r.at = time.Now()
	return r, err
}

// since is the sample between two readings, but for its value.
func (r reading) since(b reading) sample {
	programs, interrupts, idle := r.cores.programs-b.cores.programs, r.cores.interrupts-b.cores.interrupts, r.cores.idle-b.cores.idle
	all := float64(programs + interrupts + idle)
	s := sample{
		frame:      float64(r.octets-b.octets) / max(1, float64(r.frames-b.frames)),
		write:      float64(r.opened-b.opened) / max(1, float64(r.writes-b.writes)),
		hosts:      float64(r.hosts-b.hosts) / all,
		near:       float64(r.routers[0]-b.routers[0]) / all,
		far:        float64(r.routers[1]-b.routers[1]) / all,
		interrupts: float64(interrupts) / all,
		idle:       float64(idle) / all,
	}
	s.others = max(0, 1-s.idle-s.hosts-s.near-s.far)
	return s
}
