package nettest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"conft/internal/netns"
	"conft/internal/strongswan"
)

// loginLab is a user's machine and a router that lets him in:
//
//	u 10.0.0.9/24 ── 10.0.0.1/24 r
func loginLab(t *testing.T) (u *netns.NS, r *Conft) {
	t.Helper()
	Root(t)
	if strongswan.Find("ssh") == "" {
		skip(t, "needs the OpenSSH client (Debian: openssh-client)")
	}
	u, ns := Namespace(t, "u"), Namespace(t, "r")
	Cable(t, u, "eth0", "10.0.0.9/24", ns, "eth0", "")
	r = StartConft(t, ns, "GigabitEthernet0/0=eth0")
	r.Exec("configure terminal", "hostname R1", "ip domain name lab", "interface GigabitEthernet0/0", "ip address 10.0.0.1 255.255.255.0", "no shutdown",
		"username admin privilege 15 secret cisco", "username lab password lab", "enable secret up", "login on-failure log", "login on-success log",
		"line vty 0 1", "login local", "transport input ssh", "crypto key generate rsa modulus 2048", "end")
	reach(t, u, "10.0.0.1")
	return u, r
}

// sshCommand is OpenSSH's client with a password at hand.
func sshCommand(t *testing.T, password string, args ...string) *exec.Cmd {
	t.Helper()
	ask := filepath.Join(t.TempDir(), "ask")
	if err := os.WriteFile(ask, []byte("#!/bin/sh\nprintf '%s\\n' \"$PASSWORD\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(strongswan.Find("ssh"), append([]string{"-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
		"-o", "LogLevel=ERROR", "-o", "ConnectTimeout=10", "-o", "IdentitiesOnly=yes"}, args...)...)
	cmd.Env = append(os.Environ(), "PASSWORD="+password, "SSH_ASKPASS="+ask, "SSH_ASKPASS_REQUIRE=force", "HOME="+t.TempDir())
	return cmd
}

// OpenSSH's client on a terminal, with one command, and with a key.
func TestOpenSSH(t *testing.T) {
	t.Parallel()
	u, r := loginLab(t)
	out, status := run(t, u, "", sshCommand(t, "cisco", "admin@10.0.0.1", "show privilege"))
	if out != "Current privilege level is 15\r\n" || status != 0 {
		t.Errorf("one command: %q, %d", out, status)
	}
	if out, status := run(t, u, "", sshCommand(t, "cisco", "admin@10.0.0.1", "show nothing")); !strings.Contains(out, "% Invalid input") || status != 1 {
		t.Errorf("one that is refused: %q, %d", out, status)
	}
	if out, status := run(t, u, "", sshCommand(t, "guess", "admin@10.0.0.1", "show privilege")); status != 255 || strings.Contains(out, "level") {
		t.Errorf("a wrong password: %q, %d", out, status)
	}

	x := openTerminal(t, u, sshCommand(t, "lab", "lab@10.0.0.1"))
	x.Expect("R1>")
	x.Type("enable\r")
	x.Expect("Password: ")
	x.Type("up\r")
	x.Expect("R1#")
	x.Enter("terminal monitor", "R1#")
	x.Type("configure terminal\r")
	x.Expect("R1(config)#")
	x.Type("end\r")
	x.Expect("%SYS-5-CONFIG_I: Configured from console by lab on vty0 (10.0.0.9)")
	x.Expect("R1#")
	if out := x.Enter("show users", "R1#"); !strings.Contains(out, "*  2 vty 0     lab        idle                 00:00:00   10.0.0.9\n") {
		t.Errorf("show users:\n%s", out)
	}
	if out := x.Enter("show ssh", "R1#"); !strings.Contains(out, "Session started     lab\n") {
		t.Errorf("show ssh:\n%s", out)
	}
	x.Enter("terminal no monitor", "R1#")

	// Two lines take SSH, the others have no password to ask for.
	y := openTerminal(t, u, sshCommand(t, "cisco", "admin@10.0.0.1"))
	y.Expect("R1#")
	if out, status := run(t, u, "", sshCommand(t, "cisco", "admin@10.0.0.1", "show privilege")); status != 255 {
		t.Errorf("a third session: %q, %d", out, status)
	}
	x.Type("clear line vty 1\r")
	x.Expect("[confirm]")
	x.Type("\r")
	x.Expect("[OK]")
	if status := y.Ended(); status != 255 {
		t.Errorf("whose line was cleared ended with %d", status)
	}
	x.Type("exit\r")
	if status := x.Ended(); status != 0 {
		t.Errorf("exit ended with %d", status)
	}

	key := filepath.Join(t.TempDir(), "key")
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-C", "u@host", "-f", key).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{"configure terminal", "ip ssh pubkey-chain", "username admin", "key-string"}
	for text := strings.Fields(string(public))[1]; text != ""; { // as it is pasted
		n := min(len(text), 72)
		lines, text = append(lines, text[:n]), text[n:]
	}
	r.Exec(append(lines, "exit", "exit", "exit", "access-list 10 deny host 10.0.0.9 log", "access-list 10 permit any", "end")...)
	withKey := func() (string, int) {
		return run(t, u, "", sshCommand(t, "", "-o", "BatchMode=yes", "-i", key, "admin@10.0.0.1", "show privilege"))
	}
	if out, status := withKey(); out != "Current privilege level is 15\r\n" || status != 0 {
		t.Errorf("with a key: %q, %d", out, status)
	}
	r.Exec("configure terminal", "line vty 0 4", "access-class 10 in", "end")
	if out, status := withKey(); status != 255 {
		t.Errorf("access-class lets in: %q, %d", out, status)
	}
	if out := r.Exec("show access-lists 10"); !strings.Contains(out, "    10 deny   10.0.0.9 log (1 match)\n") {
		t.Errorf("who is kept out is not counted:\n%s", out)
	}
	r.Exec("configure terminal", "no access-list 10", "end")
	r.Exec("configure terminal", "access-list 10 deny host 10.0.0.9 log", "end")
	if out := r.Exec("show access-lists 10"); strings.Contains(out, "match") {
		t.Errorf("a list that was removed still counts:\n%s", out)
	}
	log := r.Exec("show logging")
	for _, want := range []string{"%SSH-5-ENABLED: SSH 2.0 has been enabled",
		"%SEC-6-IPACCESSLOGS: list 10 denied 10.0.0.9 1 packet",
		"%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: admin] [Source: 10.0.0.9] [localport: 22] [Reason: Login Authentication Failed] at ",
		"%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: lab] [Source: 10.0.0.9] [localport: 22] at "} {
		if !strings.Contains(log, want) {
			t.Errorf("no %q in\n%s", want, log)
		}
	}
	if strings.Contains(log, "guess") {
		t.Error("a password was logged")
	}
}

