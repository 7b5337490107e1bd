package aaa

import (
	"bytes"
	"crypto/rand"
	"os/exec"
	"strings"
	"testing"
)

// vectors were made with `openssl passwd -1`.
var vectors = []struct{ password, secret string }{
	{"cisco", "$1$abcd$2hDGYdE0UrwK2pqoiF6BB1"},
	{"cisco", "$1$12345678$p8O9iocYI5f3GXeGBduyr."},
	{"x", "$1$x$kCw8ui3ja7esI2X5jr68X0"},
	{"", "$1$zzzz$fgSFGdicqa5vHbXjmvtwz1"},
	{"thirtythreecharacterpasswordabcde", "$1$ABCD$K67oDwwy5uR2s9CDILrij/"},
	{"0123456789abcdef", "$1$q./A$gab8lLsMb1zZcLq3jZJ5f/"},
}

func TestVectors(t *testing.T) {
	for _, v := range vectors {
		if !Check(v.secret, v.password) {
			t.Errorf("%q does not open %s", v.password, v.secret)
		}
		if Check(v.secret, v.password+"!") {
			t.Errorf("%q! opens %s", v.password, v.secret)
		}
	}
}

func TestHashAgainstOpenSSL(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("no openssl to compare with")
	}
	for _, password := range []string{"a", "secret word", strings.Repeat("long ", 13)} {
		secret, err := Hash(rand.Reader, password)
		if err != nil {
			t.Fatal(err)
		}
		salt, err := Parse(secret)
		if err != nil || len(salt) != 4 {
			t.Fatalf("Parse(%q) = %q, %v", secret, salt, err)
		}
		cmd := exec.Command(openssl, "passwd", "-1", "-salt", salt, "-stdin")
		cmd.Stdin = strings.NewReader(password)
		out, err := cmd.Output()
		if err != nil {
			t.Skipf("this openssl has no MD5 crypt: %v", err)
		}
		if got := strings.TrimSpace(string(out)); got != secret {
			t.Errorf("%q: openssl says %s, we %s", password, got, secret)
		}
	}
}

func TestHashNeedsRandomness(t *testing.T) {
	if _, err := Hash(bytes.NewReader(nil), "x"); err == nil {
		t.Error("a secret without a salt was made")
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{
		"", "cisco", "$1$", "$1$abcd", "$1$abcd$short", "$5$abcd$2hDGYdE0UrwK2pqoiF6BB1",
		"$1$abcdefghi$2hDGYdE0UrwK2pqoiF6BB1", "$1$abcd$2hDGYdE0UrwK2pqoiF6BB!", "$1$abcd$2hDGYdE0UrwK2pqoiF6BB1x",
	} {
		if _, err := Parse(s); err == nil {
			t.Errorf("%q was taken for a type 5 secret", s)
		}
		if Check(s, "cisco") {
			t.Errorf("cisco opens %q", s)
		}
	}
}

func TestEqual(t *testing.T) {
	if !Equal("cisco", "cisco") || Equal("cisco", "Cisco") || Equal("cisco", "cisc") {
		t.Error("type 0 comparison is wrong")
	}
}
