// Package strongswan runs strongSwan, a peer that nobody here wrote, in a network
// namespace: for tests, and as the control of benchmarks.
package strongswan

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"conft/internal/netns"
)

// Daemon is a strongSwan daemon with user-space ESP (kernel-libipsec), which runs ESP
// in UDP 4500 only and therefore feigns a NAT.
type Daemon struct {
	ns   *netns.NS
	dir  string
	done chan error
	cmd  *exec.Cmd
}

// Tunnel is what strongSwan is told of a tunnel.
type Tunnel struct {
	Local, Remote     string // outer addresses
	LocalTS, RemoteTS string // "20.1.1.0/24"
	PSK               string
	IKE, ESP          string // "aes128-sha1-modp1024"; a group in ESP is PFS
	AH                string // "sha1", in place of ESP
	RekeyChild        string // "1h" by default
	RekeyIKE          string // "24h" by default
	LocalID, RemoteID string // the outer addresses by default
	Aggressive        bool
	DPD               string // how often it asks whether the peer is alive; never by default
	Transport         bool   // transport mode

	// Instead of PSK, in PEM: RSA signatures.
	CA, Certificate, Key string
}

const strongswanConf = `charon-systemd {
  load = random nonce openssl aes sha1 sha2 md5 hmac kdf gmp curve25519 gcrypt gcm ctr pubkey pem kernel-libipsec kernel-netlink socket-default vici updown
  install_routes = yes
  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
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
  aggressive = %[10]s
  local_addrs = %[1]s
  remote_addrs = %[2]s
  proposals = %[3]s
  rekey_time = %[8]s
  dpd_delay = %[12]s
%[11]s
  children { net {
    local_ts = %[4]s
    remote_ts = %[5]s
    %[6]s
    rekey_time = %[9]s
    mode = %[13]s
  } }
} }
%[7]s`

const pskAuth = `  local { auth = psk
    id = "%[1]s" }
  remote { auth = psk
    id = "%[2]s" }`

const pskSecret = `secrets { ike-lab { id-address = %[1]s
  id = %[2]s
  secret = "%[3]s" } }
`

const certAuth = `  send_cert = always
  local { auth = pubkey
    certs = own.pem
    id = "%[1]s" }
  remote { auth = pubkey
    cacerts = ca.pem
    id = "%[2]s" }`

// Swanctl is the tunnel in strongSwan's words: the child "net" of "lab".
func (p Tunnel) Swanctl() string {
	local, remote := cmp.Or(p.LocalID, p.Local), cmp.Or(p.RemoteID, p.Remote)
	auth, secrets := fmt.Sprintf(pskAuth, local, remote), fmt.Sprintf(pskSecret, p.Remote, remote, p.PSK)
	if p.CA != "" {
		auth, secrets = fmt.Sprintf(certAuth, local, remote), ""
	}
	aggressive := map[bool]string{true: "yes", false: "no"}[p.Aggressive]
	protocol := "esp_proposals = " + p.ESP
	if p.AH != "" {
		protocol = "ah_proposals = " + p.AH
	}
	mode := map[bool]string{true: "transport", false: "tunnel"}[p.Transport]
	return fmt.Sprintf(swanctlConf, p.Local, p.Remote, p.IKE, p.LocalTS, p.RemoteTS, protocol, secrets,
		cmp.Or(p.RekeyIKE, "24h"), cmp.Or(p.RekeyChild, "1h"), aggressive, auth, cmp.Or(p.DPD, "0s"), mode)
}

// store writes certificates and key where swanctl looks for them.
func (p Tunnel) store(dir string) (errs error) {
	for kind, file := range map[string][2]string{"x509ca": {"ca.pem", p.CA}, "x509": {"own.pem", p.Certificate}, "private": {"own.pem", p.Key}} {
		at := filepath.Join(dir, kind)
		errs = errors.Join(errs, os.MkdirAll(at, 0o700))
		if file[1] != "" {
			errs = errors.Join(errs, os.WriteFile(filepath.Join(at, file[0]), []byte(file[1]), 0o600))
		}
	}
	return errs
}

