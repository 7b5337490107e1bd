package commands

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/reftest"
	"conft/internal/seat"
)

// sitting is a session that somebody has not typed on for a while.
type sitting struct {
	idle    time.Duration
	cleared int
}

func (s *sitting) Idle() time.Duration { return s.idle }
func (s *sitting) Say(string)          {}
func (s *sitting) Clear()              { s.cleared++ }

// seated is a router with a console and an SSH session.
func seated() (*fakeRouter, *sitting) {
	r := &fakeRouter{config: newRouter()}
	con := r.Seats().TakeConsole()
	con.SetUser(debug.Origin{Line: "console"})
	con.SetSession(&sitting{})
	x := &sitting{idle: 3*time.Hour + 41*time.Minute + 43*time.Second}
	by := debug.Origin{Line: "vty1", User: "testuser", Addr: netip.MustParseAddr("10.0.0.2")}
	vty := r.Seats().TakeVTY(config.FirstVTY+1, by, seat.SSH{CipherIn: "aes256-ctr", CipherOut: "chacha20-poly1305@openssh.com", MACIn: "hmac-sha2-256"})
	vty.SetSession(x)
	return r, x
}

func TestShowUsers(t *testing.T) {
	r, x := seated()
	want := "    Line       User       Host(s)              Idle       Location\n" +
		"*  0 con 0                idle                 00:00:00   \n" +
		"   3 vty 1     testuser   idle                 03:41:43   10.0.0.2\n\n" +
		"  Interface    User               Mode         Idle     Peer Address\n\n"
	for _, line := range []string{"show users", "who"} {
		if got := run(t, r, line); got != want {
			t.Errorf("%s: %s", line, diff(got, want))
		}
	}
	got := run(t, r, "show line")
	for _, row := range []string{
		"   Tty Line Typ     Tx/Rx    A Modem  Roty AccO AccI  Uses  Noise Overruns  Int\n*    0    0 CTY              -    -      -    -    -     1      0    0/0      -\n",
		"     1    1 AUX   9600/9600  -    -      -    -    -     0      0    0/0      -\n     2    2 VTY",
		"*    3    3 VTY              -    -      -    -    -     1      0    0/0      -\n",
	} {
		if !strings.Contains(got, row) {
			t.Errorf("show line: no %q in\n%s", row, got)
		}
	}
	if got := run(t, r, "show line vty 1"); strings.Count(got, "\n") != 2 || !strings.Contains(got, "*    3") {
		t.Errorf("show line vty 1:\n%s", got)
	}
	if got := run(t, r, "clear line vty 1", "y"); x.cleared != 1 || !strings.HasSuffix(got, " [OK]\n") {
		t.Errorf("clear line: %q, %d times", got, x.cleared)
	}
	if got := run(t, r, "clear line 3", "y"); x.cleared != 2 {
		t.Errorf("clear line 3: %q, %d times", got, x.cleared)
	}
}

func TestShowSSH(t *testing.T) {
	r, _ := seated()
	want := "Connection Version Mode  Encryption    Hmac             State               Username\n" +
		"1          2.0     IN    aes256-ctr    hmac-sha2-256    Session started     testuser\n" +
		"1          2.0     OUT   chacha20-poly1305@openssh.com implicit         Session started     testuser\n" +
		"%No SSHv1 server connections running.\n"
	if got := run(t, r, "show ssh"); got != want {
		t.Error(diff(got, want))
	}
	empty := &fakeRouter{config: newRouter()}
	if got := run(t, empty, "show ssh"); got != "%No SSHv2 server connections running.\n%No SSHv1 server connections running.\n" {
		t.Errorf("nobody there: %q", got)
	}
	want = "SSH Disabled - version 2.0\n%Please create RSA keys to enable SSH (and of atleast 768 bits for SSH v2).\nAuthentication timeout: 120 secs; Authentication retries: 3\n"
	if got := run(t, empty, "show ip ssh"); got != want {
		t.Error(diff(got, want))
	}
}

// The lists read like those of routers that somebody published.
func TestUsersLikeCaptures(t *testing.T) {
	r, _ := seated()
	for file, line := range map[string]string{"show-users/05.txt": "show users", "show-line/01.txt": "show line", "show-ssh/01.txt": "show ssh"} {
		head, _, _ := strings.Cut(reftest.Open(t, "show/"+file), "\n")
		if got := run(t, r, line); !strings.HasPrefix(got, strings.TrimRight(head, "\r")+"\n") {
			t.Errorf("%s does not begin with %q:\n%s", line, head, got)
		}
	}
}
