package router

import (
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Pool is a part of the machine's memory, in octets.
type Pool struct {
	Head                               uint64 // where it begins, 0 where that says nothing
	Total, Used, Free, Lowest, Largest uint64
}

// Memory is what `show memory` and `show processes memory` print.
type Memory struct {
	Processor Pool // the machine's memory
	IO        Pool // what the kernel lends to sockets
	// Of this program since it started, and now.
	Allocated, Freed, Holding uint64
	PID                       int
}

// Memory returns how the machine's memory is used.
func (r *Router) Memory() Memory {
	const meminfo = "/proc/meminfo"
	total, free := field(meminfo, "MemTotal:")*1024, field(meminfo, "MemAvailable:")*1024
	largest := min(field(meminfo, "MemFree:")*1024, free)
	var own runtime.MemStats
	runtime.ReadMemStats(&own)
	page := uint64(os.Getpagesize())
	limit := (lastField("/proc/sys/net/ipv4/tcp_mem") + lastField("/proc/sys/net/ipv4/udp_mem")) * page
	lent := socketPages(readFile("/proc/net/sockstat")) * page
	return Memory{
		Processor: Pool{Total: total, Used: total - free, Free: free, Lowest: free, Largest: largest, Head: heapHead(readFile("/proc/self/maps"))},
		IO:        Pool{Total: limit, Used: min(lent, limit), Free: limit - min(lent, limit), Lowest: limit - min(lent, limit), Largest: limit - min(lent, limit)},
		Allocated: own.TotalAlloc, Freed: own.TotalAlloc - own.HeapAlloc, Holding: own.HeapAlloc, PID: os.Getpid(),
	}
}

// lastField is the last number of a file of one line.
func lastField(path string) uint64 {
	f := strings.Fields(readFile(path))
	if len(f) == 0 {
		return 0
	}
	n, _ := strconv.ParseUint(f[len(f)-1], 10, 64)
	return n
}

// socketPages sums what /proc/net/sockstat says that sockets hold.
func socketPages(text string) uint64 {
	var sum uint64
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		for i := 0; i+1 < len(f); i++ {
			if f[i] == "mem" {
				n, _ := strconv.ParseUint(f[i+1], 10, 64)
				sum += n
			}
		}
	}
	return sum
}

// heapHead is where the program's heap begins, by its memory map.
func heapHead(maps string) uint64 {
	for line := range strings.Lines(maps) {
		if from, _, ok := strings.Cut(line, "-"); ok && strings.HasPrefix(from, "c0") {
			n, _ := strconv.ParseUint(from, 16, 64)
			return n
		}
	}
	return 0
}
