package commands

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"conft/internal/reftest"
)

// A page is a show command beside the captures of it. Values differ from router to router,
// so that what is compared is the layout: every line that conft prints has the words and
// the indentation of some line of the captures, and the columns of its tables stand where
// theirs do.
type page struct {
	line string
	dirs []string // of captures
	ours []string // what begins lines that only conft has, or that no capture at hand shows
	head string   // of a table: how its heading begins
}

// shape is what a line has apart from its values: its indentation and its words.
func shape(line string) string {
	line = strings.TrimRight(strings.ReplaceAll(line, "\t", "        "), " \r\n")
	text := strings.TrimLeft(line, " ")
	indent := line[:len(line)-len(text)]
	for _, f := range named {
		text = f.ReplaceAllString(text, "${1} 0 ${2}")
	}
	var words []string
	for _, w := range strings.Fields(text) {
		if value.MatchString(w) {
			w = "#"
		}
		if w != "#" || len(words) == 0 || words[len(words)-1] != "#" {
			words = append(words, w)
		}
	}
	return indent + strings.Join(words, " ")
}

var (
	value = regexp.MustCompile(`\d|^(-|never|unset|unassigned|\*|---|permit|deny|any|UTC|Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)$`)
	// named are the values that may have any form, by the words beside them.
	named = []*regexp.Regexp{
		regexp.MustCompile(`(Crypto map tag:) \S+(, local)`), regexp.MustCompile(`(crypto map:) \S+()`), regexp.MustCompile(`(transform:) .*( ,)`),
		regexp.MustCompile(`(Transform set) .*(\{) .* (\})`), regexp.MustCompile(`(Crypto Map).*".*"(.*ipsec-isakmp)`), regexp.MustCompile(`(Interfaces using crypto map) .*()`),
		regexp.MustCompile(`^()\S+:  \{ .* \}( ,)`), regexp.MustCompile(`^()\S+( uptime is) .*`), regexp.MustCompile(`^(Cisco IOS Software,) .*(, RELEASE SOFTWARE).*`),
		regexp.MustCompile(`^(Compiled|ROM:|System returned to ROM by|BOOT variable =) .*()`), regexp.MustCompile(`^(System image file is) .*()`),
		regexp.MustCompile(`^[Cc]isco() .*( bytes of memory\.)`), regexp.MustCompile(`(Hardware is) [^,]*()`), regexp.MustCompile(`(DESCR:|NAME:) "[^"]*"()`),
		regexp.MustCompile(`(PID:) .*(, VID:)`), regexp.MustCompile(`(encryption algorithm:|hash algorithm:|authentication method:)\s.*()`),
		regexp.MustCompile(`(Default domain is|Name servers are|Key name:|Associated Trustpoints:|Description:) .*()`), regexp.MustCompile(`^(Trustpoint) .*(:)`),
		regexp.MustCompile(`^(cn|o|ou)=.*()`), regexp.MustCompile(`(Algorithms|Authentication methods):.*()`), regexp.MustCompile(`(base64 encoded\):) .*()`),
		regexp.MustCompile(`(Outgoing|Inbound) ( access list is) .*`), regexp.MustCompile(`(, (?:line )?protocol is (?:up|down)) \(.*\)()`),
		regexp.MustCompile(`^(description) .*()`), regexp.MustCompile(`(crypto map) \S+$()`), regexp.MustCompile(`(Queueing strategy:) .*()`),
		regexp.MustCompile(`(\d (?:Fast|Gigabit ?)Ethernet interface)s?()$`), regexp.MustCompile(`( pool) \S+( refcount)`), regexp.MustCompile(`^(pool) \S+:( netmask)`),
		regexp.MustCompile(`^()(?:IKE|IPsec) .*()`), regexp.MustCompile(`(ACTIVE) \S+ +(sha\d*)`), regexp.MustCompile(`(  default\b.*) \S+$()`),
	}
)

// checkLines compares the lines of a page with those of captures.
func checkLines(t *testing.T, p page, screen string, captures []string) {
	t.Helper()
	want := map[string]bool{"": true}
	for _, c := range captures {
		for l := range strings.Lines(c) {
			want[shape(l)] = true
		}
	}
	_, rows := table(screen, p.head)
	for l := range strings.Lines(screen) {
		if slices.Contains(rows, strings.TrimRight(l, " \n")) {
			continue // compared by their columns
		}
		ours := slices.ContainsFunc(p.ours, func(o string) bool { return strings.HasPrefix(l, o) })
		if got := shape(l); !ours && !want[got] {
			t.Errorf("%s: no capture has a line like %q (%q)", p.line, strings.TrimRight(l, "\n"), got)
		}
	}
}

