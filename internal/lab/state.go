package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const stateFile = "lab.json"

// State says which lab is up.
type State struct {
	Lab        string
	Pid        int               // of the supervisor
	Namespaces map[string]string // for nsenter --net=
}

// ErrDown is returned when no lab is up.
var ErrDown = errors.New("no lab is up; start one with `conft lab up classic`")

// Dir returns the directory of the user's lab.
func Dir() string { return filepath.Join(os.TempDir(), fmt.Sprintf("conft-lab-%d", os.Getuid())) }

// Current returns the lab that is up. What a killed one left is not a lab.
func Current(dir string) (*State, error) {
	if err := ours(dir); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(filepath.Join(dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrDown
	}
	if err != nil {
		return nil, err
	}
	var s State
	if err := json.Unmarshal(b, &s); err != nil || !isSupervisor(s.Pid) || Find(s.Lab) == nil {
		return nil, ErrDown
	}
	return &s, nil
}

// ours refuses a directory that somebody else has put in place of the user's: it is in
// the open, and what its files say is obeyed.
func ours(dir string) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || !info.IsDir() || int(st.Uid) != os.Getuid() || info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s is not private to you; remove it, or set TMPDIR", dir)
	}
	return nil
}

// isSupervisor reports whether a process is a lab's supervisor, and not another
// that got the number of a dead one.
func isSupervisor(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	args := strings.Split(string(b), "\x00")
	return err == nil && len(args) > 2 && args[1] == "lab" && args[2] == "supervise"
}

// Down ends the lab and waits until it has gone.
func Down(dir string) error {
	s, err := Current(dir)
	if err != nil {
		return err
	}
	if err := syscall.Kill(s.Pid, syscall.SIGTERM); err != nil {
		return err
	}
	for end := time.Now().Add(10 * time.Second); isSupervisor(s.Pid); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			return syscall.Kill(s.Pid, syscall.SIGKILL)
		}
	}
	return nil
}

// Console returns the path of a router's console socket in the lab that is up.
func Console(dir, router string) (string, error) {
	s, err := Current(dir)
	if err != nil {
		return "", err
	}
	routers := Find(s.Lab).routers()
	i := slices.IndexFunc(routers, func(r string) bool { return strings.EqualFold(r, router) })
	if i < 0 {
		return "", fmt.Errorf("lab %s has no router %s; it has %s", s.Lab, router, strings.Join(routers, " and "))
	}
	return filepath.Join(dir, routers[i], "console.sock"), nil
}

// alone refuses a second lab.
func alone(dir string) error {
	switch s, err := Current(dir); {
	case err == nil:
		return fmt.Errorf("lab %s is up already: `conft lab console %s` or `conft lab down`", s.Lab, Find(s.Lab).First)
	case !errors.Is(err, ErrDown):
		return err
	}
	return nil
}

// prepare makes the directory for a new lab, private to the user, and clears what
// a killed lab left in it.
func prepare(dir string) error {
	if err := alone(dir); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Mkdir(dir, 0o700)
}
