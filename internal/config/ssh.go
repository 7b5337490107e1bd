package config

import (
	"slices"
	"strings"
)

// SSH is the SSH server.
type SSH struct {
	TimeOut    int    // seconds to log in, ip ssh time-out
	Retries    int    // passwords of one connection, ip ssh authentication-retries
	Version2   bool   // ip ssh version 2
	KeyPair    string // ip ssh rsa keypair-name, "" for that of the router's name
	Algorithms SSHAlgorithms
	PublicKeys []SSHUser // by name
}

// SSHAlgorithms are what an SSH connection may agree on, in the order of preference;
// nil for the usual ones.
type SSHAlgorithms struct{ Ciphers, MACs, KEX, HostKeys, Authentication []string }

// The ways to prove who one is, as `ip ssh server algorithm authentication` names them.
const (
	SSHPublicKey = "publickey"
	SSHKeyboard  = "keyboard"
	SSHPassword  = "password"
)

// UsualSSH are the algorithms of a server that is configured for no others.
var UsualSSH = SSHAlgorithms{
	Ciphers: []string{"chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr"},
	MACs:    []string{"hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"},
	KEX: []string{"mlkem768x25519-sha256", "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
		"ecdh-sha2-nistp521", "diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512"},
	HostKeys:       []string{"rsa-sha2-512", "rsa-sha2-256"},
	Authentication: []string{SSHPublicKey, SSHKeyboard, SSHPassword},
}

// OldSSH are those that only an old client needs.
var OldSSH = SSHAlgorithms{
	MACs:     []string{"hmac-sha1"},
	KEX:      []string{"diffie-hellman-group14-sha1"},
	HostKeys: []string{"ssh-rsa"},
}

// Agreeable are the algorithms in force.
func (s *SSH) Agreeable() SSHAlgorithms {
	a := s.Algorithms
	for _, x := range []struct{ list, usual *[]string }{
		{&a.Ciphers, &UsualSSH.Ciphers}, {&a.MACs, &UsualSSH.MACs}, {&a.KEX, &UsualSSH.KEX}, {&a.HostKeys, &UsualSSH.HostKeys},
		{&a.Authentication, &UsualSSH.Authentication},
	} {
		if *x.list == nil {
			*x.list = *x.usual
		}
	}
	return a
}

// Defaults of the SSH server.
const (
	DefaultSSHTimeOut = 120
	DefaultSSHRetries = 3
)

// SSHUser is who may log in with a key, by `ip ssh pubkey-chain`.
type SSHUser struct {
	Name    string
	Keys    []SSHKey
	Pending string // a key of which more lines are to come
}

// SSHKey is a public key by its fingerprint.
type SSHKey struct {
	Type    string // "ssh-rsa"
	Hash    string // MD5 of the key's blob, 32 hexadecimal digits in capitals
	Comment string
}

func newSSH() SSH { return SSH{TimeOut: DefaultSSHTimeOut, Retries: DefaultSSHRetries} }

// User returns the keys of a user, nil when there are none.
func (s *SSH) User(name string) *SSHUser {
	if at, found := s.find(name); found {
		return &s.PublicKeys[at]
	}
	return nil
}

// AddUser returns the keys of a user, an empty list where there are none.
func (s *SSH) AddUser(name string) *SSHUser {
	at, found := s.find(name)
	if !found {
		s.PublicKeys = slices.Insert(s.PublicKeys, at, SSHUser{Name: name})
	}
	return &s.PublicKeys[at]
}

// RemoveUser forgets the keys of a user.
func (s *SSH) RemoveUser(name string) {
	if at, found := s.find(name); found {
		if s.PublicKeys = slices.Delete(s.PublicKeys, at, at+1); len(s.PublicKeys) == 0 {
			s.PublicKeys = nil
		}
	}
}

func (s *SSH) find(name string) (int, bool) {
	return slices.BinarySearchFunc(s.PublicKeys, name, func(u SSHUser, name string) int { return strings.Compare(u.Name, name) })
}

func (s SSH) clone() SSH {
	s.PublicKeys = slices.Clone(s.PublicKeys)
	for i := range s.PublicKeys {
		s.PublicKeys[i].Keys = slices.Clone(s.PublicKeys[i].Keys)
	}
	return s
}
