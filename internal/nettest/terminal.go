package nettest

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"conft/internal/netns"
	"conft/internal/ptytest"
)

// Terminal is a user at a terminal with a conft program on it.
type Terminal struct {
	t       testing.TB
	ns      *netns.NS
	user    *os.File // the user's end
	program *os.File
	cmd     *exec.Cmd
	dir     string // of the router, where it is one

	mu     sync.Mutex
	all    []byte // everything that the screen got
	read   int    // how much of it Expect has gone past
	change chan struct{}
	done   chan struct{} // closed when the program has ended
	err    error         // what it ended with
}

// OpenTerminal starts `conft ARGS` in a namespace on a terminal of 80 by 24.
func OpenTerminal(t testing.TB, ns *netns.NS, args ...string) *Terminal {
	t.Helper()
	return openTerminal(t, ns, exec.Command(Program(t), args...))
}

func openTerminal(t testing.TB, ns *netns.NS, cmd *exec.Cmd) *Terminal {
	t.Helper()
	x := &Terminal{t: t, ns: ns, cmd: cmd, change: make(chan struct{}, 1), done: make(chan struct{})}
	x.user, x.program = ptytest.Pair(t)
	ptytest.Resize(t, x.user, 80, 24)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = x.program, x.program, x.program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := ns.Start(cmd); err != nil {
		t.Fatal(err)
	}
	go x.watch()
	go func() {
		x.err = cmd.Wait()
		close(x.done)
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-x.done
		x.mu.Lock()
		defer x.mu.Unlock()
		// IOS paints with backspaces alone; programs that read its echo know no more.
		if bytes.IndexByte(x.all, 0x1b) >= 0 {
			t.Errorf("an escape sequence was sent to the terminal: %q", x.all)
		}
		if t.Failed() {
			t.Logf("the terminal of %q in %s got:\n%s", cmd.Args[1:], ns.Name, x.all)
		}
	})
	return x
}

func (x *Terminal) watch() {
	b := make([]byte, 4096)
	for {
		n, err := x.user.Read(b)
		x.mu.Lock()
		x.all = append(x.all, b[:n]...)
		x.mu.Unlock()
		select {
		case x.change <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// Type types keys; "\r" is Enter.
func (x *Terminal) Type(keys string) {
	x.t.Helper()
	if _, err := x.user.WriteString(keys); err != nil {
		x.t.Fatal(err)
	}
}

// Expect waits until the screen has got a text since the last Expect, and returns
// what came up to its end.
func (x *Terminal) Expect(text string) string {
	x.t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for {
		x.mu.Lock()
		fresh := x.all[x.read:]
		if i := bytes.Index(fresh, []byte(text)); i >= 0 {
			x.read += i + len(text)
			x.mu.Unlock()
			return string(fresh[:i+len(text)])
		}
		x.mu.Unlock()
		select {
		case <-x.change:
		case <-limit.C:
			x.t.Fatalf("the terminal did not show %q; since the last thing expected it got %q", text, fresh)
		}
	}
}

// Enter types a line and waits for a prompt; it returns what was shown between.
func (x *Terminal) Enter(line, prompt string) string {
	x.t.Helper()
	x.Type(line + "\r")
	x.Expect("\r\n") // the end of the echo
	out := x.Expect(prompt)
	return strings.ReplaceAll(strings.TrimSuffix(out, prompt), "\r\n", "\n")
}

// Ended waits for the end of the program and returns its exit status.
func (x *Terminal) Ended() int {
	x.t.Helper()
	select {
	case <-x.done:
	case <-time.After(20 * time.Second):
		x.t.Fatal("the program on the terminal did not end")
	}
	if exit := (*exec.ExitError)(nil); errors.As(x.err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

// Screen is what a user sees on a terminal that never scrolls.
func (x *Terminal) Screen() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	rows, column := [][]rune{{}}, 0
	for _, r := range string(x.all) {
		row := &rows[len(rows)-1]
		switch r {
		case '\r':
			column = 0
		case '\n':
			rows = append(rows, nil)
		case '\b':
			column = max(column-1, 0)
		case '\a':
		default:
			for len(*row) <= column {
				*row = append(*row, ' ')
			}
			(*row)[column] = r
			column++
		}
	}
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(strings.TrimRight(string(row), " ") + "\n")
	}
	return b.String()
}
