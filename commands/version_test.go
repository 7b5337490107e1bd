package commands

import (
	"strings"
	"testing"
)

// From 15.x on the default mode of a transform set is written
// (../shared/reference/cli-conventions.md, section 11).
func TestVersionIsTheManner(t *testing.T) {
	const set = "crypto ipsec transform-set T esp-aes esp-sha-hmac \n"
	for version, want := range map[string]string{"12.4": set + "!", "15.0": set + " mode tunnel\n!", "15.9": set + " mode tunnel\n!"} {
		c := load(t, "version "+version+"\ncrypto ipsec transform-set T esp-aes esp-sha-hmac\n mode tunnel\n")
		text := Text(c)
		if !strings.Contains(text, want) || !strings.Contains(text, "!\nversion "+version+"\n") {
			t.Errorf("%s is written as\n%s", version, text)
		}
		if again := Text(load(t, text)); again != text {
			t.Errorf("read again it is\n%s", again)
		}
	}
	c, _, err := typeLines(newRouter(), "version 15.4", "no version")
	if err != nil || c.Version != "12.4" {
		t.Errorf("no version: %v, %s", err, c.Version)
	}
}
