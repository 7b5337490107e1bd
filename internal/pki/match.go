package pki

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
)

// Map is one sequence number of `crypto pki certificate map`: all its rules must hold.
type Map []MapRule

// MapRule compares one field of a certificate with a value, without regard to case.
type MapRule struct {
	Field string // subject-name, issuer-name, alt-subject-name, unstructured-subject-name, serial-number
	Op    string // co contains, eq equal, nc does not contain, ne not equal
	Value string
}

// Admits reports whether one of the maps holds for a certificate.
func Admits(maps []Map, c *x509.Certificate) bool {
	return slices.ContainsFunc(maps, func(m Map) bool {
		return len(m) > 0 && !slices.ContainsFunc(m, func(r MapRule) bool { return !r.holds(c) })
	})
}

func (r MapRule) holds(c *x509.Certificate) bool {
	want := plain(r.Value)
	has := slices.ContainsFunc(r.values(c), func(v string) bool {
		if v = plain(v); r.Op == "eq" || r.Op == "ne" {
			return v == want
		}
		return strings.Contains(v, want)
	})
	return has == (r.Op == "eq" || r.Op == "co")
}

// plain makes texts comparable that differ in case or in blanks between parts.
func plain(s string) string {
	return strings.ToLower(strings.NewReplacer(", ", ",", " = ", "=").Replace(strings.TrimSpace(s)))
}

// values returns what a field holds, several for a list.
func (r MapRule) values(c *x509.Certificate) []string {
	switch r.Field {
	case "subject-name":
		return []string{Name(c.RawSubject)}
	case "issuer-name":
		return []string{Name(c.RawIssuer)}
	case "unstructured-subject-name":
		return unstructuredNames(c)
	case "serial-number":
		return []string{Serial(c)}
	}
	list := slices.Concat(c.DNSNames, c.EmailAddresses)
	for _, ip := range c.IPAddresses {
		list = append(list, ip.String())
	}
	return list
}

// unstructuredNames are the host names in a subject, where IOS puts them.
func unstructuredNames(c *x509.Certificate) []string {
	var list []string
	for _, a := range c.Subject.Names {
		if a.Type.Equal(oidUnstructuredName) {
			list = append(list, fmt.Sprint(a.Value))
		}
	}
	return list
}
