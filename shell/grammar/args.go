package grammar

import (
	"net/netip"
	"strconv"
)

// Args are the arguments of a matched line. The getters take a binding, a
// keyword or the text of an unbound placeholder, and return the zero value for
// what was not typed.
type Args struct {
	values []named // in the order of the line
	notes  *[]string
	atOnce *bool
}

// named is a value by one of its names: there are too few in a line for a map.
type named struct {
	name string
	value
}

// value is one word of an argument in canonical spelling and where it was typed.
type value struct {
	text   string
	offset int
	secret bool
}

// Has reports whether the argument or keyword was typed.
func (a Args) Has(name string) bool { return a.first(name) != nil }

// first is the first value of a name, nil when there is none.
func (a Args) first(name string) *named {
	for i := range a.values {
		if a.values[i].name == name {
			return &a.values[i]
		}
	}
	return nil
}

// String returns the argument, several words joined by one blank. Keywords are
// spelled in full, interface names are canonical.
func (a Args) String(name string) string {
	text := ""
	for i := range a.values {
		if v := &a.values[i]; v.name == name {
			if text != "" {
				text += " "
			}
			text += v.text
		}
	}
	return text
}

// Strings returns the words of an argument that repeats.
func (a Args) Strings(name string) []string {
	var out []string
	for _, v := range a.values {
		if v.name == name {
			out = append(out, v.text)
		}
	}
	return out
}

// Int returns a number.
func (a Args) Int(name string) int {
	n, _ := strconv.Atoi(a.String(name))
	return n
}

// Addr returns an IPv4 address, the zero Addr for what was not typed.
func (a Args) Addr(name string) netip.Addr {
	ip, _ := netip.ParseAddr(a.String(name))
	return ip
}

// IP returns an IPv4 address, mask or wildcard in host byte order.
func (a Args) IP(name string) uint32 {
	ip := a.Addr(name)
	if !ip.Is4() {
		return 0
	}
	b := ip.As4()
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// Prefix returns an argument of the form A.B.C.D/nn.
func (a Args) Prefix(name string) netip.Prefix {
	p, _ := netip.ParsePrefix(a.String(name))
	return p
}

// Note adds a text that is printed after the line has been committed. Lines are
// separated by "\n".
func (a Args) Note(text string) {
	if a.notes != nil {
		*a.notes = append(*a.notes, text)
	}
}

// AtOnce has the line take effect before the next one is read, also in a paste: what it
// destroys is not in the configuration, and a line that follows may count on that.
func (a Args) AtOnce() {
	if a.atOnce != nil {
		*a.atOnce = true
	}
}

// Invalid is the error of an argument that has the right form and is not
// acceptable: the ^ marker stands under it.
func (a Args) Invalid(name string) error {
	if v := a.first(name); v != nil {
		return &Error{Kind: Invalid, Offset: v.offset}
	}
	return &Error{Kind: Incomplete}
}
