package nettest

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"conft/internal/netns"
	"conft/internal/ptytest"
)

// console starts a router whose console 0 is a terminal.
func console(t testing.TB, ns *netns.NS) (x *Terminal, dir string) {
	t.Helper()
	dir = shortDir(t)
	x = OpenTerminal(t, ns, "run", "--dir", dir, "--clock", "boot")
	x.Expect("Press RETURN to get started!")
	return x, dir
}

// The terminal on which the router was started is its console.
func TestConsole(t *testing.T) {
	t.Parallel()
	Root(t)
	r := Namespace(t, "r")
	x, dir := console(t, r)
	x.Type("\r")
	x.Expect("Router>")
	if out := x.Enter("show privilege", "Router>"); out != "Current privilege level is 1\n" {
		t.Errorf("%q", out)
	}
	x.Enter("enable", "Router#")
	if out := x.Enter("conf t", "Router(config)#"); out != "Enter configuration commands, one per line.  End with CNTL/Z.\n" {
		t.Errorf("%q", out)
	}
	x.Enter("no logging console", "Router(config)#") // log lines come when they come
	x.Enter("hostname Core", "Core(config)#")
	for range 20 {
		x.Enter("access-list 100 remark to be long", "Core(config)#")
	}
	x.Enter("crypto isakmp policy 10", "Core(config-isakmp)#")

	// Full help, word help, completion.
	x.Type("?")
	x.Expect("authentication")
	x.Expect("Core(config-isakmp)#")
	x.Type("h?")
	x.Expect("hash")
	x.Expect("Core(config-isakmp)#h")
	x.Type("as\t")
	x.Expect("Core(config-isakmp)#hash ")
	x.Enter("md5", "Core(config-isakmp)#")
	if out := x.Enter("groop 2", "Core(config-isakmp)#"); out != "                       ^\n% Invalid input detected at '^' marker.\n\n" {
		t.Errorf("the caret of an unknown word: %q", out)
	}
	if out := x.Enter("group", "Core(config-isakmp)#"); out != "% Incomplete command.\n\n" {
		t.Errorf("%q", out)
	}
	if out := x.Enter("do show privilege", "Core(config-isakmp)#"); out != "Current privilege level is 15\n" {
		t.Errorf("%q", out)
	}
	x.Type("\x1a") // Ctrl-Z
	x.Expect("^Z\r\nCore#")

	// History: the two last lines, the older changed at its beginning.
	x.Enter("show clock", "Core#")
	x.Enter("show history", "Core#")
	if out := x.Enter("\x10\x10\x01x\x08\x05 ", "Core#"); !strings.Contains(out, "UTC Mon Mar 1 1993") {
		t.Errorf("Ctrl-P twice: %q", out)
	}

	// A page of 24 lines.
	x.Type("show running-config\r")
	page := x.Expect(" --More-- ")
	if n := strings.Count(page, "\n"); n != 24 { // the echo's and 23
		t.Errorf("the first page has %d line ends: %q", n, page)
	}
	x.Type("q")
	x.Expect("Core#")

	// exit gives the line back, and takes nothing of the router with it.
	x.Type("exit\r")
	x.Expect("Core con0 is now available")
	x.Expect("Press RETURN to get started.")
	x.Type("\r")
	x.Expect("Core>")
	if out, status := Run(t, r, "", "exec", "--dir", dir, "show running-config | include hash"); status != 0 || out != " hash md5\n" {
		t.Errorf("status %d: %q", status, out)
	}

	// The router ends in an orderly way with its terminal as it found it.
	x.cmd.Process.Signal(syscall.SIGTERM)
	if status := x.Ended(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	if !ptytest.Cooked(t, x.program) {
		t.Error("the terminal is left in raw mode")
	}
}

// A reload of the console's router is the same console of the same router, and
// loses no key.
func TestReloadOnConsole(t *testing.T) {
	t.Parallel()
	Root(t)
	x, _ := console(t, Namespace(t, "r"))
	x.Type("\r")
	x.Expect("Router>")
	x.Enter("enable", "Router#")
	for range 3 {
		x.Type("reload\r")
		if out := x.Expect("? ["); strings.Contains(out, "Save?") {
			x.Type("yes\r")
			x.Expect("Proceed with reload? [")
		}
		x.Type("\r")
		x.Expect("Press RETURN to get started!")
		x.Type("\rena\r")
		x.Expect("Router>ena\r\n")
		x.Expect("Router#")
	}
}

// Consoles beside each other have their own modes, sizes and logs.
func TestTwoConsoles(t *testing.T) {
	t.Parallel()
	Root(t)
	r := Namespace(t, "r")
	first, dir := console(t, r)
	first.Type("\r")
	first.Expect("Router>")
	second := OpenTerminal(t, r, "--dir", dir)
	second.Expect("Router>")
	second.Enter("enable", "Router#")
	second.Enter("configure terminal", "Router(config)#")
	second.Enter("hostname Two", "Two(config)#")
	for range 20 {
		second.Enter("access-list 100 remark to be long", "Two(config)#")
	}
	if out := first.Enter("show privilege", "Two>"); out != "Current privilege level is 1\n" {
		t.Errorf("%q", out)
	}
	if out := second.Enter("bogus", "Two(config)#"); !strings.Contains(out, "% Invalid input detected") {
		t.Errorf("%q", out)
	}

	// A log line while the user types: it comes above, prompt and input below it again.
	first.Type("show clo")
	first.Expect("show clo")
	second.Type("\x1a")
	second.Expect("Two#")
	first.Expect("%SYS-5-CONFIG_I: Configured from console by vty0")
	first.Expect("Two>show clo")
	first.Type("ck\r")
	first.Expect("UTC Mon Mar 1 1993")
	first.Expect("Two>")
	wait(t, "the whole screen", time.Second, func() bool { return strings.HasSuffix(strings.TrimRight(first.Screen(), "\n"), "Two>") })
	lines := strings.Split(first.Screen(), "\n")
	for i, line := range lines {
		if strings.Contains(line, "SYS-5-CONFIG_I") && (!strings.HasPrefix(line, "*Mar  1 00:0") || lines[i+1] != "Two>show clock") {
			t.Errorf("the log line is %q, the line below it %q", line, lines[i+1])
		}
	}

	// The other console sees log lines after `terminal monitor`.
	second.Enter("terminal monitor", "Two#")
	first.Enter("enable", "Two#")
	first.Enter("configure terminal", "Two(config)#")
	first.Type("\x1a")
	second.Expect("%SYS-5-CONFIG_I: Configured from console by console")

	// A smaller window has smaller pages.
	ptytest.Resize(t, second.user, 80, 10)
	wait(t, "a page of ten lines", 10*time.Second, func() bool {
		second.Type("show running-config\r")
		page := second.Expect(" --More-- ")
		second.Type("q")
		second.Expect("Two#")
		return strings.Count(page, "\n") == 10
	})
	ptytest.Resize(t, first.user, 80, 8)
	first.Expect("Two#")
	wait(t, "a page of eight lines", 10*time.Second, func() bool {
		first.Type("show running-config\r")
		page := first.Expect(" --More-- ")
		first.Type("q")
		first.Expect("Two#")
		return strings.Count(page, "\n") == 8
	})

	second.Type("exit\r")
	if status := second.Ended(); status != 0 {
		t.Errorf("exit ended the console with status %d", status)
	}
	if !ptytest.Cooked(t, second.program) {
		t.Error("the terminal is left in raw mode")
	}

	// A router that dies under a console.
	third := OpenTerminal(t, r, "console", "--dir", dir)
	third.Expect("Two>")
	first.cmd.Process.Kill()
	third.Expect("% Connection to the router lost")
	if status := third.Ended(); status != 1 {
		t.Errorf("exit status %d, want 1", status)
	}
}

// enable with a secret: wrong three times is the end of it.
func TestEnableSecret(t *testing.T) {
	t.Parallel()
	Root(t)
	r := Namespace(t, "r")
	x, dir := console(t, r)
	out, status := Run(t, r, "", "exec", "--dir", dir, "configure terminal", "enable secret s3cret?", "no logging console", "end", "show running-config")
	if status != 0 || !strings.Contains(out, "enable secret 5 $1$") || strings.Contains(out, "s3cret") {
		t.Errorf("status %d:\n%s", status, out)
	}
	for _, user := range []*Terminal{x, OpenTerminal(t, r, "--dir", dir)} {
		if user == x {
			user.Type("\r")
		}
		user.Expect("Router>")
		user.Type("enable\r")
		for range 3 {
			user.Expect("Password: ")
			user.Type("wrong\r")
		}
		if out := user.Expect("Router>"); out != "\r\n% Bad secrets\r\n\r\nRouter>" {
			t.Errorf("after three wrong secrets: %q", out)
		}
		user.Type("enable\r")
		user.Expect("Password: ")
		user.Type("s3cret?\r")
		user.Expect("Router#")
		if strings.Contains(user.Screen(), "wrong") || strings.Contains(user.Screen(), "s3cret") {
			t.Error("a secret was echoed")
		}
	}
}

// A console whose terminal takes nothing any more does not hold up the router: not
// its other consoles, and not its end.
func TestStuckConsole(t *testing.T) {
	t.Parallel()
	Root(t)
	r := Namespace(t, "r")
	c := StartConft(t, r)
	full, w, err := os.Pipe() // which nobody reads
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	cmd := exec.Command(Program(t), append([]string{"exec", "--dir", c.Dir}, slices.Repeat([]string{"show version"}, 5000)...)...)
	cmd.Stdout = w
	if err := r.Start(cmd); err != nil {
		t.Fatal(err)
	}
	w.Close()
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	wait(t, "a full pipe", 10*time.Second, func() bool {
		n, err := unix.IoctlGetInt(int(full.Fd()), unix.TIOCINQ)
		return err == nil && n > 60_000
	})
	for n := range 10 { // meanwhile the socket fills, too
		c.Exec("configure terminal", fmt.Sprintf("hostname Busy%d", n), "end")
	}
	c.Close()
}

// A console that is told to end gives its terminal back, and leaves the router alone.
func TestKilledConsoleRestoresItsTerminal(t *testing.T) {
	t.Parallel()
	Root(t)
	r := Namespace(t, "r")
	first, dir := console(t, r)
	first.Type("\r")
	first.Expect("Router>")
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		x := OpenTerminal(t, r, "--dir", dir)
		x.Expect("Router>")
		wait(t, "raw mode", 5*time.Second, func() bool { return !ptytest.Cooked(t, x.program) })
		x.cmd.Process.Signal(s)
		if status := x.Ended(); status != 128+int(s) {
			t.Errorf("%v: exit status %d", s, status)
		}
		if !ptytest.Cooked(t, x.program) {
			t.Errorf("%v: the terminal is left in raw mode", s)
		}
	}
	first.Type("\r")
	first.Expect("Router>")
}
