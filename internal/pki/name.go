package pki

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// attribute is a kind of part of a distinguished name, by IOS's word for it.
type attribute struct {
	word string
	oid  asn1.ObjectIdentifier
}

var (
	oidSerialNumber     = asn1.ObjectIdentifier{2, 5, 4, 5}
	oidUnstructuredName = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 2}

	attributes = []attribute{
		{"cn", asn1.ObjectIdentifier{2, 5, 4, 3}},
		{"serialNumber", oidSerialNumber},
		{"c", asn1.ObjectIdentifier{2, 5, 4, 6}},
		{"l", asn1.ObjectIdentifier{2, 5, 4, 7}},
		{"st", asn1.ObjectIdentifier{2, 5, 4, 8}},
		{"street", asn1.ObjectIdentifier{2, 5, 4, 9}},
		{"o", asn1.ObjectIdentifier{2, 5, 4, 10}},
		{"ou", asn1.ObjectIdentifier{2, 5, 4, 11}},
		{"title", asn1.ObjectIdentifier{2, 5, 4, 12}},
		{"sn", asn1.ObjectIdentifier{2, 5, 4, 4}},
		{"gn", asn1.ObjectIdentifier{2, 5, 4, 42}},
		{"dc", asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}},
		{"uid", asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}},
		{"e", asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}},
		{"hostname", oidUnstructuredName},
		{"ipaddress", asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 8}},
	}
)

// NameParts returns the parts of a DER name as IOS lists them, the most particular
// first: "cn=R1", "o=lab".
func NameParts(der []byte) []string {
	var seq pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &seq); err != nil || len(rest) > 0 {
		return []string{"(not a name)"}
	}
	var parts []string
	for _, rdn := range slices.Backward(seq) {
		for _, a := range rdn {
			word := a.Type.String()
			if i := slices.IndexFunc(attributes, func(k attribute) bool { return k.oid.Equal(a.Type) }); i >= 0 {
				word = attributes[i].word
			}
			parts = append(parts, word+"="+visible(fmt.Sprint(a.Value)))
		}
	}
	return parts
}

// visible replaces what a certificate could use to write on the operator's terminal.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '.'
	}, s)
}

// Name returns a DER name in one line: "cn=R1,o=lab". A comma within a part is escaped,
// so that no part can look like two.
func Name(der []byte) string {
	parts := NameParts(der)
	for i, p := range parts {
		parts[i] = strings.NewReplacer(`\`, `\\`, ",", `\,`).Replace(p)
	}
	return strings.Join(parts, ",")
}

// sameName reports whether two DER names are one name: the same parts in the same order,
// whichever string types they are encoded in, and without regard to case and to how many
// blanks stand together (RFC 5280, section 7.1). The name without parts is nobody's.
func sameName(a, b []byte) bool {
	var x, y pkix.RDNSequence
	restA, errA := asn1.Unmarshal(a, &x)
	restB, errB := asn1.Unmarshal(b, &y)
	if errA != nil || errB != nil || len(restA)+len(restB) > 0 {
		return false
	}
	return len(x) > 0 && slices.EqualFunc(x, y, func(p, q pkix.RelativeDistinguishedNameSET) bool {
		return slices.EqualFunc(p, q, func(v, w pkix.AttributeTypeAndValue) bool { return v.Type.Equal(w.Type) && sameValue(v.Value, w.Value) })
	})
}

func sameValue(a, b any) bool {
	s, ok := a.(string)
	t, also := b.(string)
	if !ok || !also {
		return reflect.DeepEqual(a, b)
	}
	return strings.EqualFold(strings.Join(strings.Fields(s), " "), strings.Join(strings.Fields(t), " "))
}

// Subject returns the DER name of a `subject-name` line, and behind it, unless they are
// empty, the host's name and serial number, which IOS puts there itself.
func Subject(text, hostname, serial string) ([]byte, error) {
	var seq pkix.RDNSequence
	add := func(oid asn1.ObjectIdentifier, value string) {
		seq = append(seq, pkix.RelativeDistinguishedNameSET{{Type: oid, Value: value}})
	}
	if serial != "" {
		add(oidSerialNumber, serial)
	}
	if hostname != "" {
		add(oidUnstructuredName, hostname)
	}
	for part := range splitName(text) {
		word, value, ok := strings.Cut(part, "=")
		word, value = strings.TrimSpace(word), strings.Trim(strings.TrimSpace(value), `"`)
		i := slices.IndexFunc(attributes, func(k attribute) bool { return strings.EqualFold(k.word, word) })
		if !ok || i < 0 || value == "" {
			return nil, fmt.Errorf("%q is not a part of a name such as cn=R1", strings.TrimSpace(part))
		}
		add(attributes[i].oid, value)
	}
	slices.Reverse(seq)
	return asn1.Marshal(seq)
}

// splitName cuts a name at the commas that are not between quotation marks.
func splitName(text string) func(func(string) bool) {
	return func(yield func(string) bool) {
		quoted, start := false, 0
		for i, r := range text {
			switch {
			case r == '"':
				quoted = !quoted
			case r == ',' && !quoted:
				if !yield(text[start:i]) {
					return
				}
				start = i + 1
			}
		}
		if strings.TrimSpace(text[start:]) != "" {
			yield(text[start:])
		}
	}
}
