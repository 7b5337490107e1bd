package grammar

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// kind orders the tokens that a word may be: when a word fits several, the
// smallest kind wins.
type kind uint8

const (
	keyword kind = iota
	number
	address
	prefix
	clock
	clockMinute
	month
	weekday
	wholeInterface
	interfaceNumber
	file
	word
	restOfLine
)

// token is a terminal symbol of the grammar.
type token struct {
	kind   kind
	text   string // as `?` prints it
	help   string
	lo, hi int64 // number
	ports  bool  // interfaceNumber: slot/port, not one number
	list   bool  // restOfLine: a list of interfaces
}

// newToken returns the token of a word of the notation.
func newToken(text string) *token {
	t := &token{text: text}
	switch text {
	case "WORD":
		t.kind = word
	case "LINE":
		t.kind = restOfLine
	case "INTERFACES":
		t.kind, t.list = restOfLine, true
	case "A.B.C.D":
		t.kind = address
	case "A.B.C.D/nn":
		t.kind = prefix
	case "hh:mm:ss":
		t.kind = clock
	case "hh:mm":
		t.kind = clockMinute
	case "MONTH":
		t.kind = month
	case "DAY":
		t.kind = weekday
	default:
		if len(text) > 1 && text[len(text)-1] == ':' {
			t.kind = file
		}
		if text[0] == '<' {
			t.kind = number
			if _, err := fmt.Sscanf(text, "<%d-%d>", &t.lo, &t.hi); err != nil || t.lo > t.hi {
				panic("bad range " + text)
			}
		}
	}
	return t
}

// accept returns the canonical spelling of s as this token. For keywords, s
// must be the whole word or an abbreviation.
func (t *token) accept(s string) (string, bool) {
	switch t.kind {
	case keyword:
		return t.text, len(s) <= len(t.text) && strings.EqualFold(t.text[:len(s)], s)
	case number:
		n, ok := t.integer(s)
		return strconv.FormatInt(n, 10), ok && t.lo <= n && n <= t.hi
	case address:
		ip, err := netip.ParseAddr(s)
		return s, err == nil && ip.Is4()
	case prefix:
		p, err := netip.ParsePrefix(s)
		return s, err == nil && p.Addr().Is4()
	case clock:
		return s, isClock(s)
	case clockMinute:
		return s, isClock(s + ":0")
	case month:
		return calendarName(months, s)
	case weekday:
		return calendarName(weekdays, s)
	case wholeInterface:
		return Interface(s)
	case interfaceNumber:
		return s, isPort(s, t.ports)
	case file:
		if strings.EqualFold(s+":", t.text) { // the file system itself
			return t.text, true
		}
		n := min(len(s), len(t.text))
		return t.text + s[n:], strings.EqualFold(s[:n], t.text)
	}
	return s, true
}

// begins reports whether s may be the beginning of a word that is this token.
func (t *token) begins(s string) bool {
	only := func(set string) bool { return strings.Trim(s, set) == "" }
	switch t.kind {
	case number:
		if s == "-" {
			return t.lo < 0
		}
		n, ok := t.integer(s)
		return ok && n <= t.hi
	case address:
		return only("0123456789.")
	case prefix:
		return only("0123456789./")
	case clock, clockMinute:
		return only("0123456789:")
	case month, weekday:
		names := months
		if t.kind == weekday {
			names = weekdays
		}
		return slices.ContainsFunc(names, func(m string) bool { return len(s) <= len(m) && strings.EqualFold(m[:len(s)], s) })
	case interfaceNumber:
		return only("0123456789/")
	case file:
		n := min(len(s), len(t.text))
		return strings.EqualFold(s[:n], t.text[:n])
	}
	_, ok := t.accept(s)
	return ok
}

// integer parses a number, with a sign where the range has negative ones.
func (t *token) integer(s string) (int64, bool) {
	digits, negative := s, false
	if t.lo < 0 {
		digits, negative = strings.CutPrefix(s, "-")
	}
	n, ok := decimal(digits)
	if !ok || n > math.MaxInt64 {
		return 0, false
	}
	if negative {
		return -int64(n), true
	}
	return int64(n), true
}

// decimal parses an unsigned number without sign, point or exponent.
func decimal(s string) (uint64, bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil
}

// isClock accepts h:m:s in one or two digits each.
func isClock(s string) bool {
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return false
	}
	for i, limit := range []uint64{24, 60, 60} {
		if n, ok := decimal(parts[i]); !ok || n >= limit || len(parts[i]) > 2 {
			return false
		}
	}
	return true
}

var months = []string{"January", "February", "March", "April", "May", "June", "July",
	"August", "September", "October", "November", "December"}

var weekdays = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}

// calendarName accepts a month or a day by its first three letters or more.
func calendarName(names []string, s string) (string, bool) {
	for _, m := range names {
		if len(s) >= 3 && len(s) <= len(m) && strings.EqualFold(m[:len(s)], s) {
			return m, true
		}
	}
	return "", false
}

// interfaceType is a kind of interface that a configuration may name.
type interfaceType struct {
	name, help string
	ports      bool // numbered slot/port
}

var interfaceTypes = []interfaceType{
	{"Ethernet", "IEEE 802.3", true},
	{"FastEthernet", "FastEthernet IEEE 802.3", true},
	{"GigabitEthernet", "GigabitEthernet IEEE 802.3z", true},
	{"Loopback", "Loopback interface", false},
}

// number is the token of the second word of "GigabitEthernet 0/0".
func (t interfaceType) number() *token {
	text := "<0-2147483647>"
	if t.ports {
		text = "<0-9>"
	}
	return &token{kind: interfaceNumber, text: text, help: t.name + " interface number", ports: t.ports}
}

// Interface returns the canonical name of an interface written in one word with
// any unambiguous abbreviation of its type: "gi0/0" is "GigabitEthernet0/0".
func Interface(s string) (string, bool) {
	n := strings.IndexAny(s, "0123456789")
	if n <= 0 {
		return "", false
	}
	var found string
	for _, t := range interfaceTypes {
		if n <= len(t.name) && strings.EqualFold(t.name[:n], s[:n]) {
			if found != "" || !isPort(s[n:], t.ports) {
				return "", false
			}
			found = t.name + s[n:]
		}
	}
	return found, found != ""
}

// isPort accepts "0/1" and "0/0/1", or one number for a virtual interface.
func isPort(s string, ports bool) bool {
	parts := strings.Split(s, "/")
	if len(parts) > 3 || !ports && len(parts) > 1 {
		return false
	}
	for _, p := range parts {
		if n, ok := decimal(p); !ok || n > 1<<31-1 || len(p) > 1 && p[0] == '0' {
			return false
		}
	}
	return true
}
