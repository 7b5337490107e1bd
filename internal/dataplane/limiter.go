package dataplane

import (
	"sync/atomic"
	"time"
)

// limiter allows burst events at once and one per interval in the long run. It
// is a virtual scheduling algorithm: next is when the last event allowed so far is
// paid for. It is ready with interval and burst set, and safe for concurrent use.
type limiter struct {
	interval time.Duration
	burst    int
	next     atomic.Int64 // nanoseconds, as Path.now
}

func (l *limiter) allow(now time.Duration) bool {
	next := l.next.Load()
	at := max(next, int64(now))
	if at-int64(now) > int64(l.interval)*int64(l.burst-1) {
		return false
	}
	return l.next.CompareAndSwap(next, at+int64(l.interval))
}
