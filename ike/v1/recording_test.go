package v1

import (
	"bufio"
	"encoding/hex"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"conft/ike/payload"
	"conft/internal/suite"
)

// A recording is a whole conversation between two daemons that nobody here
// wrote, with the secrets one of them logged (testdata/*.txt). A line
// is a key and its value: I and R are the messages of initiator and responder
// in order, the other values in hexadecimal are what the key names.
type recording struct {
	encryption suite.Encryption
	keyLen     int
	hash       suite.Hash
	psk        string
	encLen     int // of KEYMAT
	authLen    int
	messages   []recorded
	secret     map[string][]byte
}

type recorded struct {
	initiator bool
	octets    []byte
}

var (
	recordedInitiator = netip.MustParseAddrPort("12.12.12.1:500")
	recordedResponder = netip.MustParseAddrPort("23.23.23.3:500")
)

// eachRecording runs f as a subtest for each file.
func eachRecording(t *testing.T, f func(*testing.T, *recording)) {
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatal("no recordings", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			f(t, loadRecording(t, name))
		})
	}
}

func loadRecording(t *testing.T, name string) *recording {
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := &recording{secret: make(map[string][]byte)}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(name, err)
		}
		return n
	}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		switch f[0] {
		case "#":
		case "encryption":
			r.encryption, r.keyLen = suite.Encryption(number(f[1])), number(f[2])
		case "hash":
			r.hash = suite.Hash(number(f[1]))
		case "psk":
			r.psk = f[1]
		case "keymat":
			r.encLen, r.authLen = number(f[1]), number(f[2])
		default:
			b, err := hex.DecodeString(f[1])
			if err != nil {
				t.Fatal(name, f[0], err)
			}
			if f[0] == "I" || f[0] == "R" {
				r.messages = append(r.messages, recorded{f[0] == "I", b})
			} else {
				r.secret[f[0]] = b
			}
		}
	}
	return r
}

// clear decodes message i, which is not encrypted.
func (r *recording) clear(t *testing.T, i int) (payload.Header, []payload.Raw) {
	t.Helper()
	m := r.messages[i].octets
	h, err := payload.DecodeHeader(m)
	if err != nil {
		t.Fatalf("message %d: %v", i+1, err)
	}
	chain, err := payload.DecodeChain(h.Next, m[payload.HeaderLen:])
	if err != nil {
		t.Fatalf("message %d: %v", i+1, err)
	}
	return h, chain
}

// body returns the body of the nth payload of type p, n counting from 0.
func body(t *testing.T, chain []payload.Raw, p payload.Type, n int) []byte {
	t.Helper()
	for _, raw := range chain {
		if raw.Type == p {
			if n == 0 {
				return raw.Body
			}
			n--
		}
	}
	t.Fatalf("no payload %v in %v", p, chain)
	return nil
}

// behind joins the payloads that follow the first, as HASH(1) covers them.
func behind(chain []payload.Raw) (rest []byte) {
	for _, raw := range chain[1:] {
		rest = append(rest, raw.Original...)
	}
	return rest
}
