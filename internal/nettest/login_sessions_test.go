package nettest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"conft/internal/ptytest"
)

// sshKey makes a key pair and returns its private file and its public line.
func sshKey(t *testing.T, kind string) (file, public string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), kind)
	if out, err := exec.Command("ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "u@host", "-f", file).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(file + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	return file, strings.TrimSpace(string(text))
}

// How somebody proves who he is to OpenSSH's liking, and what he finds: banners, the size of his window,
// a text on standard input, no other services.
func TestOpenSSHWays(t *testing.T) {
	t.Parallel()
	u, r := loginLab(t)
	r.Exec("configure terminal", "banner login #Who goes there#", "banner motd #Be good#", "banner exec #Welcome#",
		"username zero privilege 0 secret cisco", "username five privilege 5 algorithm-type md5 secret cisco", "username eight privilege 8 algorithm-type sha256 secret cisco",
		"username nine privilege 9 algorithm-type scrypt secret cisco", "username seven privilege 7 password 7 0822455D0A16", "end")
	for _, method := range []string{"password", "keyboard-interactive"} {
		if out, status := run(t, u, "", sshCommand(t, "cisco", "-o", "PreferredAuthentications="+method, "admin@10.0.0.1", "show privilege")); status != 0 || !strings.HasSuffix(out, "level is 15\r\n") {
			t.Errorf("%s: %q, %d", method, out, status)
		}
	}
	for user, level := range map[string]string{"five": "5", "seven": "7", "eight": "8", "nine": "9"} {
		if out, _ := run(t, u, "", sshCommand(t, "cisco", user+"@10.0.0.1", "show privilege")); out != "Current privilege level is "+level+"\r\n" {
			t.Errorf("%s: %q", user, out)
		}
	}
	if out, status := run(t, u, "", sshCommand(t, "cisco", "zero@10.0.0.1", "show privilege")); status != 1 || !strings.Contains(out, "% Invalid input") {
		t.Errorf("level 0: %q, %d", out, status)
	}
	var first string
	for _, kind := range []string{"rsa", "ed25519", "ecdsa"} {
		file, public := sshKey(t, kind)
		r.Exec("configure terminal", "ip ssh pubkey-chain", "username lab", "key-string", public, "end")
		if out, status := run(t, u, "", sshCommand(t, "", "-o", "BatchMode=yes", "-i", file, "lab@10.0.0.1", "show privilege")); status != 0 || out != "Current privilege level is 1\r\n" {
			t.Errorf("%s: %q, %d", kind, out, status)
		}
		if _, status := run(t, u, "", sshCommand(t, "", "-o", "BatchMode=yes", "-i", file, "admin@10.0.0.1", "show privilege")); status != 255 {
			t.Errorf("%s opens another's account", kind)
		}
		first = file
	}
	batch := func(args ...string) *exec.Cmd {
		return sshCommand(t, "", append([]string{"-o", "BatchMode=yes", "-i", first}, args...)...)
	}
	// A script on standard input, without a terminal: no page, each command with its prompt.
	out, status := run(t, u, "show privilege\nenable\nup\nshow running-config | include ^hostname\nexit\n", batch("-T", "lab@10.0.0.1"))
	if status != 0 || !strings.Contains(out, "R1>show privilege\r\nCurrent privilege level is 1\r\nR1>enable\r\nPassword: \r\nR1#show running-config | include ^hostname\r\nhostname R1\r\nR1#exit\r\n") {
		t.Errorf("a script: %q, %d", out, status)
	}
	for _, args := range [][]string{{"-s", "lab@10.0.0.1", "sftp"}, {"-o", "ExitOnForwardFailure=yes", "-R", "9:127.0.0.1:9", "lab@10.0.0.1", "show privilege"}, {"-W", "127.0.0.1:22", "lab@10.0.0.1"}} {
		if out, status := run(t, u, "", batch(args...)); status == 0 {
			t.Errorf("%q is served: %q", args, out)
		}
	}
	loud := sshCommand(t, "cisco", "admin@10.0.0.1")
	for i, a := range loud.Args {
		loud.Args[i] = strings.Replace(a, "LogLevel=ERROR", "LogLevel=INFO", 1) // which shows the banner
	}
	x := openTerminal(t, u, loud)
	x.Expect("Who goes there\r")
	x.Expect("\r\nBe good\r\nWelcome\r\nR1#")
	x.Enter("terminal width 0", "R1#")
	ptytest.Resize(t, x.user, 132, 10)
	wait(t, "the new size", 10*time.Second, func() bool {
		return strings.Contains(x.Enter("show terminal | include Length", "R1#"), "Length: 10 lines, Width: 132 columns")
	})
	x.Type("exit\r")
	if status := x.Ended(); status != 0 {
		t.Errorf("exit ended with %d", status)
	}
}

