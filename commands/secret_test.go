package commands

import (
	"strings"
	"testing"

	"conft/internal/config"
)

// sealed is the hub with every key of type 6.
func sealed(t *testing.T) *config.Config {
	t.Helper()
	c, _, err := typeLines(load(t, hub), "key config-key password-encrypt a master key", "password encryption aes")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var clearKeys = []string{"psk1", "psk2", "psk3", "cisco", "other", "byname", " tunnel"}

func TestType6KeysAreNotShown(t *testing.T) {
	c, _, err := typeLines(sealed(t), "crypto isakmp key l4ter address 9.9.9.9")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range append(clearKeys, "l4ter", "a master key") {
		if strings.Contains(Text(c), k) {
			t.Errorf("%q is in\n%s", k, Text(c))
		}
	}
	if got := strings.Count(Text(c), " 6 "); got != len(clearKeys)+1 {
		t.Errorf("%d keys of type 6", got)
	}
	if _, _, err := typeLines(c, "no crypto isakmp key cisco address 23.23.23.3"); err != nil {
		t.Errorf("a key is not removed by its clear text: %v", err)
	}
}

// What was stored opens with the master key that was stored beside it, and with no other.
func TestType6KeysOpenOnLoad(t *testing.T) {
	c := sealed(t)
	again := newRouter()
	again.MasterKey = c.MasterKey
	if err := Load(again, Text(c)); err != nil || !again.Equal(c) {
		t.Errorf("%v\n%s", err, diff(Text(again), Text(c)))
	}
	without := load(t, Text(c))
	for s := range without.Secrets() {
		if s.Text != "" || s.Sealed == "" {
			t.Errorf("without master key: %+v", s)
		}
	}
	if Text(without) != Text(c) {
		t.Error("without master key the keys are not kept as they are")
	}
	// Typed later, the master key opens them.
	late, _, err := typeLines(without, "key config-key password-encrypt a master key")
	if err != nil || !late.Equal(c) {
		t.Errorf("typed later: %v", err)
	}
}

func TestMasterKeyChanges(t *testing.T) {
	c := sealed(t)
	other, _, err := typeLines(c, "key config-key password-encrypt another master key")
	if err != nil {
		t.Fatal(err)
	}
	again := newRouter()
	again.MasterKey = other.MasterKey
	if err := Load(again, Text(other)); err != nil || !again.Equal(other) || Text(other) == Text(c) {
		t.Errorf("the keys are not of the new master key: %v", err)
	}
	if _, _, err := typeLines(c, "no key config-key password-encrypt"); err == nil {
		t.Error("the master key is removed though keys depend on it")
	}
	plain, _, err := typeLines(c, "no password encryption aes", "crypto isakmp key shown address 9.9.9.9")
	if err != nil || !strings.Contains(Text(plain), "key shown address") || strings.Contains(Text(plain), "cisco") {
		t.Errorf("with encryption off: %v\n%s", err, Text(plain))
	}
}
