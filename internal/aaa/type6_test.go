package aaa

import (
	"crypto/rand"
	"strings"
	"testing"
)

func TestType6(t *testing.T) {
	master, err := MasterKey("a master password")
	if err != nil {
		t.Fatal(err)
	}
	other, _ := MasterKey("another one")
	a, err := Seal6(rand.Reader, master, "cisco")
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := Seal6(rand.Reader, master, "cisco"); a == b {
		t.Error("the same secret has the same text twice")
	}
	if got, err := Open6(master, a); err != nil || got != "cisco" {
		t.Errorf("%q, %v", got, err)
	}
	damaged := "A" + a[1:]
	if strings.HasPrefix(a, "A") {
		damaged = "B" + a[1:]
	}
	for name, f := range map[string]func() (string, error){
		"another master key": func() (string, error) { return Open6(other, a) },
		"no master key":      func() (string, error) { return Open6("", a) },
		"damaged":            func() (string, error) { return Open6(master, damaged) },
		"cut":                func() (string, error) { return Open6(master, a[:8]) },
		"not base64":         func() (string, error) { return Open6(master, "cis co") },
	} {
		if got, err := f(); err == nil || got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// The derivation is part of the format: texts are carried from router to router.
func TestMasterKeyIsStable(t *testing.T) {
	const type6Vector = "ejflUGx_Phwmq0z4LwawERHKLJjdBvbyA3yOxcRaMbcV"
	master, _ := MasterKey("a master password")
	if got, err := Open6(master, type6Vector); err != nil || got != "cisco" {
		t.Errorf("%q, %v", got, err)
	}
}
