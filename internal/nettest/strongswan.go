package nettest

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"conft/internal/netns"
)

// StrongSwan is a strongSwan daemon with user-space ESP (kernel-libipsec), which
// runs ESP in UDP 4500 only and therefore feigns a NAT.
type StrongSwan struct {
	ns   *netns.NS
	dir  string
	done chan error
	cmd  *exec.Cmd
}

// Peer is what strongSwan is told of a tunnel.
type Peer struct {
	Local, Remote     string // outer addresses
	LocalTS, RemoteTS string // "20.1.1.0/24"
	PSK               string
	IKE, ESP          string // "aes128-sha1-modp1024"; a group in ESP is PFS
	RekeyChild        string // "1h" by default
	RekeyIKE          string // "24h" by default
}

const strongswanConf = `charon-systemd {
  load = random nonce openssl aes sha1 sha2 md5 hmac kdf gmp curve25519 gcrypt gcm ctr pubkey pem kernel-libipsec kernel-netlink socket-default vici updown
  install_routes = yes
  retransmit_tries = 3
  retransmit_timeout = 2.0
  filelog { main { path = %[1]s/log
      flush_line = yes
      default = 1
      ike = 2
      chd = 2
      cfg = 2 } }
  syslog { daemon { default = -1 }
    auth { default = -1 } }
  plugins {
    vici { socket = unix://%[1]s/vici }
    openssl { load_legacy = yes }
    # IKE and ESP packets carry a mark and go round the routes into ipsec0.
    kernel-netlink { fwmark = !0x42 }
    socket-default { fwmark = 0x42 }
    kernel-libipsec { allow_peer_ts = yes }
  }
}
`

const swanctlConf = `connections { lab {
  version = 1
  local_addrs = %[1]s
  remote_addrs = %[2]s
  proposals = %[3]s
  rekey_time = %[8]s
  local { auth = psk
    id = %[1]s }
  remote { auth = psk
    id = %[2]s }
  children { net {
    local_ts = %[4]s
    remote_ts = %[5]s
    esp_proposals = %[6]s
    rekey_time = %[9]s
  } }
} }
secrets { ike-lab { id = %[2]s
  secret = "%[7]s" } }
`

// swanctl is the tunnel in strongSwan's words: the child "net" of "lab".
func (p Peer) swanctl() string {
	return fmt.Sprintf(swanctlConf, p.Local, p.Remote, p.IKE, p.LocalTS, p.RemoteTS, p.ESP, p.PSK, cmp.Or(p.RekeyIKE, "24h"), cmp.Or(p.RekeyChild, "1h"))
}

// StartStrongSwan starts the daemon in a namespace and waits until it answers. It
// ends with the test; its log is printed when the test fails.
func StartStrongSwan(t *testing.T, ns *netns.NS, p Peer) *StrongSwan {
	t.Helper()
	need(t, "charon-systemd", "swanctl")
	s := &StrongSwan{ns: ns, dir: t.TempDir(), done: make(chan error, 1)}
	write(t, filepath.Join(s.dir, "strongswan.conf"), fmt.Sprintf(strongswanConf, s.dir))
	write(t, filepath.Join(s.dir, "swanctl.conf"), p.swanctl())
	s.cmd = exec.Command(find("charon-systemd"))
	s.cmd.Env = append(os.Environ(), "STRONGSWAN_CONF="+filepath.Join(s.dir, "strongswan.conf"))
	if err := ns.Start(s.cmd); err != nil {
		t.Fatal(err)
	}
	go func() { s.done <- s.cmd.Wait() }()
	t.Cleanup(func() {
		s.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-s.done:
		case <-time.After(5 * time.Second):
			s.cmd.Process.Kill()
			<-s.done
		}
		if t.Failed() {
			t.Logf("strongSwan in %s:\n%s", ns.Name, s.Log())
		}
	})
	wait(t, "strongSwan to answer", 10*time.Second, func() bool {
		_, err := s.control("--stats")
		return err == nil
	})
	out, err := s.control("--load-all", "--noprompt", "--file", filepath.Join(s.dir, "swanctl.conf"))
	if err != nil || !strings.Contains(out, "successfully loaded 1 connections") {
		t.Fatalf("strongSwan refused its configuration: %v\n%s", err, out)
	}
	return s
}

func (s *StrongSwan) control(args ...string) (string, error) {
	return s.ns.Output(find("swanctl"), append(args, "--uri", "unix://"+s.dir+"/vici")...)
}

// Initiate brings the tunnel up from strongSwan's side.
func (s *StrongSwan) Initiate() error {
	_, err := s.control("--initiate", "--child", "net", "--timeout", "20")
	return err
}

// Terminate deletes the IKE SA with all its children.
func (s *StrongSwan) Terminate() error {
	_, err := s.control("--terminate", "--ike", "lab", "--timeout", "10")
	return err
}

// Rekey renews "ike" or "child".
func (s *StrongSwan) Rekey(what string) error {
	args := []string{"--rekey", "--ike", "lab"}
	if what == "child" {
		args = []string{"--rekey", "--child", "net"}
	}
	_, err := s.control(args...)
	return err
}

// SAs lists what is established.
func (s *StrongSwan) SAs() string {
	out, err := s.control("--list-sas")
	return out + fmt.Sprint(errors.Join(err))
}

// Log returns the daemon's log.
func (s *StrongSwan) Log() string {
	b, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return string(b)
}

// find looks where Debian puts daemons, too.
func find(name string) string {
	if p, err := exec.LookPath(name); err == nil {
		return p
	}
	for _, dir := range []string{"/usr/sbin", "/sbin", "/usr/lib/ipsec", "/usr/local/sbin"} {
		if p := filepath.Join(dir, name); exec.Command("test", "-x", p).Run() == nil {
			return p
		}
	}
	return ""
}

func need(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if find(p) == "" {
			skip(t, p+" is not installed; `make test` installs it")
		}
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