// A client that is stopped, and one that vanishes, hold up nobody; their lines are cleared by hand and
// by their timeouts.
func TestOpenSSHStopped(t *testing.T) {
	t.Parallel()
	u, r := loginLab(t)
	list := []string{"configure terminal", "ip access-list extended LONG"}
	for n := range 200 {
		list = append(list, " remark "+strings.Repeat("x", 90)+string(rune('a'+n%26)))
	}
	r.Exec(append(list, "end")...)
	in := func() *Terminal {
		x := openTerminal(t, u, sshCommand(t, "cisco", "admin@10.0.0.1"))
		x.Expect("R1#")
		return x
	}
	stopped := in()
	stopped.Enter("terminal length 0", "R1#")
	stopped.Enter("terminal monitor", "R1#")
	stopped.Type("debug all\r")
	stopped.Expect("Continue? (yes/[no]): ")
	stopped.Enter("yes", "R1#")
	stopped.cmd.Process.Signal(syscall.SIGSTOP)
	stopped.Type(strings.Repeat("show running-config\r", 200))
	other := in()
	for range 20 {
		other.Enter("show privilege", "R1#")
	}
	r.Exec("configure terminal", "hostname R2", "hostname R1", "end")
	if out, status := run(t, u, "", sshCommand(t, "cisco", "admin@10.0.0.1", "show privilege")); status != 255 {
		t.Errorf("there is a third line: %q", out)
	}
	other.Type("clear line vty 0\r\r")
	other.Expect("[OK]")
	wait(t, "the cleared line", 10*time.Second, func() bool { return !strings.Contains(r.Exec("show users"), "vty 0 ") })
	stopped.cmd.Process.Signal(syscall.SIGCONT)
	if status := stopped.Ended(); status != 255 {
		t.Errorf("whose line was cleared ended with %d", status)
	}
	r.Exec("undebug all", "configure terminal", "line vty 0 1", "exec-timeout 0 2", "end")
	other.Enter("show clock", "R1#") // from this key on the new time counts
	if status := other.Ended(); status != 0 {
		t.Errorf("the timeout ended with %d", status)
	}
	wait(t, "free lines", 10*time.Second, func() bool { return !strings.Contains(r.Exec("show users"), "vty") })
}

// Those who guess: the syslog, the quiet mode, and its end.
func TestOpenSSHGuessing(t *testing.T) {
	t.Parallel()
	u, r := loginLab(t)
	r.Exec("configure terminal", "login block-for 12 attempts 2 within 60", "ip ssh authentication-retries 2", "end")
	if out, status := run(t, u, "", sshCommand(t, "guess", "-o", "NumberOfPasswordPrompts=5", "admin@10.0.0.1", "show privilege")); status != 255 {
		t.Errorf("a guess: %q, %d", out, status)
	}
	if out := r.Exec("show login"); !strings.Contains(out, "Router presently in Quiet-Mode.\n") || !strings.Contains(out, "Total login failures: 2.\n") {
		t.Errorf("show login:\n%s", out)
	}
	if out, status := run(t, u, "", sshCommand(t, "cisco", "admin@10.0.0.1", "show privilege")); status != 255 {
		t.Errorf("in the quiet mode: %q, %d", out, status)
	}
	const end = "%SEC_LOGIN-5-QUIET_MODE_OFF: Quiet Mode is OFF, because block period timed out at "
	wait(t, "the end of the quiet mode", 60*time.Second, func() bool { return strings.Contains(r.Exec("show logging"), end) })
	if out, status := run(t, u, "", sshCommand(t, "cisco", "admin@10.0.0.1", "show privilege")); status != 0 {
		t.Errorf("afterwards: %q, %d", out, status)
	}
	log := r.Exec("show logging")
	for _, want := range []string{
		"%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: admin] [Source: 10.0.0.9] [localport: 22] [Reason: Login Authentication Failed] at ",
		"%SEC_LOGIN-1-QUIET_MODE_ON: Still timeleft for watching failures is ",
		"%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: admin] [Source: 10.0.0.9] [localport: 22] at ",
	} {
		if !strings.Contains(log, want) {
			t.Errorf("no %q in\n%s", want, log)
		}
	}
	if out := r.Exec("show login failures"); !strings.Contains(out, "Total failed logins: 2\n") || !strings.Contains(out, "admin           10.0.0.9        22     2      ") {
		t.Errorf("show login failures:\n%s", out)
	}
	r.Exec("configure terminal", "line vty 0 4", "transport input none", "end")
	if _, status := run(t, u, "", sshCommand(t, "cisco", "admin@10.0.0.1", "show privilege")); status != 255 {
		t.Error("transport input none lets in")
	}
}
