package nettest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// withLogin starts a router whose console asks for a user.
func withLogin(t *testing.T) *Conft {
	t.Helper()
	Root(t)
	r := StartConft(t, Namespace(t, "r"))
	r.Exec("configure terminal", "hostname R1", "no logging console", "username admin privilege 15 secret cisco", "line con 0", "login local", "exec-timeout 0 0", "end")
	return r
}

// logIn answers what the console asks.
func logIn(x *Terminal, password, prompt string) {
	x.t.Helper()
	x.Expect("User Access Verification\r\n\r\nUsername: ")
	x.Type("admin\r")
	x.Expect("Password: ")
	x.Type(password + "\r")
	x.Expect(prompt)
}

// As a login shell the program is started with a name that begins with "-", and with
// -c where the login is for one command.
func TestLoginShell(t *testing.T) {
	t.Parallel()
	r := withLogin(t)
	cmd := exec.Command(Program(t), "--dir", r.Dir)
	cmd.Args[0] = "-conft"
	x := openTerminal(t, r.ns, cmd)
	logIn(x, "wrong", "% Login invalid\r\n\r\nUsername: ")
	x.Type("admin\r")
	x.Expect("Password: ")
	x.Type("cisco\r")
	x.Expect("R1#")
	if out := x.Enter("show users", "R1#"); !strings.Contains(out, "*  0 con 0     admin      idle") {
		t.Errorf("show users:\n%s", out)
	}
	x.Type("exit\r")
	if status := x.Ended(); status != 0 {
		t.Errorf("exit ended with %d", status)
	}
}

// The unit's getty gives its terminal to the console once somebody presses Enter.
func TestGetty(t *testing.T) {
	t.Parallel()
	unit, err := os.ReadFile("../../contrib/systemd/conft-getty@.service")
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(unit), "\nExecStart=-")
	line, _, _ = strings.Cut(line, "\n")
	args := strings.Fields(strings.NewReplacer("/usr/local/bin/conft", Program(t), "$TERM", "vt220").Replace(line))
	if _, err := os.Stat(args[0]); err != nil {
		skip(t, "needs agetty (Debian: util-linux)")
	}
	r := withLogin(t)
	args = append([]string{args[0], "--login-options", "--dir " + r.Dir}, args[1:]...)
	x := openTerminal(t, r.ns, exec.Command(args[0], args[1:]...))
	wait(t, "the getty", 20*time.Second, func() bool { // which throws away what is typed too early
		x.Type("\r")
		return strings.Contains(x.Screen(), "Username:")
	})
	logIn(x, "cisco", "R1#")
	x.Enter("show privilege", "R1#")
	x.Type("exit\r")
	x.Ended()
}
