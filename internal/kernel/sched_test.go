package kernel

import (
	"os"
	"runtime"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"conft/internal/nstest"
)

// Every thread yields, those too that start later.
func TestAllThreadsYield(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	must(t, Yield())
	started, end := make(chan struct{}), make(chan struct{})
	for range 8 {
		go func() {
			runtime.LockOSThread()
			started <- struct{}{}
			<-end
		}()
	}
	for range 8 {
		<-started
	}
	defer close(end)
	threads, err := os.ReadDir("/proc/self/task")
	must(t, err)
	if len(threads) < 8 {
		t.Errorf("%d threads", len(threads))
	}
	for _, th := range threads {
		id, err := strconv.Atoi(th.Name())
		must(t, err)
		if a, err := unix.SchedGetAttr(id, 0); err != nil || a.Policy != unix.SCHED_BATCH {
			t.Errorf("thread %d has policy %d: %v", id, a.Policy, err)
		}
	}
}
