package payload

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A decoder reads a body and writes it again: what it accepts must come out as it
// went in, for HASH_I and HASH_R cover the octets.
type decoder struct {
	payload Type
	again   func(b []byte) ([]byte, error)
}

// decoders are all those that read a body of some structure.
var decoders = []decoder{
	{TypeSA, func(b []byte) ([]byte, error) { v, err := DecodeSA(b); return v.AppendBody(nil), err }},
	{TypeID, func(b []byte) ([]byte, error) { v, err := DecodeID(b); return v.AppendBody(nil), err }},
	{TypeCert, func(b []byte) ([]byte, error) { v, err := DecodeCert(b); return v.AppendBody(nil), err }},
	{TypeCertReq, func(b []byte) ([]byte, error) { v, err := DecodeCertReq(b); return v.AppendBody(nil), err }},
	{TypeNotify, func(b []byte) ([]byte, error) { v, err := DecodeNotify(b); return v.AppendBody(nil), err }},
	{TypeDelete, func(b []byte) ([]byte, error) {
		v, err := DecodeDelete(b)
		if err != nil {
			return nil, err
		}
		return v.AppendBody(nil), nil
	}},
	{TypeNATOA, func(b []byte) ([]byte, error) { v, err := DecodeNATOA(TypeNATOA, b); return v.AppendBody(nil), err }},
}

// check decodes b; an error must say what a notification to the peer needs.
func (d decoder) check(t *testing.T, b []byte) (ok bool) {
	t.Helper()
	again, err := d.again(b)
	if err != nil {
		checkError(t, err, len(b))
		return false
	}
	if !bytes.Equal(again, b) {
		t.Fatalf("%v %x is written again as %x", d.payload, b, again)
	}
	return true
}

func checkError(t *testing.T, err error, size int) {
	t.Helper()
	var e *DecodeError
	if !errors.As(err, &e) {
		t.Fatalf("%T is not a *DecodeError: %v", err, err)
	}
	if !e.Notify.IsError() || e.Notify == 0 || e.Offset < 0 || e.Offset > size || e.Reason == "" {
		t.Fatalf("incomplete error for %d octets: %+v", size, e)
	}
}

func fuzz(f *testing.F, kind Type) {
	for _, d := range decoders {
		if d.payload != kind {
			continue
		}
		for _, s := range seeds[kind] {
			f.Add(unhex(f, s))
		}
		f.Fuzz(func(t *testing.T, b []byte) { d.check(t, b) })
	}
}

func FuzzSA(f *testing.F)      { fuzz(f, TypeSA) }
func FuzzID(f *testing.F)      { fuzz(f, TypeID) }
func FuzzCert(f *testing.F)    { fuzz(f, TypeCert) }
func FuzzCertReq(f *testing.F) { fuzz(f, TypeCertReq) }
func FuzzNotify(f *testing.F)  { fuzz(f, TypeNotify) }
func FuzzDelete(f *testing.F)  { fuzz(f, TypeDelete) }
func FuzzNATOA(f *testing.F)   { fuzz(f, TypeNATOA) }

// FuzzMessage reads header, chain and every body of a datagram, and builds the
// message again with the writer.
func FuzzMessage(f *testing.F) {
	for _, s := range messages {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) { checkMessage(t, b) })
}

func checkMessage(t *testing.T, b []byte) (ok bool) {
	t.Helper()
	h, err := DecodeHeader(b)
	if err != nil {
		checkError(t, err, len(b))
		return false
	}
	chain, err := DecodeChain(h.Next, b[HeaderLen:])
	if err != nil {
		checkError(t, err, len(b))
		return false
	}
	w := NewWriter(h)
	for _, raw := range chain {
		for _, d := range decoders {
			if d.payload == raw.Type {
				d.check(t, raw.Body)
			}
		}
		ClassifyVendor(raw.Body)
		VendorMajor(raw.Body)
		w.Add(raw.Type, Opaque(raw.Body))
	}
	if again := w.Message(); !bytes.Equal(again, b) {
		t.Fatalf("message %x is written again as %x", b, again)
	}
	return true
}

// FuzzPadded reads decrypted octets, which may be anything when the key is wrong.
func FuzzPadded(f *testing.F) {
	for _, s := range messages {
		f.Add(byte(TypeSA), unhex(f, s)[HeaderLen:])
	}
	f.Fuzz(func(t *testing.T, first byte, b []byte) {
		chain, err := DecodePadded(Type(first), b)
		if err != nil {
			checkError(t, err, len(b))
			return
		}
		var joined []byte
		for _, raw := range chain {
			joined = append(joined, raw.Original...)
		}
		if !bytes.HasPrefix(b, joined) || len(b)-len(joined) > maxPadding {
			t.Fatalf("chain covers %d of %d octets", len(joined), len(b))
		}
	})
}

// FuzzAttributes reads the data of a RESPONDER-LIFETIME notification.
func FuzzAttributes(f *testing.F) {
	f.Add(unhex(f, "800100010002000400000e10"))
	f.Add(unhex(f, "80010002000200080000000000465000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := DecodeAttributes(TypeNotify, b)
		if err != nil {
			checkError(t, err, len(b))
			return
		}
		var again []byte
		for _, a := range list {
			a.Uint()
			again = a.Append(again)
		}
		if !bytes.Equal(again, b) {
			t.Fatalf("%x is written again as %x", b, again)
		}
	})
}
