package commands

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"conft/internal/config"
	"conft/shell/grammar"
)

// A key that ssh-keygen made, and what `ssh-keygen -l -E md5` says of it.
const (
	keyBlob = "AAAAC3NzaC1lZDI1NTE5AAAAICs3cgHmgOF2pB9oT7zFAD0y+Kew2V2VrlAApBa3sH3+"
	keyHash = "3C446471A9E88B517A939737648AAE8C"
)

func collectAll(t testing.TB, lines ...string) *config.SSHUser {
	t.Helper()
	u := &config.SSHUser{Name: "u"}
	for _, l := range lines {
		if err := collectKey(u, l); err != nil {
			t.Fatalf("%q: %v", l, err)
		}
	}
	return u
}

// However a key is broken into lines and framed, it is the same key.
func TestKeyString(t *testing.T) {
	one := collectAll(t, "ssh-ed25519 "+keyBlob+" me@host")
	if len(one.Keys) != 1 || one.Pending != "" || one.Keys[0].Comment != "me@host" || one.Keys[0].Hash != keyHash {
		t.Fatalf("%+v", one)
	}
	for name, lines := range map[string][]string{
		"bare":              {keyBlob},
		"two lines":         {keyBlob[:30], keyBlob[30:]},
		"odd lines":         {keyBlob[:1], keyBlob[1:3], keyBlob[3:31], keyBlob[31:]},
		"RFC 4716":          {"---- BEGIN SSH2 PUBLIC KEY ----", `Comment: "a key"`, keyBlob[:40], keyBlob[40:], "---- END SSH2 PUBLIC KEY ----"},
		"type above":        {"ssh-ed25519", keyBlob},
		"split before AAAA": {keyBlob[:20], keyBlob[20:]},
		"once more":         {keyBlob, keyBlob},
		"begun anew":        {"AAAAB3NzaC1yc2EAAAADAQAB", keyBlob},
	} {
		u := collectAll(t, lines...)
		if len(u.Keys) != 1 || u.Keys[0].Hash != keyHash || u.Keys[0].Type != "ssh-ed25519" || u.Pending != "" {
			t.Errorf("%s: %+v", name, u)
		}
	}
	u := &config.SSHUser{}
	dsa := base64.StdEncoding.EncodeToString([]byte("\x00\x00\x00\x07ssh-dss\x00\x00\x00\x01a\x00\x00\x00\x01b"))
	if err := collectKey(u, dsa); err == nil || len(u.Keys) > 0 {
		t.Errorf("a key of another type: %v, %+v", err, u)
	}
	if err := collectKey(u, strings.Repeat("A", maxKeyText+1)); err == nil {
		t.Error("a key without end")
	}
}

// Leaving a key says when it is none.
func TestKeyStringThatIsNoKey(t *testing.T) {
	for last, want := range map[string][]string{keyBlob: nil, "garbage": {"%SSH: Failed to decode the Key Value"}, keyBlob[:30]: {"%SSH: Failed to decode the Key Value"}} {
		c, pos := newRouter(), Config.Start()
		var step grammar.Step[*config.Config]
		for _, line := range []string{"ip ssh pubkey-chain", "username u", "key-string", last, "exit"} {
			var err error
			if step, err = pos.Apply(c, line); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			pos = step.Next
		}
		if !slices.Equal(step.Notes, want) || pos.Prompt() != "conf-ssh-pubkey-user" {
			t.Errorf("%q: %q in %s", last, step.Notes, pos.Prompt())
		}
	}
}

// A line that anybody may paste leads to no panic, and to no key of a type that nobody
// can log in with.
func FuzzKeyString(f *testing.F) {
	f.Add("ssh-ed25519 "+keyBlob+" me@host", "")
	f.Add(keyBlob[:30], keyBlob[30:])
	f.Add("AAAAB3NzaC1yc2H/////", "AAAA")
	f.Fuzz(func(t *testing.T, a, b string) {
		u := &config.SSHUser{}
		for _, l := range []string{a, b} {
			if strings.TrimSpace(l) != "" { // the grammar has no empty lines
				collectKey(u, l)
			}
		}
		for _, k := range u.Keys {
			if len(k.Hash) != 32 || !strings.HasPrefix(k.Type, "ssh-") && !strings.HasPrefix(k.Type, "ecdsa-") {
				t.Errorf("%+v", k)
			}
		}
	})
}
