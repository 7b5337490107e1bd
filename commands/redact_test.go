package commands

import (
	"strings"
	"testing"

	"conft/internal/config"
)

// A saved line that is no longer understood is reported at start; what it holds in
// confidence is not.
func TestRefusedLinesKeepTheirSecrets(t *testing.T) {
	for _, line := range []string{
		"crypto isakmp key s3cr3t address 1.2.3.4 no-such-word",
		"crypto isakmp key 0 s3cr3t addres",
		"enable secret 9 s3cr3t",
		"crypto isakmp key 6 s3cr3t address 1.2.3.4 no-such-word",
		"crypto keyring K\n  pre-shared-key address 1.2.3.4 key s3cr3t no-such-word",
		"key config-key password-encrypt s3cr3t",
		"username admin password 7 s3cr3t",
		"username admin secret 5 s3cr3t",
		"username admin privilege 99 password 0 s3cr3t and s3cr3t",
		"enable secret level 7 8 s3cr3t",
		"line con 0\n password 7 s3cr3t",
		"radius-server key 7 s3cr3t",
		"radius-server host 10.0.0.1 no-such-word key s3cr3t and s3cr3t",
		"radius server R\n key 7 s3cr3t",
	} {
		err := Load(config.New(), "hostname R1\n"+line+"\nend\n")
		if err == nil || strings.Contains(err.Error(), "s3cr3t") || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%s: %v", line, err)
		}
	}
}
