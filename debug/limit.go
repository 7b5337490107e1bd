package debug

import (
	"bytes"
	"strconv"
	"time"
)

// Limit is how many messages a second are let through; PerSecond 0 lets all.
type Limit struct {
	PerSecond int
	Console   bool // only the console is limited
	Debug     bool // debug lines are limited too
	Except    int  // messages of this severity number and lower ones are not; -1 for none
}

// limiter counts the messages of the current second of the uptime.
type limiter struct {
	Limit
	second time.Duration
	passed int
}

// over reports whether a message is one too many.
func (l *limiter) over(severity int, debug bool, uptime time.Duration) bool {
	if l.PerSecond == 0 || debug && !l.Debug || severity <= l.Except {
		return false
	}
	if second := uptime.Truncate(time.Second); second != l.second {
		l.second, l.passed = second, 0
	}
	l.passed++
	return l.passed > l.PerSecond
}

// Count is how often a message was logged.
type Count struct {
	Facility, Mnemonic string
	Severity           int
	Times              int
	Last               string // the stamp of the last time
}

// SetLimit limits the rate of messages.
func (h *Hub) SetLimit(l Limit) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.limit.Limit != l {
		h.limit = limiter{Limit: l}
	}
}

// SetNumbered has each line begin with its number.
func (h *Hub) SetNumbered(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.numbered = on
}

// SetCounting has messages counted by their names, or forgets what was counted.
func (h *Hub) SetCounting(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !on {
		h.counts = nil
	} else if h.counts == nil {
		h.counts = []Count{}
	}
}

// Counts returns how often each message was logged, in the order of the first times; nil
// while they are not counted.
func (h *Hub) Counts() []Count {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.counts == nil {
		return nil
	}
	return append([]Count{}, h.counts...)
}

// count counts a line that begins with its stamp and whose text begins at an octet.
func (h *Hub) count(line []byte, text int) {
	if h.counts == nil || text >= len(line) || line[text] != '%' {
		return
	}
	name, _, ok := bytes.Cut(line[text+1:], []byte(": "))
	first, last := bytes.IndexByte(name, '-'), bytes.LastIndexByte(name, '-')
	if !ok || first < 0 || last <= first {
		return
	}
	severity, err := strconv.Atoi(string(name[last-1 : last]))
	if err != nil || last < 2 {
		return
	}
	facility, mnemonic := string(name[:last-2]), string(name[last+1:])
	stamp := string(bytes.TrimSuffix(line[:text], []byte(": ")))
	for i := range h.counts {
		if c := &h.counts[i]; c.Facility == facility && c.Mnemonic == mnemonic && c.Severity == severity {
			c.Times++
			c.Last = stamp
			return
		}
	}
	h.counts = append(h.counts, Count{facility, mnemonic, severity, 1, stamp})
}
