package bench

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// profile has perf look at the programs on R1 and R3 until stop is called. It writes to
// a file of Options.Profile that is named after the candidate; without a directory, or
// when the kernel forwards, it does nothing.
func (t *turn) profile() (stop func(), err error) {
	if t.Profile == "" || len(t.pids) == 0 {
		return func() {}, nil
	}
	pids := strings.Trim(strings.ReplaceAll(fmt.Sprint(t.pids), " ", ","), "[]")
	file := filepath.Join(t.Profile, strings.NewReplacer(" ", "-", ",", "").Replace(t.name)+".perf")
	cmd := exec.Command("perf", "record", "-q", "-g", "-F", "1999", "-o", file, "-p", pids)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("bench: perf: %w", err)
	}
	return func() {
		cmd.Process.Signal(syscall.SIGINT)
		cmd.Wait()
	}, nil
}
