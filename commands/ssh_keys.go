package commands

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

// keyTypes are the public keys that users may have.
var keyTypes = []string{"ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"}

var pubkeyChainBlock = grammar.Block[*config.Config, *config.SSH]{
	Syntax: "ip ssh pubkey-chain",
	Help:   withHelp(sshHelp, grammar.Help{"pubkey-chain": "pubkey-chain"}),
	Open:   func(c *config.Config, _ grammar.Args) (*config.SSH, error) { return &c.SSH, nil },
	No:     func(c *config.Config, _ grammar.Args) error { c.SSH.PublicKeys = nil; return nil },
	Each: func(c *config.Config) iter.Seq2[string, *config.SSH] {
		return func(yield func(string, *config.SSH) bool) {
			if c.SSH.PublicKeys != nil {
				yield("ip ssh pubkey-chain", &c.SSH)
			}
		}
	},
	Sub:    pubkeyChainMode,
	Indent: 2,
}

var pubkeyChainMode = grammar.NewMode[*config.SSH]("conf-ssh-pubkey", "SSH public key identification commands:",
	grammar.Block[*config.SSH, *config.SSHUser]{
		Syntax: "username WORD",
		Help:   grammar.Help{"username": "Identify a user", "WORD": "Name of the user"},
		Open:   func(s *config.SSH, a grammar.Args) (*config.SSHUser, error) { return s.AddUser(a.String("WORD")), nil },
		No:     func(s *config.SSH, a grammar.Args) error { s.RemoveUser(a.String("WORD")); return nil },
		Each: func(s *config.SSH) iter.Seq2[string, *config.SSHUser] {
			return func(yield func(string, *config.SSHUser) bool) {
				for i := range s.PublicKeys {
					if !yield("username "+s.PublicKeys[i].Name, &s.PublicKeys[i]) {
						return
					}
				}
			}
		},
		Sub: pubkeyUserMode,
	},
	known[*config.SSH](knownPublicKeys),
)

type sshUserLine = grammar.Line[*config.SSHUser]

var pubkeyUserMode = grammar.NewMode[*config.SSHUser]("conf-ssh-pubkey-user", "SSH public key user commands:",
	sshUserLine{
		Syntax: "key-hash {" + strings.Join(keyTypes, " | ") + "}$type ![WORD$hash [LINE$comment]]",
		Help: withHelp(keyTypeHelp(), grammar.Help{"key-hash": "MD5 fingerprint of the public key", "$hash": "Fingerprint in hexadecimal",
			"$comment": "Comment of the key"}),
		Set: func(u *config.SSHUser, a grammar.Args) error {
			hash := strings.ToUpper(a.String("hash"))
			if len(hash) != 2*md5.Size || strings.Trim(hash, "0123456789ABCDEF") != "" {
				return a.Invalid("hash")
			}
			keepKey(u, config.SSHKey{Type: a.String("type"), Hash: hash, Comment: a.String("comment")})
			return nil
		},
		No: func(u *config.SSHUser, a grammar.Args) error {
			u.Keys = without(u.Keys, func(k config.SSHKey) bool {
				return k.Type == a.String("type") && (!a.Has("hash") || k.Hash == strings.ToUpper(a.String("hash")))
			})
			return nil
		},
		Write: func(u *config.SSHUser, w *grammar.Writer) {
			for _, k := range u.Keys {
				w.Line("key-hash", k.Type, k.Hash, k.Comment)
			}
		},
	},
	grammar.Block[*config.SSHUser, *config.SSHUser]{
		Syntax: "key-string",
		Help:   grammar.Help{"key-string": "The public key in OpenSSH's or RFC 4716's form, over several lines"},
		Open:   func(u *config.SSHUser, _ grammar.Args) (*config.SSHUser, error) { return u, nil },
		No:     func(u *config.SSHUser, _ grammar.Args) error { u.Keys, u.Pending = nil, ""; return nil },
		Each: func(*config.SSHUser) iter.Seq2[string, *config.SSHUser] {
			return func(func(string, *config.SSHUser) bool) {}
		},
		Leave: func(u *config.SSHUser) string {
			if u.Pending != "" {
				return textBadKey
			}
			return ""
		},
		Sub: keyStringMode,
	},
)

