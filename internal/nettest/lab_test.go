package nettest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"conft/internal/netns"
)

// labUser runs `conft lab` with a TMPDIR, and so a lab, of its own.
type labUser struct {
	t   *testing.T
	ns  *netns.NS
	tmp string
}

func newLabUser(t *testing.T) *labUser {
	t.Helper()
	Root(t)
	u := &labUser{t: t, ns: Namespace(t, "lab"), tmp: shortDir(t)}
	t.Cleanup(u.nothingLeft)
	return u
}

func (u *labUser) command(args ...string) *exec.Cmd {
	cmd := exec.Command(Program(u.t), append([]string{"lab"}, args...)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+u.tmp)
	return cmd
}

func (u *labUser) run(args ...string) (out string, status int) {
	u.t.Helper()
	return run(u.t, u.ns, "", u.command(args...))
}

// processes lists those that work for the lab: its directory is in their arguments.
// Namespaces have no names, so they go with the last of them.
func (u *labUser) processes() (all []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		if line, err := os.ReadFile(f); err == nil && bytes.Contains(line, []byte(u.tmp)) {
			all = append(all, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return all
}

func (u *labUser) nothingLeft() {
	u.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; <-time.After(20 * time.Millisecond) {
		processes := u.processes()
		files, err := os.ReadDir(u.tmp)
		if err != nil {
			u.t.Fatal(err)
		}
		if len(processes)+len(files) == 0 {
			return
		}
		if time.Now().After(end) {
			u.t.Fatalf("the lab left processes %q and files %v", processes, files)
		}
	}
}

// inOrder checks that a text has parts in this order.
func inOrder(t testing.TB, text string, parts ...string) {
	t.Helper()
	rest := text
	for _, p := range parts {
		_, after, ok := strings.Cut(rest, p)
		if !ok {
			t.Errorf("no %q where it belongs in\n%s", p, text)
			return
		}
		rest = after
	}
}

// classicScreen is what a learner must have seen, whoever runs the lab.
var classicScreen = []string{
	"Lab classic", "R3: ", "R3(config)#crypto isakmp key cisco address 12.12.12.1",
	"R1: ", "R1(config-crypto-map)# set peer 23.23.23.3", "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON",
	"R1#debug crypto isakmp", "R1#ping 20.1.1.1 source 10.1.1.1", "IKE_I_MM1", "IKE_P1_COMPLETE",
	"IKE_QM_PHASE2_COMPLETE", "!!!", "Success rate is ", "R1#show crypto isakmp sa", "QM_IDLE", "ACTIVE",
	"R1#show crypto ipsec sa", "#pkts encaps: ", "The lab took",
}

func TestLab(t *testing.T) {
	t.Parallel()
	u := newLabUser(t)
	out, status := u.run("up", "classic")
	if status != 0 || strings.ContainsAny(out, "\x1b\r\b") {
		t.Errorf("exit status %d", status)
	}
	inOrder(t, out, classicScreen...)
	u.nothingLeft()

	out, status = u.run("up", "classic", "--keep", "--explain", "english")
	if status != 0 {
		t.Fatalf("exit status %d:\n%s", status, out)
	}
	inOrder(t, out, classicScreen...)
	if !strings.Contains(out, "RFC 2409") {
		t.Error("the notes name no RFC")
	}
	if out, status := u.run("list"); status != 0 || !strings.Contains(out, "classic") || !strings.Contains(out, "(up)") {
		t.Errorf("status %d: %s", status, out)
	}
	if out, status := u.run("up", "classic"); status != 1 || !strings.Contains(out, "% lab classic is up already") || !strings.Contains(out, "lab down") {
		t.Errorf("status %d: %s", status, out)
	}
	if out, status := u.run("exec", "r3", "show crypto isakmp sa", "show running-config | include hostname"); status != 0 || !strings.Contains(out, "QM_IDLE") || !strings.HasSuffix(out, "hostname R3\n") {
		t.Errorf("status %d: %s", status, out)
	}
	if _, status := u.run("exec", "R1", "frobnicate"); status != 1 {
		t.Errorf("status %d", status)
	}
	if out, status := u.run("exec", "R2", "show clock"); status != 1 || !strings.Contains(out, "R1 and R3") {
		t.Errorf("status %d: %s", status, out)
	}
	x := openTerminal(t, u.ns, u.command("console", "R1"))
	x.Expect("R1>")
	x.Enter("enable", "R1#")
	if out := x.Enter("ping 20.1.1.1 source 10.1.1.1", "R1#"); !strings.Contains(out, "!!!!!\n") {
		t.Errorf("the tunnel is up, but the ping says %s", out)
	}
	x.Type("exit\r")
	if status := x.Ended(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	if out, status := u.run("down"); status != 0 {
		t.Errorf("status %d: %s", status, out)
	}
	if left := u.processes(); len(left) > 0 {
		t.Errorf("lab down returned before %q had ended", left)
	}
	if out, _ := u.run("list"); strings.Contains(out, "(up)") {
		t.Error(out)
	}
	for _, args := range [][]string{{"down"}, {"exec", "R1", "show clock"}, {"console", "R1"}} {
		if out, status := u.run(args...); status != 1 || !strings.Contains(out, "% no lab is up; start one with ") {
			t.Errorf("%v: status %d: %s", args, status, out)
		}
	}
	for _, args := range [][]string{{"up", "frobnicate"}, {"up"}, {"up", "classic", "classic"}, {"up", "classic", "--explain", "latin"}} {
		if out, status := u.run(args...); status != 1 || !strings.HasPrefix(out, "% ") {
			t.Errorf("%v: status %d: %s", args, status, out)
		}
	}
}

// With a terminal the first console is the user's, and the end of it the end of the lab.
func TestLabOnTerminal(t *testing.T) {
	t.Parallel()
	u := newLabUser(t)
	x := openTerminal(t, u.ns, u.command("up", "classic"))
	x.Expect("This is R1")
	x.Expect("R1#")
	if out := x.Enter("show privilege", "R1#"); out != "Current privilege level is 15\n" {
		t.Errorf("%q", out)
	}
	x.Type("show run\t")
	x.Expect("R1#show running-config ")
	x.Type("\x15exit\r")
	if status := x.Ended(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	u.nothingLeft()
}

// Ctrl-C and death at any time leave nothing, and no obstacle for the next lab.
func TestLabInterrupted(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"Lab classic", "R3(config)#", "R1#debug crypto isakmp"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			u := newLabUser(t)
			x := openTerminal(t, u.ns, u.command("up", "classic"))
			x.Expect(when)
			x.Type("\x03")
			if status := x.Ended(); status != 130 {
				t.Errorf("exit status %d, want 130", status)
			}
			u.nothingLeft()
			x = openTerminal(t, u.ns, u.command("up", "classic"))
			x.Expect(when)
			x.cmd.Process.Kill()
			x.Ended()
			u.nothingLeft()
		})
	}
	// Even the supervisor may be killed: the directory is left, and the next lab
	// clears it.
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		u := newLabUser(t)
		x := openTerminal(t, u.ns, u.command("up", "classic"))
		x.Expect("R1(config)#")
		for _, p := range u.processes() {
			if strings.Contains(p, " supervise ") {
				sh(t, u.ns, fmt.Sprintf(`for p in /proc/[0-9]*; do if tr '\0' ' ' <$p/cmdline 2>/dev/null | grep -qxF -- %q; then kill -9 ${p#/proc/}; fi; done`, p))
			}
		}
		if status := x.Ended(); status == 0 {
			t.Error("the lab was killed and ended with status 0")
		}
		out, status := u.run("up", "classic")
		if status != 0 {
			t.Errorf("exit status %d", status)
		}
		inOrder(t, out, classicScreen...)
	})
}

