package kernel

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Yield makes the threads of this process, and those to come, wait for their turn when
// they wake (SCHED_BATCH). A packet wakes its receiver on the sender's core; one that
// stepped in at once would find that packet alone, and be back for the next. Who runs
// under another policy than the usual one keeps it.
func Yield() error {
	// Threads that others start meanwhile are there at the second look at the latest,
	// with a policy inherited or not.
	for range 2 {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		for _, t := range threads {
			id, err := strconv.Atoi(t.Name())
			if err != nil {
				continue
			}
			if err := yield(id); err != nil && err != unix.ESRCH {
				return os.NewSyscallError("sched_setattr", err)
			}
		}
	}
	return nil
}

func yield(thread int) error {
	a, err := unix.SchedGetAttr(thread, 0)
	if err != nil || a.Policy != unix.SCHED_NORMAL {
		return err
	}
	a.Policy = unix.SCHED_BATCH
	return unix.SchedSetAttr(thread, a, 0)
}
