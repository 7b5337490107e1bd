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
	rsa        bool // authenticated by certificates
	nat        bool // the side that begins is behind a NAT
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
		return []section{{title: "Short form", name: row.String, esp: true, rows: []row{
			{enc: "aes", hash: "sha", group: 2, set: "esp-aes esp-sha-hmac"},
			{enc: "3des", hash: "md5", group: 2, pfs: 1, set: "esp-3des esp-md5-hmac"},
			{enc: "des", hash: "md5", group: 1, set: "esp-des esp-md5-hmac", aggressive: true},
			{enc: "aes 256", hash: "sha256", group: 14, pfs: 14, set: "esp-aes 256 esp-sha256-hmac"},
			{enc: "aes 192", hash: "sha384", group: 20, pfs: 19, set: "esp-aes 192 esp-sha384-hmac", aggressive: true},
			{enc: "aes 256", hash: "sha512", group: 21, set: "esp-gcm 256"},
			{enc: "aes", hash: "sha", group: 5, pfs: 5, set: "esp-null esp-sha-hmac"},
			{enc: "aes", hash: "sha256", group: 24, pfs: 24, set: "esp-gcm"},
			{enc: "aes", hash: "sha", group: 2, set: "ah-sha256-hmac"},
			{enc: "aes", hash: "sha", group: 2, pfs: 2, set: "ah-md5-hmac esp-aes 256 esp-sha-hmac"},
		}}, {title: "Short form, certificates and NAT", name: row.String, rows: []row{
			{enc: "aes", hash: "sha", group: 2, set: "esp-aes esp-sha-hmac", nat: true},
			{enc: "aes", hash: "sha256", group: 19, set: "esp-gcm", rsa: true, nat: true},
			{enc: "aes", hash: "sha", group: 14, set: "esp-aes esp-sha-hmac", rsa: true, nat: true, aggressive: true},
		}}}
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
	ways := section{title: "Modes, authentication and NAT (AES, SHA)",
		name: func(r row) string { return r.way() + fmt.Sprintf(", group %d%s", r.group, pfsName(r.pfs)) }}
	for _, r := range []row{{}, {nat: true}, {rsa: true}, {rsa: true, nat: true}} {
		for _, r.aggressive = range []bool{false, true} {
			for _, r.group = range []int{2, 14, 19} {
				for _, r.pfs = range []int{0, r.group} {
					ways.rows = append(ways.rows, r)
				}
			}
		}
	}
	all := []section{suites, groups, sets, headers, aggressive, ways}
	for _, s := range all {
		for i := range s.rows {
			r := &s.rows[i]
			r.enc, r.hash, r.group, r.set = cmp.Or(r.enc, "aes"), cmp.Or(r.hash, "sha"), cmp.Or(r.group, 2), cmp.Or(r.set, "esp-aes esp-sha-hmac")
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
	return fmt.Sprintf("%s, %s, %s, group %d; %s%s", r.way(), r.enc, r.hash, r.group, r.set, pfsName(r.pfs))
}

// way is how phase 1 is done.
func (r row) way() string {
	words := []string{"main mode", "pre-shared key"}
	if r.aggressive {
		words[0] = "aggressive mode"
	}
	if r.rsa {
		words[1] = "RSA signatures"
	}
	if r.nat {
		words = append(words, "NAT")
	}
	return strings.Join(words, ", ")
}

// seen says at which addresses r1 and r3 see each other.
func (r row) seen(r1Begins bool) (r3, r1 string) {
	switch {
	case r.nat && r1Begins:
		return site3.wan, site3.gateway
	case r.nat:
		return site1.gateway, site1.wan
	}
	return site3.wan, site1.wan
}

// lines tell the conft of a site, of that name, which sees its peer at an address.
func (r row) lines(s site, name, peer string) []string {
	auth := "pre-share"
	if r.rsa {
		auth = "rsa-sig"
	}
	lines := []string{"clear crypto sa", "clear crypto isakmp", "configure terminal",
		"crypto isakmp policy 10", "authentication " + auth, "encryption " + r.enc, "hash " + r.hash, fmt.Sprint("group ", r.group), "exit",
		"crypto ipsec transform-set TS " + r.set, "exit",
		"crypto map M 10 ipsec-isakmp", "no set peer", "set peer " + peer, "no set pfs"}
	if r.pfs != 0 {
		lines = append(lines, fmt.Sprintf("set pfs group%d", r.pfs))
	}
	lines = append(lines, "exit")
	for _, a := range []string{site1.wan, site1.gateway, site3.wan, site3.gateway} {
		lines = append(lines, "no crypto isakmp peer address "+a)
	}
	if r.aggressive {
		lines = append(lines, "crypto isakmp peer address "+peer)
		if r.rsa {
			lines = append(lines, "set aggressive-mode client-endpoint fqdn "+name+".lab")
		} else {
			lines = append(lines, "set aggressive-mode password cisco123", "set aggressive-mode client-endpoint ipv4-address "+s.wan)
		}
	}
	return append(lines, "end")
}

// peer tells strongSwan on r3, which sees r1 at an address; certified is what it is told
// where it has certificates.
func (r row) peer(seen string, certified Peer) Peer {
	group := map[int]string{1: "modp768", 2: "modp1024", 5: "modp1536", 14: "modp2048", 15: "modp3072", 16: "modp4096",
		19: "ecp256", 20: "ecp384", 21: "ecp521", 24: "modp2048s256"}
	word := strings.NewReplacer("esp-", "", "-hmac", "", " esp-", "-", "aes 192", "aes192", "aes 256", "aes256", "aes", "aes128",
		"gcm 192", "aes192gcm16", "gcm 256", "aes256gcm16", "gcm", "aes128gcm16", "sha256", "sha256", "sha384", "sha384", "sha512", "sha512", "sha", "sha1").Replace
	esp := word(r.set)
	if r.pfs != 0 {
		esp += "-" + group[r.pfs]
	}
	p := Peer{Local: site3.wan, LocalTS: "20.1.1.0/24", RemoteTS: "10.1.1.0/24", PSK: "cisco123", RemoteID: site1.wan}
	if r.rsa {
		p = certified
	}
	p.Remote, p.IKE, p.ESP, p.Aggressive = seen, word(r.enc)+"-"+word(r.hash)+"-"+group[r.group], esp, r.aggressive
	if ah, ok := strings.CutPrefix(esp, "ah-"); ok {
		p.ESP, p.AH = "", ah
	}
	return p
}