// A real RADIUS server gives users their levels; without it the next server and the
// next method decide.
func TestRADIUS(t *testing.T) {
	t.Parallel()
	u, r := loginLab(t)
	server := StartFreeRADIUS(t, u, "10.0.0.9", "10.0.0.1", "sh4red", `
oper Cleartext-Password := "r4dius"
	Cisco-AVPair = "shell:priv-lvl=7"

chief Cleartext-Password := "r4dius"
	Service-Type = Administrative-User

$enab15$ Cleartext-Password := "r4enable"
`)
	r.Exec("configure terminal", "aaa new-model", "radius-server deadtime 60", "radius server DEAD", "address ipv4 10.0.0.9 auth-port 9 acct-port 9", "timeout 1", "retransmit 0", "key sh4red",
		"radius server LIVE", "address ipv4 10.0.0.9 auth-port 1812 acct-port 1813", "timeout 2", "retransmit 0", "key sh4red",
		"aaa group server radius FAR", "server name DEAD", "server name LIVE",
		"aaa authentication login default group FAR local", "aaa authorization exec default group FAR local", "aaa authentication enable default group FAR enable", "end")
	level := func(user, password, want string) {
		t.Helper()
		out, status := run(t, u, "", sshCommand(t, password, user+"@10.0.0.1", "show privilege"))
		if want == "" && status != 255 || want != "" && out != "Current privilege level is "+want+"\r\n" {
			t.Errorf("%s: %q, %d", user, out, status)
		}
	}
	level("oper", "r4dius", "7")
	level("chief", "r4dius", "15")
	level("oper", "wrong", "")
	level("admin", "cisco", "") // the server does not know him, and that is its answer
	x := openTerminal(t, u, sshCommand(t, "r4dius", "oper@10.0.0.1"))
	x.Expect("R1#")
	x.Type("enable\r")
	x.Expect("Password: ")
	x.Type("r4enable\r")
	x.Expect("R1#")
	if out := x.Enter("show privilege", "R1#"); out != "Current privilege level is 15\n" {
		t.Errorf("enable by the server: %q", out)
	}
	x.Type("exit\r")
	x.Ended()
	if log := server.Log(); !strings.Contains(log, "Login OK: [oper]") || !strings.Contains(log, "Login incorrect") {
		t.Errorf("the server says\n%s", log)
	}
	server.Kill()
	level("admin", "cisco", "15") // nobody answers: the local users do
	level("admin", "cisco", "15") // nobody is asked any more
	for _, want := range []string{"%RADIUS-4-RADIUS_DEAD: RADIUS server 10.0.0.9:9,9 is not responding.", "%RADIUS-4-RADIUS_DEAD: RADIUS server 10.0.0.9:1812,1813 is not responding.",
		"%RADIUS-3-ALLDEADSERVER: Group FAR: "} {
		if log := r.Exec("show logging"); !strings.Contains(log, want) {
			t.Errorf("no %q in\n%s", want, log)
		}
	}
	r.Exec("configure terminal", "radius server LIVE", "key another", "end")
	config := r.Exec("show running-config", "show logging")
	if strings.Contains(config, "r4dius") {
		t.Error("a password is shown")
	}
}
