package dataplane

import (
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	l := limiter{interval: time.Second, burst: 3}
	for i, c := range []struct {
		at   time.Duration
		want bool
	}{
		{0, true}, {0, true}, {0, true}, {0, false},
		{999 * time.Millisecond, false}, {time.Second, true}, {time.Second, false},
		{time.Hour, true}, {time.Hour, true}, {time.Hour, true}, {time.Hour, false},
	} {
		if got := l.allow(c.at); got != c.want {
			t.Errorf("event %d at %v: %v, want %v", i, c.at, got, c.want)
		}
	}
}
