package commands

import (
	"regexp"
	"testing"
)

// A password of several lines is hidden once, so that they are still listed together.
func TestHiddenPasswordsOfLines(t *testing.T) {
	for name, lines := range map[string][]string{
		"typed before": {"line vty 0 4", "password s3cret", "line vty 5 15", "password another", "service password-encryption"},
		"typed after":  {"service password-encryption", "line vty 0 4", "password s3cret", "line vty 5 15", "password another"},
	} {
		c, _, err := typeLines(newRouter(), lines...)
		if err != nil {
			t.Fatal(err)
		}
		if text := Text(c); !regexp.MustCompile(`\nline vty 0 4\n password 7 [0-9A-F]{14}\n login\nline vty 5 15\n password 7 [0-9A-F]{16}\n login\n`).MatchString(text) {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}
