package nettest

import (
	"cmp"
	"fmt"
	"strings"
)

// row is one combination of the matrix, in conft's words.
type row struct {
	enc, hash  string // of phase 1
	group, pfs int
	set        string
	aggressive bool
}

// section is a table of the matrix: rows that differ in one respect or two.
type section struct {
	title string
	name  func(row) string
	rows  []row
	esp   bool // it is about ESP
}

// interopSections are all the rows. In the short form, which every run of the tests
// has, every suite, every group and every mode occurs.
func interopSections(full bool) []section {
	if !full {
		return []section{{"Short form", row.String, []row{
			{"aes", "sha", 2, 0, "esp-aes esp-sha-hmac", false},
			{"3des", "md5", 2, 1, "esp-3des esp-md5-hmac", false},
			{"des", "md5", 1, 0, "esp-des esp-md5-hmac", true},
			{"aes 256", "sha256", 14, 14, "esp-aes 256 esp-sha256-hmac", false},
			{"aes 192", "sha384", 20, 19, "esp-aes 192 esp-sha384-hmac", true},
			{"aes 256", "sha512", 21, 0, "esp-gcm 256", false},
			{"aes", "sha", 5, 5, "esp-null esp-sha-hmac", false},
			{"aes", "sha256", 24, 24, "esp-gcm", false},
			{"aes", "sha", 2, 0, "ah-sha256-hmac", false},
			{"aes", "sha", 2, 2, "ah-md5-hmac esp-aes 256 esp-sha-hmac", false},
		}, true}}
	}
	suites := section{title: "Encryption and hash of phase 1 (group 2, ESP with AES and SHA)",
		name: func(r row) string { return r.enc + ", " + r.hash }}
	for _, e := range []string{"des", "3des", "aes", "aes 192", "aes 256"} {
		for _, h := range []string{"md5", "sha", "sha256", "sha384", "sha512"} {
			suites.rows = append(suites.rows, row{enc: e, hash: h, group: 2})
		}
	}
	groups := section{title: "Diffie-Hellman groups, without and with perfect forward secrecy (AES, SHA-256)",
		name: func(r row) string { return fmt.Sprintf("group %d%s", r.group, pfsName(r.pfs)) }}
	aggressive := section{title: "Aggressive mode (AES, SHA)", name: groups.name}
	for _, g := range []int{1, 2, 5, 14, 15, 16, 19, 20, 21, 24} {
		for _, pfs := range []int{0, g} {
			groups.rows = append(groups.rows, row{hash: "sha256", group: g, pfs: pfs})
		}
		aggressive.rows = append(aggressive.rows, row{group: g, aggressive: true})
	}
	sets := section{esp: true, title: "Transforms of ESP (phase 1 with AES, SHA, group 2)", name: func(r row) string { return r.set }}
	for _, e := range []string{"esp-des", "esp-3des", "esp-aes", "esp-aes 192", "esp-aes 256", "esp-null"} {
		for _, h := range []string{"esp-md5-hmac", "esp-sha-hmac", "esp-sha256-hmac", "esp-sha384-hmac", "esp-sha512-hmac"} {
			sets.rows = append(sets.rows, row{set: e + " " + h})
		}
	}
	for _, bits := range []string{"", " 192", " 256"} {
		sets.rows = append(sets.rows, row{set: "esp-gcm" + bits})
	}
	headers := section{esp: true, title: "AH, alone and with ESP (phase 1 with AES, SHA, group 2)", name: sets.name}
	for _, h := range []string{"ah-md5-hmac", "ah-sha-hmac", "ah-sha256-hmac", "ah-sha384-hmac", "ah-sha512-hmac"} {
		headers.rows = append(headers.rows, row{set: h})
	}
	for _, s := range []string{"ah-md5-hmac esp-des", "ah-sha-hmac esp-aes esp-sha-hmac", "ah-sha256-hmac esp-gcm 256"} {
		headers.rows = append(headers.rows, row{set: s})
	}
	all := []section{suites, groups, sets, headers, aggressive}
	for _, s := range all {
		for i, r := range s.rows {
			s.rows[i] = row{cmp.Or(r.enc, "aes"), cmp.Or(r.hash, "sha"), cmp.Or(r.group, 2), r.pfs, cmp.Or(r.set, "esp-aes esp-sha-hmac"), r.aggressive}
		}
	}
	return all
}

func pfsName(group int) string {
	if group == 0 {
		return ""
	}
	return fmt.Sprintf(", PFS group %d", group)
}

func (r row) String() string {
	mode := "main mode"
	if r.aggressive {
		mode = "aggressive mode"
	}
	return fmt.Sprintf("%s, %s, %s, group %d; %s%s", mode, r.enc, r.hash, r.group, r.set, pfsName(r.pfs))
}

// lines tell a conft whose peer is that address.
func (r row) lines(peer, own string) []string {
	lines := []string{"clear crypto sa", "clear crypto isakmp", "configure terminal",
		"crypto isakmp policy 10", "authentication pre-share", "encryption " + r.enc, "hash " + r.hash, fmt.Sprint("group ", r.group), "exit",
		"crypto ipsec transform-set TS " + r.set, "exit",
		"crypto map M 10 ipsec-isakmp", "no set pfs"}
	if r.pfs != 0 {
		lines = append(lines, fmt.Sprintf("set pfs group%d", r.pfs))
	}
	lines = append(lines, "exit", "no crypto isakmp peer address "+peer)
	if r.aggressive {
		lines = append(lines, "crypto isakmp peer address "+peer, "set aggressive-mode password cisco123",
			"set aggressive-mode client-endpoint ipv4-address "+own)
	}
	return append(lines, "end")
}

// peer tells strongSwan on r3.
func (r row) peer() Peer {
	group := map[int]string{1: "modp768", 2: "modp1024", 5: "modp1536", 14: "modp2048", 15: "modp3072", 16: "modp4096",
		19: "ecp256", 20: "ecp384", 21: "ecp521", 24: "modp2048s256"}
	word := strings.NewReplacer("esp-", "", "-hmac", "", " esp-", "-", "aes 192", "aes192", "aes 256", "aes256", "aes", "aes128",
		"gcm 192", "aes192gcm16", "gcm 256", "aes256gcm16", "gcm", "aes128gcm16", "sha256", "sha256", "sha384", "sha384", "sha512", "sha512", "sha", "sha1").Replace
	esp := word(r.set)
	if r.pfs != 0 {
		esp += "-" + group[r.pfs]
	}
	p := Peer{Local: site3.wan, Remote: site1.wan, LocalTS: "20.1.1.0/24", RemoteTS: "10.1.1.0/24", PSK: "cisco123",
		IKE: word(r.enc) + "-" + word(r.hash) + "-" + group[r.group], ESP: esp, Aggressive: r.aggressive}
	if ah, ok := strings.CutPrefix(esp, "ah-"); ok {
		p.ESP, p.AH = "", ah
	}
	return p
}
