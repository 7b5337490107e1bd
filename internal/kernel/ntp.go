package kernel

import "golang.org/x/sys/unix"

// ClockSynchronised reports whether something keeps the machine's clock in step.
func ClockSynchronised() bool {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	return err == nil && state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0
}
