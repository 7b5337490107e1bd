package pki

import (
	"encoding/asn1"
	"testing"
)

// rdn is a relative distinguished name of one part, its value of that string type.
func rdn(t *testing.T, oid asn1.ObjectIdentifier, value string, tag int) asn1.RawValue {
	t.Helper()
	part, err := asn1.Marshal(struct {
		Type  asn1.ObjectIdentifier
		Value asn1.RawValue
	}{oid, asn1.RawValue{Tag: tag, Bytes: []byte(value)}})
	if err != nil {
		t.Fatal(err)
	}
	return asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: part}
}

func dn(t *testing.T, parts ...asn1.RawValue) []byte {
	t.Helper()
	der, err := asn1.Marshal(parts)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// strongSwan writes a name that is configured as text with PrintableString, where
// OpenSSL has put UTF8String into the certificate.
func TestSameName(t *testing.T) {
	o, cn := attributes[6].oid, attributes[0].oid
	const printable, utf8 = asn1.TagPrintableString, asn1.TagUTF8String
	subject := dn(t, rdn(t, o, "lab", utf8), rdn(t, cn, "R1 east", utf8))
	for _, c := range []struct {
		name  string
		other []byte
		same  bool
	}{
		{"itself", subject, true},
		{"other string types", dn(t, rdn(t, o, "lab", printable), rdn(t, cn, "R1 east", printable)), true},
		{"other case and blanks", dn(t, rdn(t, o, "LAB", printable), rdn(t, cn, " r1  east", printable)), true},
		{"another value", dn(t, rdn(t, o, "lab", utf8), rdn(t, cn, "R2 east", utf8)), false},
		{"another order", dn(t, rdn(t, cn, "R1 east", utf8), rdn(t, o, "lab", utf8)), false},
		{"another attribute", dn(t, rdn(t, cn, "lab", utf8), rdn(t, cn, "R1 east", utf8)), false},
		{"a part less", dn(t, rdn(t, o, "lab", utf8)), false},
		{"a part more", dn(t, rdn(t, o, "lab", utf8), rdn(t, cn, "R1 east", utf8), rdn(t, cn, "R1 east", utf8)), false},
		{"octets behind", append(subject[:len(subject):len(subject)], 0), false},
		{"nothing", nil, false},
		{"nobody", dn(t), false},
	} {
		if got := sameName(subject, c.other); got != c.same {
			t.Errorf("%s: %t", c.name, got)
		}
	}
	if sameName(dn(t), dn(t)) {
		t.Error("the name without parts is somebody's")
	}
}