// table returns the heading that begins so and the rows below it, up to an empty line.
func table(text, head string) (heading string, rows []string) {
	if head == "" {
		return "", nil
	}
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, " \r\n")
		switch {
		case heading == "" && strings.HasPrefix(strings.TrimLeft(l, " "), head):
			heading = l
		case heading != "" && l == "":
			return heading, rows
		case heading != "" && strings.Trim(l, "-= ") != "":
			rows = append(rows, l)
		}
	}
	return heading, rows
}

// A column is aligned to one side of the word in its heading.
type column struct {
	start, end  int
	left, right bool
}

// columns finds how the rows of captures are aligned. A row without a value says nothing.
func columns(heading string, rows []string) (all []column) {
	for _, m := range regexp.MustCompile(`\S+`).FindAllStringIndex(heading, -1) {
		c := column{start: m[0], end: m[1], left: true, right: true}
		some := false
		for _, r := range rows {
			if !blank(r, c.start, c.end) {
				some = true
				c.left = c.left && c.alignsLeft(r)
				c.right = c.right && c.alignsRight(r)
			}
		}
		if some && (c.left || c.right) {
			all = append(all, c)
		}
	}
	return all
}

func (c column) alignsLeft(row string) bool {
	return blank(row, c.start-1, c.start) && !blank(row, c.start, c.start+1)
}

func (c column) alignsRight(row string) bool {
	return blank(row, c.end, c.end+1) && !blank(row, c.end-1, c.end)
}

func blank(row string, from, to int) bool {
	from, to = max(from, 0), min(to, len(row))
	return from >= to || strings.TrimSpace(row[from:to]) == ""
}

// checkColumns compares the alignment of a page's table with that of captures which have
// the same heading.
func checkColumns(t *testing.T, p page, screen string, captures []string) {
	t.Helper()
	heading, rows := table(screen, p.head)
	var theirs []string
	for _, c := range captures {
		if h, more := table(c, p.head); h == heading {
			theirs = append(theirs, more...)
		}
	}
	found := columns(heading, theirs)
	if heading == "" || len(rows) == 0 || len(found) == 0 {
		t.Errorf("%s: %d rows of ours, %d columns of captures with the heading %q", p.line, len(rows), len(found), heading)
	}
	for _, c := range found {
		for _, r := range rows {
			if !blank(r, c.start, c.end) && !(c.left && c.alignsLeft(r)) && !(c.right && c.alignsRight(r)) {
				t.Errorf("%s: %q is not where captures have it in\n%s\n%s", p.line, heading[c.start:c.end], heading, r)
			}
		}
	}
}

