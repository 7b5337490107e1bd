package aaa

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Type 7 hides a password from a glance over the shoulder and from nobody else: each
// octet is xored with one of a key that everybody knows. The form is two decimal
// digits, where in the key to begin, and then two hexadecimal digits an octet.
const type7Key = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"

// type7Starts is how many places IOS begins at.
const type7Starts = 16

// ErrType7 says that a text is no type 7 password.
var ErrType7 = errors.New("aaa: not a type 7 password")

// Hide7 returns the type 7 text of a password, begun where rand says.
func Hide7(rand io.Reader, password string) (string, error) {
	var b [1]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		return "", err
	}
	start := int(b[0]) % type7Starts
	return fmt.Sprintf("%02d%s", start, strings.ToUpper(hex.EncodeToString(xor7(start, []byte(password))))), nil
}

// Show7 returns the password of a type 7 text.
func Show7(text string) (string, error) {
	if len(text) < 4 || text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9' {
		return "", ErrType7
	}
	start := int(text[0]-'0')*10 + int(text[1]-'0')
	hidden, err := hex.DecodeString(text[2:])
	if err != nil || start >= len(type7Key) {
		return "", ErrType7
	}
	return string(xor7(start, hidden)), nil
}

func xor7(start int, b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		out[i] = c ^ type7Key[(start+i)%len(type7Key)]
	}
	return out
}
