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
	Ciphers    []string
	MACs       []string
	KEX        []string
	HostKeys   []string
	PublicKeys []SSHUser // by name
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
