package dataplane

import (
	"sync/atomic"
	"time"
)

// limiter allows burst events at once and one per interval in the long run. It
// is a virtual scheduling algorithm: next is when the bucket is empty again. The
// zero value with both fields set is ready; it is safe for concurrent use.
type limiter struct {
	interval time.Duration
	burst    int
	next     atomic.Int64 // nanoseconds since epoch
}

var epoch = time.Now()

func (l *limiter) allow() bool {
	now := int64(time.Since(epoch))
	next := l.next.Load()
	at := max(next, now)
	if at-now > int64(l.interval)*int64(l.burst-1) {
		return false
	}
	return l.next.CompareAndSwap(next, at+int64(l.interval))
}