func keyTypeHelp() grammar.Help {
	h := grammar.Help{}
	for _, t := range keyTypes {
		h[t] = "Key of type " + t
	}
	return h
}

// keepKey keeps a key once.
func keepKey(u *config.SSHUser, k config.SSHKey) {
	u.Keys = append(without(u.Keys, func(o config.SSHKey) bool { return o.Type == k.Type && o.Hash == k.Hash }), k)
}

// keyStringMode collects the lines of a key. What the configuration keeps of it is the
// fingerprint, as soon as the key is whole.
var keyStringMode = grammar.NewMode[*config.SSHUser]("conf-ssh-pubkey-data", "SSH public key commands:",
	sshUserLine{
		Syntax: "LINE",
		Help:   grammar.Help{"LINE": "The next part of the key"},
		Set:    func(u *config.SSHUser, a grammar.Args) error { return collectKey(u, a.String("LINE")) },
		Write:  func(*config.SSHUser, *grammar.Writer) {},
	},
)

// textBadKey is said of what is no key, or none that anybody can log in with.
const textBadKey = "%SSH: Failed to decode the Key Value"

// maxKeyText bounds the lines of one key, in octets.
const maxKeyText = 8192

// collectKey adds a line to a key. Lines that frame it, as RFC 4716 has them, say
// nothing.
func collectKey(u *config.SSHUser, line string) error {
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "----") || strings.Contains(line, ": ") {
		u.Pending = ""
		return nil
	}
	comment := ""
	if words := strings.Fields(line); slices.Contains(keyTypes, words[0]) {
		u.Pending = ""
		if len(words) == 1 {
			return nil
		}
		line, comment = words[1], strings.Join(words[2:], " ")
	} else if beginsKey(line) {
		u.Pending = ""
	}
	if u.Pending += strings.ReplaceAll(line, " ", ""); len(u.Pending) > maxKeyText {
		return refuse("SSH: The key is too long")
	}
	blob, err := base64.StdEncoding.DecodeString(u.Pending)
	if err != nil {
		return nil // more is to come
	}
	kind, whole := keyType(blob)
	if !whole {
		return nil
	}
	if !slices.Contains(keyTypes, kind) {
		return errors.New(textBadKey)
	}
	keepKey(u, config.SSHKey{Type: kind, Hash: fmt.Sprintf("%X", md5.Sum(blob)), Comment: comment})
	u.Pending = ""
	return nil
}

// beginsKey reports whether a line is where the blob of a key begins.
func beginsKey(line string) bool {
	return slices.ContainsFunc(keyTypes, func(kind string) bool {
		b := append(binary.BigEndian.AppendUint32(nil, uint32(len(kind))), kind...)
		return strings.HasPrefix(line, base64.StdEncoding.EncodeToString(b[:len(b)/3*3]))
	})
}

// fieldsOf is how many fields the blob of a key has (RFC 4253, section 6.6; RFC 5656,
// section 3.1; RFC 8709, section 4).
func fieldsOf(kind string) int {
	if kind == "ssh-ed25519" {
		return 2
	}
	return 3
}

// keyType returns the type that a blob names, and whether its fields are all there. A
// field is four octets of length and that many more.
func keyType(blob []byte) (kind string, whole bool) {
	for n := 0; ; n++ {
		if n > 0 && n == fieldsOf(kind) {
			return kind, len(blob) == 0
		}
		if len(blob) < 4 {
			return kind, false
		}
		length := binary.BigEndian.Uint32(blob)
		if blob = blob[4:]; uint64(length) > uint64(len(blob)) {
			return kind, false
		}
		if n == 0 {
			kind = string(blob[:length])
		}
		blob = blob[length:]
	}
}
