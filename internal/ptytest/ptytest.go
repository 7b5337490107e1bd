// Package ptytest opens pseudo-terminals for tests, with nothing but the kernel's
// own ioctls.
package ptytest

import (
	"fmt"
	"os"
	"syscall"
	"testing"
	"unsafe"
)

// Open returns both ends of a new pseudo-terminal whose line discipline is off,
// as a console puts it: the user's end and the program's end. Both are closed at the
// end of the test.
func Open(t testing.TB) (user, program *os.File) {
	t.Helper()
	user, program = Pair(t)
	var raw syscall.Termios
	ioctl(t, program, syscall.TCGETS, unsafe.Pointer(&raw))
	raw.Iflag, raw.Oflag, raw.Lflag = 0, 0, 0
	raw.Cflag = raw.Cflag&^syscall.CSIZE | syscall.CS8
	raw.Cc[syscall.VMIN], raw.Cc[syscall.VTIME] = 1, 0
	ioctl(t, program, syscall.TCSETS, unsafe.Pointer(&raw))
	return user, program
}

// Pair is Open with the line discipline that a login leaves: echo, whole lines,
// Ctrl-C a signal.
func Pair(t testing.TB) (user, program *os.File) {
	t.Helper()
	user, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals on this machine: %v", err)
	}
	t.Cleanup(func() { user.Close() })
	var unlock, number int32
	ioctl(t, user, syscall.TIOCSPTLCK, unsafe.Pointer(&unlock))
	ioctl(t, user, syscall.TIOCGPTN, unsafe.Pointer(&number))
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals on this machine: %v", err)
	}
	t.Cleanup(func() { program.Close() })
	return user, program
}

// Resize gives a terminal another size, as dragging its window does: the programs
// on it get SIGWINCH.
func Resize(t testing.TB, f *os.File, columns, rows uint16) {
	t.Helper()
	size := [4]uint16{rows, columns}
	ioctl(t, f, syscall.TIOCSWINSZ, unsafe.Pointer(&size))
}

// Cooked reports whether a terminal's line discipline echoes, as a login's does.
func Cooked(t testing.TB, f *os.File) bool {
	t.Helper()
	var now syscall.Termios
	ioctl(t, f, syscall.TCGETS, unsafe.Pointer(&now))
	return now.Lflag&syscall.ECHO != 0
}

func ioctl(t testing.TB, f *os.File, request uintptr, arg unsafe.Pointer) {
	t.Helper()
	c, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var errno syscall.Errno
	if err := c.Control(func(fd uintptr) {
		_, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(arg))
	}); err != nil {
		t.Fatal(err)
	}
	if errno != 0 {
		t.Fatalf("%s: %v", f.Name(), errno)
	}
}
