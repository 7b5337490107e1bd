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