var pages = []page{
	{line: "show version", dirs: []string{"show-version"}, ours: []string{"conft 0.1.0", "The first line is for programs", "conft, an independent router"}},
	{line: "show inventory", dirs: []string{"show-inventory"}},
	{line: "show interfaces", dirs: []string{"show-interfaces"}},
	{line: "show interfaces description", dirs: []string{"show-interfaces-description"}, head: "Interface"},
	{line: "show ip interface", dirs: []string{"show-ip-interface"},
		ours: []string{"  Network address translation is enabled", "GigabitEthernet0/0 is administratively down"}},
	{line: "show ip interface brief", dirs: []string{"show-ip-interface-brief"}, head: "Interface"},
	{line: "show processes cpu", dirs: []string{"show-processes-cpu"}, head: "PID"},
	{line: "show memory statistics", dirs: []string{"show-memory-statistics"}, ours: []string{"      I/O"}},
	{line: "show logging", dirs: []string{"show-logging"}, ours: []string{"*Mar  1"}},
	{line: "show clock", dirs: []string{"show-clock"}},
	{line: "show arp", dirs: []string{"show-arp", "show-ip-arp"}, head: "Protocol"},
	{line: "show ip arp", dirs: []string{"show-arp", "show-ip-arp"}, head: "Protocol"},
	{line: "show ip route", dirs: []string{"show-ip-route"}},
	{line: "show ip route summary", dirs: []string{"show-ip-route-summary"}, head: "Route Source"},
	{line: "show ip static route", dirs: []string{"show-ip-static-route"}, ours: []string{"       "}}, // the capture lost its indentation,
	{line: "show access-lists", dirs: []string{"show-access-lists"}, ours: []string{"    10 permit ip "}},
	{line: "show ip access-lists", dirs: []string{"show-ip-access-lists"}, ours: []string{"    10 permit ip "}},
	{line: "show users", dirs: []string{"show-users"}, head: "Line"},
	{line: "show line", dirs: []string{"show-line"}, head: "Tty"},
	{line: "show ssh", dirs: []string{"show-ssh"}, head: "Connection"},
	{line: "show ip ssh", dirs: []string{"show-ip-ssh"}},
	{line: "show hosts", dirs: []string{"show-hosts"}, ours: []string{"srv1 ", "www.lab "}},
	{line: "show archive", dirs: []string{"show-archive"}, ours: []string{" Archive feature not enabled"}}, // the capture lost its indentation: see TestArchive
	{line: "show flash:", dirs: []string{"show-flash"}, head: "-#-"},
	{line: "dir", dirs: []string{"dir"}},
	{line: "show file systems", dirs: []string{"show-file-systems"}, head: "Size(b)"},
	{line: "show boot", dirs: []string{"show-boot"}},
	{line: "show aliases", dirs: []string{"show-aliases"}, ours: []string{"  sps "}},
	{line: "show tcp brief all", dirs: []string{"show-tcp-brief"}, head: "TCB"},
	{line: "show ip traffic", dirs: []string{"show-ip-traffic"}, // with fewer counters in a line
		ours: []string{"         0 format errors", "  Drop:", "         0 no route", "        0 parameter", "        0 time exceeded"}},
	{line: "show ip nat translations", dirs: []string{"show-ip-nat-translations"}, head: "Pro"},
	{line: "show ip nat statistics", dirs: []string{"show-ip-nat-statistics"}},
	{line: "show ip protocols", dirs: []string{"show-ip-protocols"}},
	{line: "show crypto isakmp sa", dirs: []string{"show-crypto-isakmp-sa"}, head: "dst"},
	{line: "show crypto isakmp sa detail", dirs: []string{"show-crypto-isakmp-sa-detail"}},
	{line: "show crypto isakmp policy", dirs: []string{"show-crypto-isakmp-policy"}},
	{line: "show crypto isakmp peers", dirs: []string{"show-crypto-isakmp-peers"}},
	{line: "show crypto isakmp key", dirs: []string{"show-crypto-isakmp-key"}, ours: []string{"default "}},
	{line: "show crypto ipsec sa", dirs: []string{"show-crypto-ipsec-sa"}},
	{line: "show crypto ipsec sa detail", dirs: []string{"show-crypto-ipsec-sa-detail"}},
	{line: "show crypto ipsec transform-set", dirs: []string{"show-crypto-ipsec-transform-set"}},
	{line: "show crypto map", dirs: []string{"show-crypto-map"}},
	{line: "show crypto session", dirs: []string{"show-crypto-session"}},
	{line: "show crypto session detail", dirs: []string{"show-crypto-session-detail"}},
	{line: "show crypto engine connections active", dirs: []string{"show-crypto-engine-connections-active"}, ours: []string{" 200", "    1  IKE"}},
	{line: "show crypto eli", dirs: []string{"show-crypto-eli"}, ours: []string{"Hardware Encryption : INACTIVE"}},
	{line: "show crypto key mypubkey rsa", dirs: []string{"show-crypto-key-mypubkey-rsa"}},
	{line: "show crypto pki certificates", dirs: []string{"show-crypto-pki-certificates"}},
	{line: "show crypto pki trustpoints", dirs: []string{"show-crypto-pki-trustpoints"}},
}

// TestPagesLikeCaptures looks at every page in the manner of both releases.
func TestPagesLikeCaptures(t *testing.T) {
	for _, version := range []string{"12.4", "15.4"} {
		r := branch(t, version)
		for _, p := range pages {
			var captures []string
			for _, d := range p.dirs {
				captures = append(captures, reftest.Dir(t, "show/"+d)...)
			}
			screen := run(t, r, p.line)
			checkLines(t, p, screen, captures)
			if p.head != "" {
				checkColumns(t, p, screen, captures)
			}
		}
	}
}
