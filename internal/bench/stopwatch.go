package bench

import (
	"time"

	"golang.org/x/sys/unix"
)

// stopwatch tells how long a thread has been on a core: on a machine that others use the
// time of day tells how busy they are.
type stopwatch struct {
	at  time.Duration
	own time.Duration // what a reading itself takes
}

func newStopwatch() (w stopwatch) {
	w.lap()
	least := time.Hour
	for range 1000 {
		least = min(least, w.lap())
	}
	w.own = least
	return w
}

// lap returns how long the thread has been on a core since the last lap.
func (w *stopwatch) lap() time.Duration {
	var t unix.Timespec
	unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) // cannot fail
	now := time.Duration(t.Nano())
	d := now - w.at - w.own
	w.at = now
	return d
}
