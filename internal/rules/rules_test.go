// Package rules holds the rules of the repository that a program can check.
package rules

import (
	"bytes"
	"encoding/json"
	"go/format"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// may lists what each package imports of ours: imports go right and down only.
// Leaves that anyone may import stand in leaves.
var may = map[string][]string{
	"cmd/conft":           {"commands", "shell", "shell/grammar", "internal/attach", "internal/config", "internal/lab", "internal/router", "internal/seat", "shell/vty"},
	"cmd/conft-bench":     {"internal/bench"},
	"commands":            {"internal/router", "shell/grammar", "internal/aaa", "internal/acl", "internal/confdiff", "internal/config", "internal/flash", "internal/packet", "internal/pki", "internal/seat"},
	"shell":               {"shell/grammar", "internal/aaa", "internal/config"},
	"internal/seat":       {"internal/config"},
	"shell/grammar":       {},
	"shell/vty":           {"shell", "shell/grammar", "internal/aaa", "internal/acl", "internal/config", "internal/packet", "internal/pki", "internal/seat"},
	"ike":                 {"ike/v1", "ike/exchange", "ike/payload", "internal/suite"},
	"ike/v1":              {"ike/exchange", "ike/payload", "internal/suite"},
	"ike/exchange":        {"ike/payload", "internal/suite"},
	"ike/payload":         {"internal/suite"},
	"ike/iketest":         {"ike", "ike/v1", "ike/exchange", "ike/payload", "internal/suite"},
	"esp":                 {"internal/suite"},
	"nvram":               {},
	"debug":               {},
	"internal/aaa":        {"internal/acl", "internal/config", "internal/radius"},
	"internal/acl":        {"internal/packet"},
	"internal/attach":     {},
	"internal/bench":      {"esp", "ike", "ike/exchange", "internal/attach", "internal/netns", "internal/strongswan", "internal/suite"},
	"internal/confdiff":   {},
	"internal/config":     {"internal/acl"},
	"internal/dataplane":  {"esp", "internal/acl", "internal/packet", "internal/suite"},
	"internal/flash":      {},
	"internal/kernel":     {"internal/acl", "internal/packet"},
	"internal/lab":        {"internal/attach", "internal/netns"},
	"internal/netns":      {},
	"internal/nettest":    {"internal/attach", "internal/netns", "internal/ptytest", "internal/strongswan"},
	"internal/packet":     {},
	"internal/strongswan": {"internal/netns"},
	"internal/pki":        {},
	"internal/radius":     {},
	"internal/nstest":     {},
	"internal/ptytest":    {},
	"internal/echotest":   {"debug"},
	"internal/reftest":    {},
	"internal/large":      {},
	"internal/resolver":   {},
	"internal/router": {"ike", "ike/exchange", "esp", "internal/aaa", "internal/acl", "internal/config", "internal/dataplane", "internal/flash",
		"internal/kernel", "internal/packet", "internal/pki", "internal/radius", "internal/resolver", "internal/seat", "internal/suite", "nvram"},
	"internal/rules": {},
	"internal/suite": {},
}

var leaves = []string{"debug"}

// edges are the packages that alone may import what touches the machine.
var edges = map[string][]string{
	"github.com/vishvananda/netlink":     {"internal/kernel", "internal/netns", "internal/nettest", "internal/bench"},
	"github.com/google/nftables":         {"internal/kernel"},
	"golang.zx2c4.com/wireguard/tun":     {"internal/kernel"},
	"golang.org/x/sys/unix":              {"internal/kernel", "internal/netns", "internal/nettest", "internal/bench", "internal/strongswan"},
	"go.etcd.io/bbolt":                   {"nvram"},
	"golang.org/x/term":                  {"cmd/conft"},
	"golang.org/x/net/dns/dnsmessage":    {"internal/resolver", "internal/nettest"},
	"golang.org/x/crypto/ssh":            {"shell/vty"},
	"filippo.io/bigmod":                  {"internal/suite"},
	"software.sslmate.com/src/go-pkcs12": {"internal/pki"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "conft/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var l listed
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "conft/")
		allowed, ok := may[name]
		if !ok {
			t.Errorf("%s is not in the table of imports", name)
		}
		for _, i := range p.Imports {
			if ours, ok := strings.CutPrefix(i, "conft/"); ok && !slices.Contains(allowed, ours) && !slices.Contains(leaves, ours) {
				t.Errorf("%s imports %s", name, ours)
			}
			for outside, who := range edges {
				if (i == outside || strings.HasPrefix(i, outside+"/")) && !slices.Contains(who, name) {
					t.Errorf("%s imports %s, which is for %v", name, i, who)
				}
			}
		}
	}
}

// files are all Go files of the repository.
func files(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") {
			all = append(all, path)
		}
		return err
	})
	if err != nil || len(all) < 100 {
		t.Fatalf("%d files: %v", len(all), err)
	}
	return all
}

func TestFiles(t *testing.T) {
	for _, path := range files(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if formatted, err := format.Source(text); err != nil || !bytes.Equal(formatted, text) {
			t.Errorf("%s is not formatted: %v", path, err)
		}
		if n := bytes.Count(text, []byte("\n")); n > 500 && !strings.HasSuffix(path, "_test.go") {
			t.Errorf("%s has %d lines: more than one idea?", path, n)
		}
	}
}
