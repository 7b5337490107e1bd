package config

import "testing"

func TestRedact(t *testing.T) {
	for line, want := range map[string]string{
		"crypto isakmp key s3 address 1.1.1.1":           "crypto isakmp key <removed> address 1.1.1.1",
		"crypto isakmp key 6  s3 address 1.1.1.1":        "crypto isakmp key 6 <removed> address 1.1.1.1",
		"enable secret 0 my s3":                          "enable secret 0 <removed>",
		"enable  password  my s3\nhostname R1":           "enable  password <removed>\nhostname R1",
		"key config-key password-encrypt my s3":          "key <removed>",
		"username admin privilege 15 password 7 s3":      "username admin privilege 15 password 7 <removed>",
		"snmp-server community s3 RO":                    "snmp-server community <removed>",
		"  key-string s3":                                "  key-string <removed>",
		"enable secret level 5 0 my s3":                  "enable secret level 5 0 <removed>",
		"radius-server host 1.1.1.1 key my s3":           "radius-server host 1.1.1.1 key <removed>",
		" key 7 s3":                                      " key 7 <removed>",
		"pre-shared-key hostname r2 key s3":              "pre-shared-key hostname r2 key <removed>",
		" set aggressive-mode password s3":               " set aggressive-mode password <removed>",
		"interface GigabitEthernet0/0\n description key": "interface GigabitEthernet0/0\n description key",
	} {
		if got := Redact(line); got != want {
			t.Errorf("Redact(%q) = %q, want %q", line, got, want)
		}
	}
}
