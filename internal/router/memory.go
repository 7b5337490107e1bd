package router

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
)

// Pool is a part of the machine's memory, in octets.
type Pool struct {
	Head              uint64 // an address in it, 0 when there is none
	Total, Used, Free uint64
	Lowest            uint64 // of what was free since the router started
	Largest           uint64 // piece that is free
}

// Memory is what `show memory` and `show processes memory` print.
type Memory struct {
	Processor Pool // the machine's memory
	IO        Pool // the kernel's own, such as packet buffers
	// Of this program since it started, and now.
	Allocated, Freed, Holding uint64
	PID                       int
}

// mappedAt is where a part of this program's memory is, by its name.
func mappedAt(name string) (at uint64) {
	for line := range strings.Lines(readFile("/proc/self/maps")) {
		if strings.HasSuffix(strings.TrimSpace(line), name) {
			fmt.Sscanf(line, "%x", &at)
		}
	}
	return at
}

// freeMemory is what is free now in the two pools.
func freeMemory() [2]uint64 {
	const meminfo = "/proc/meminfo"
	return [2]uint64{field(meminfo, "MemAvailable:") * 1024, field(meminfo, "SReclaimable:") * 1024}
}

// lowest is the least that was free. It is safe for concurrent use.
type lowest struct {
	mu    sync.Mutex
	known bool
	pools [2]uint64
}

// note returns the least so far, now included.
func (l *lowest) note(now [2]uint64) [2]uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, free := range now {
		if !l.known || free < l.pools[i] {
			l.pools[i] = free
		}
	}
	l.known = true
	return l.pools
}

// Memory returns how the machine's memory is used.
func (r *Router) Memory() Memory {
	const meminfo = "/proc/meminfo"
	free := freeMemory()
	least := r.loads.lowest.note(free)
	total, held := field(meminfo, "MemTotal:")*1024, field(meminfo, "SUnreclaim:")*1024
	var own runtime.MemStats
	runtime.ReadMemStats(&own)
	return Memory{
		Processor: Pool{Head: mappedAt("[stack]"), Total: total, Used: total - free[0], Free: free[0], Lowest: least[0], Largest: min(field(meminfo, "MemFree:")*1024, free[0])},
		IO:        Pool{Total: held + free[1], Used: held, Free: free[1], Lowest: least[1], Largest: free[1]},
		Allocated: own.TotalAlloc, Freed: own.TotalAlloc - own.HeapAlloc, Holding: own.HeapAlloc, PID: os.Getpid(),
	}
}
