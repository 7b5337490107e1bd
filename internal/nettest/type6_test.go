package nettest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Encrypted keys open again after a restart, and only where the master key is.
func TestEncryptedKeys(t *testing.T) {
	t.Parallel()
	Root(t)
	c := StartConft(t, Namespace(t, "r"))
	c.Exec("configure terminal", "password encryption aes", "key config-key password-encrypt a master key",
		"crypto isakmp key s3cr3t address 192.0.2.2",
		"crypto keyring K", "pre-shared-key hostname r2.example.com key s3cr3t", "end", "write memory")
	usable := func(r *Conft) int {
		return strings.Count(r.Exec("show crypto isakmp key"), "(encrypted)\n")
	}
	saved := c.Exec("show startup-config")
	if usable(c) != 2 || strings.Count(saved, " 6 ") != 2 {
		t.Fatalf("%s%s", c.Exec("show crypto isakmp key"), saved)
	}
	c.Close()
	nvram, err := os.ReadFile(filepath.Join(c.Dir, "nvram.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"s3cr3t", "a master key"} {
		if strings.Contains(saved, secret) || bytes.Contains(nvram, []byte(secret)) {
			t.Errorf("%q is stored in clear", secret)
		}
	}
	c.Start()
	if usable(c) != 2 {
		t.Errorf("after a restart:\n%s", c.Exec("show crypto isakmp key"))
	}

	other := StartConft(t, Namespace(t, "other"))
	_, text, _ := strings.Cut(saved, "crypto isakmp key 6 ")
	text, _, _ = strings.Cut(text, "\n")
	other.Exec("configure terminal", "crypto isakmp key 6 "+text)
	if out := other.Exec("show crypto isakmp key"); !strings.Contains(out, "(encrypted) (not usable)") {
		t.Errorf("without the master key:\n%s", out)
	}
	other.Exec("configure terminal", "key config-key password-encrypt a master key")
	if usable(other) != 1 {
		t.Errorf("with the master key:\n%s", other.Exec("show crypto isakmp key"))
	}
	other.Exec("configure terminal", "no crypto isakmp key s3cr3t address 192.0.2.2", "no key config-key password-encrypt", "end")
}
