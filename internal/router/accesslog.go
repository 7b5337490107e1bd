package router

import (
	"slices"
	"sync"
	"time"

	"conft/debug"
)

// accessLog decides which packets of access lists with `log` are written about: the
// first of a flow at once, then every five minutes how many more there were. It is
// bounded in flows and in messages. Safe for concurrent use.
type accessLog struct {
	mu     sync.Mutex
	flows  map[debug.AccessListLog]*accessFlow // by the message without its count
	missed uint64                              // packets that are in no message and no flow
	told   time.Time                           // of missed
	flood  flood
	tokens int
	filled time.Time
}

type accessFlow struct {
	packets uint64 // since the last message
	due     time.Time
}

// flood is when the kernel may have had more packets than it shows.
type flood struct {
	seen     bool
	second   time.Time // the one that is counted
	inSecond int
	since    int    // packets since unshown was asked for
	unshown  uint64 // by the kernel, as of then
}

const (
	// The kernel shows at most 100 packets a second of an entry.
	accessFlood    = 50
	accessInterval = 5 * time.Minute
	accessFlows    = 1024
	accessBurst    = 20 // messages at once
	accessRefill   = 100 * time.Millisecond
	accessMissed   = 30 * time.Second // between two messages about what was missed
)

func newAccessLog() *accessLog {
	return &accessLog{flows: map[debug.AccessListLog]*accessFlow{}, tokens: accessBurst}
}

// hit takes note of one packet. ok tells to log e now.
func (l *accessLog) hit(now time.Time, e debug.AccessListLog) (_ debug.AccessListLog, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flood.hit(now)
	key := e
	key.Packets = 0
	f := l.flows[key]
	switch {
	case f != nil:
		f.packets++
		return e, false
	case len(l.flows) == accessFlows:
		l.missed++
		return e, false
	}
	f = &accessFlow{due: now.Add(accessInterval)}
	l.flows[key] = f
	if !l.take(now) {
		f.packets++ // is in the first summary
		return e, false
	}
	return e, true
}

// tick returns what is due, the oldest first. A flow without packets in its interval is
// forgotten.
func (l *accessLog) tick(now time.Time) (out []debug.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	type due struct {
		debug.AccessListLog
		at time.Time
	}
	var all []due
	for key, f := range l.flows {
		switch {
		case now.Before(f.due):
		case f.packets == 0:
			delete(l.flows, key)
		default:
			all = append(all, due{key, f.due})
		}
	}
	slices.SortFunc(all, func(a, b due) int { return a.at.Compare(b.at) })
	for _, d := range all {
		if !l.take(now) {
			break // next time
		}
		f := l.flows[d.AccessListLog]
		d.Packets = f.packets
		f.packets, f.due = 0, now.Add(accessInterval)
		out = append(out, d.AccessListLog)
	}
	if l.missed > 0 && now.Sub(l.told) >= accessMissed {
		out = append(out, debug.AccessListMissed{Packets: l.missed})
		l.missed, l.told = 0, now
	}
	return out
}

func (f *flood) hit(now time.Time) {
	if now.Sub(f.second) >= time.Second {
		f.second, f.inSecond = now, 0
	}
	f.inSecond++
	f.since++
	f.seen = f.seen || f.inSecond >= accessFlood
}

// asks reports whether it has to be known how many packets the kernel has not shown, because
// the next tick may tell.
func (l *accessLog) asks(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.flood.seen && now.Sub(l.told) >= accessMissed
}

// unshown takes note of how many packets the kernel has not shown until now; it counts anew when
// rules are replaced.
func (l *accessLog) unshown(total uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if total < l.flood.unshown {
		l.flood.unshown = 0
	}
	l.missed += total - l.flood.unshown
	l.flood = flood{seen: l.flood.since > 0, unshown: total}
}

// take reports whether one more message may be written.
func (l *accessLog) take(now time.Time) bool {
	if n := int(now.Sub(l.filled) / accessRefill); n > 0 {
		l.tokens, l.filled = min(accessBurst, l.tokens+n), now
	}
	if l.tokens == 0 {
		return false
	}
	l.tokens--
	return true
}