// Start starts the daemon in a namespace, with its files in dir, and waits until it has
// the tunnel.
func Start(ns *netns.NS, dir string, t Tunnel) (*Daemon, error) {
	s := &Daemon{ns: ns, dir: dir, done: make(chan error, 1)}
	conf := filepath.Join(dir, "strongswan.conf")
	err := errors.Join(t.store(dir),
		os.WriteFile(conf, fmt.Appendf(nil, strongswanConf, dir), 0o600),
		os.WriteFile(filepath.Join(dir, "swanctl.conf"), []byte(t.Swanctl()), 0o600))
	if err != nil {
		return nil, err
	}
	s.cmd = exec.Command(Find("charon-systemd"))
	s.cmd.Env = append(os.Environ(), "STRONGSWAN_CONF="+conf)
	if err := ns.Start(s.cmd); err != nil {
		return nil, err
	}
	go func() { s.done <- s.cmd.Wait() }()
	if err := s.load(); err != nil {
		s.Close()
		return nil, fmt.Errorf("strongSwan in %s: %w", ns.Name, err)
	}
	return s, nil
}

// load waits until the daemon answers and gives it the tunnel.
func (s *Daemon) load() error {
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := s.control("--stats"); err == nil {
			break
		} else if time.Now().After(end) {
			return err
		}
	}
	return s.read()
}

// Load ends every SA and gives the daemon another tunnel.
func (s *Daemon) Load(t Tunnel) error {
	s.Terminate() // refused where there is none
	if err := os.WriteFile(filepath.Join(s.dir, "swanctl.conf"), []byte(t.Swanctl()), 0o600); err != nil {
		return err
	}
	return s.read()
}

// read has the daemon read its configuration.
func (s *Daemon) read() error {
	out, err := s.control("--load-all", "--noprompt", "--file", filepath.Join(s.dir, "swanctl.conf"))
	if err == nil && !strings.Contains(out, "successfully loaded 1 connections") {
		err = fmt.Errorf("it refused its configuration:\n%s", out)
	}
	return err
}

// Pid is the daemon's process.
func (s *Daemon) Pid() int { return s.cmd.Process.Pid }

// Close ends the daemon, which tells its peer.
func (s *Daemon) Close() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(5 * time.Second):
		s.cmd.Process.Kill()
		<-s.done
	}
}

func (s *Daemon) control(args ...string) (string, error) {
	return s.ns.Output("env", append([]string{"SWANCTL_DIR=" + s.dir, Find("swanctl")}, append(args, "--uri", "unix://"+s.dir+"/vici")...)...)
}

// Initiate brings the tunnel up from strongSwan's side.
func (s *Daemon) Initiate() error { return s.InitiateFor(20 * time.Second) }

// InitiateFor is Initiate with another limit, in whole seconds.
func (s *Daemon) InitiateFor(limit time.Duration) error {
	_, err := s.control("--initiate", "--child", "net", "--timeout", fmt.Sprint(int(limit.Seconds())))
	return err
}

// Terminate deletes the IKE SA with all its children.
func (s *Daemon) Terminate() error {
	_, err := s.control("--terminate", "--ike", "lab", "--timeout", "10")
	return err
}

// Rekey renews "ike" or "child".
func (s *Daemon) Rekey(what string) error {
	args := []string{"--rekey", "--ike", "lab"}
	if what == "child" {
		args = []string{"--rekey", "--child", "net"}
	}
	_, err := s.control(args...)
	return err
}

// SAs lists what is established.
func (s *Daemon) SAs() string {
	out, err := s.control("--list-sas")
	return out + fmt.Sprint(errors.Join(err))
}

// Log returns the daemon's log.
func (s *Daemon) Log() string {
	b, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return string(b)
}

// Find looks for a program where Debian puts daemons, too; "" when there is none.
func Find(name string) string {
	if p, err := exec.LookPath(name); err == nil {
		return p
	}
	for _, dir := range []string{"/usr/sbin", "/sbin", "/usr/lib/ipsec", "/usr/local/sbin"} {
		if p, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return p
		}
	}
	return ""
}