// "rootless through a user namespace when not root": as anybody, where /dev/net/tun
// is open to all.
func TestLabWithoutRoot(t *testing.T) {
	t.Parallel()
	u := newLabUser(t)
	need(t, "unshare", "setpriv")
	if err := os.Chown(u.tmp, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	as := func(args string) *exec.Cmd {
		cmd := exec.Command("unshare", "-m", "sh", "-ec", fmt.Sprintf(`mount -t tmpfs none /dev/net
			mknod -m 666 /dev/net/tun c 10 200
			exec setpriv --reuid %d --regid %[1]d --clear-groups %s`, nobody, args))
		cmd.Env = append(os.Environ(), "TMPDIR="+u.tmp)
		return cmd
	}
	if out, status := run(t, u.ns, "", as("unshare -Urn true")); status != 0 {
		skip(t, "users may make no user namespace here: "+out)
	}
	out, status := run(t, u.ns, "", as(Program(t)+" lab up classic --explain chinese"))
	if status != 0 {
		t.Fatalf("exit status %d:\n%s", status, out)
	}
	inOrder(t, out, classicScreen...)
	han := 0
	for _, r := range out {
		if unicode.Is(unicode.Han, r) {
			han++
		}
	}
	if han < 1000 {
		t.Errorf("there are %d Chinese characters in the notes", han)
	}
}
