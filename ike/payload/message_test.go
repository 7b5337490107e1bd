package payload

import (
	"bytes"
	"reflect"
	"testing"
)

// Message 1 of the classic lab, built from nothing, as IOS's attributes are ordered.
func TestWriterBuildsMessage1(t *testing.T) {
	w := NewWriter(Header{InitiatorCookie: [8]byte{1, 2, 3, 4, 5, 6, 7, 8}, Version: Version1, Exchange: ExchangeMain, Length: 7, Next: 9})
	w.Add(TypeSA, &SA{DOI: DOIIPsec, Situation: SituationIdentityOnly, Proposals: []Proposal{{
		Number: 1, Protocol: ProtocolISAKMP, Transforms: []Transform{{Number: 1, ID: KeyIKE, Attributes: []Attribute{
			Number(ISAKMPEncryption, 1), Number(ISAKMPHash, 1), Number(ISAKMPGroup, 1), Number(ISAKMPAuth, AuthPreShared),
			Number(ISAKMPLifeType, LifeSeconds), Number(ISAKMPLifeDuration, 86400),
		}}},
	}}})
	w.Add(TypeVendor, VendorDPD.ID())
	want := unhex(t, "0102030405060708"+"0000000000000000"+"01100200"+"00000000"+"00000068"+
		"0d000038"+"00000001"+"00000001"+"0000002c01010001"+"0000002401010000"+
		"80010001"+"80020001"+"80040001"+"80030001"+"800b0001"+"000c000400015180"+
		"00000014"+"afcad71368a1f1c96b8696fc77570100")
	if got := w.Message(); !bytes.Equal(got, want) {
		t.Errorf("message is\n%x, want\n%x", got, want)
	}
}

func TestWriterSpaceForHash(t *testing.T) {
	w := NewWriter(Header{InitiatorCookie: [8]byte{1}, Version: Version1, Exchange: ExchangeInformational, MessageID: 7})
	start, end := w.Space(TypeHash, 16)
	w.Add(TypeDelete, &Delete{DOI: DOIIPsec, Protocol: ProtocolESP, SPIs: [][]byte{{1, 2, 3, 4}}})
	m := w.Message()
	copy(m[start:end], bytes.Repeat([]byte{0xaa}, 16))
	chain, err := DecodeChain(TypeHash, m[HeaderLen:])
	if err != nil {
		t.Fatal(err)
	}
	if len(chain) != 2 || !bytes.Equal(chain[0].Body, bytes.Repeat([]byte{0xaa}, 16)) {
		t.Errorf("chain is %v", chain)
	}
	if !bytes.Equal(m[end:], chain[1].Original) {
		t.Error("what lies behind the hash is not the second payload")
	}
}

// The proposals and transforms of a recorded message, in the order they had.
func TestDecodeSAKeepsOrder(t *testing.T) {
	sa, err := DecodeSA(unhex(t, messages[4])[HeaderLen+4:][:124])
	if err != nil {
		t.Fatal(err)
	}
	if len(sa.Proposals) != 1 || sa.Proposals[0].Protocol != ProtocolISAKMP {
		t.Fatalf("proposals are %v", sa.Proposals)
	}
	var got [][4]uint64
	for _, tr := range sa.Proposals[0].Transforms {
		encryption, _ := tr.Uint(ISAKMPEncryption)
		group, _ := tr.Uint(ISAKMPGroup)
		life, ok := tr.Uint(ISAKMPLifeDuration)
		if _, found := tr.Uint(ISAKMPKeyLength); !ok || found {
			t.Errorf("attributes are %v", tr.Attributes)
		}
		got = append(got, [4]uint64{uint64(tr.Number), encryption, group, life})
	}
	want := [][4]uint64{{1, 5, 2, 95040}, {2, 1, 1, 95040}, {3, 1, 2, 95040}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("transforms are %v, want %v", got, want)
	}
}

func TestTransformEqual(t *testing.T) {
	a := Transform{Number: 1, ID: 2, Attributes: []Attribute{Number(IPsecLifeType, 1), Number(IPsecLifeDuration, 3600)}}
	b := Transform{Number: 9, ID: 2, Attributes: []Attribute{Number(IPsecLifeType, 1), Number(IPsecLifeDuration, 3600)}}
	if !a.Equal(&b) {
		t.Error("a transform of another number is another transform")
	}
	for _, other := range []Transform{
		{ID: 3, Attributes: a.Attributes},
		{ID: 2, Attributes: a.Attributes[:1]},
		{ID: 2, Attributes: []Attribute{a.Attributes[1], a.Attributes[0]}},
		{ID: 2, Attributes: []Attribute{a.Attributes[0], {Type: IPsecLifeDuration, Data: []byte{0, 0, 14, 16}}}},
	} {
		if a.Equal(&other) {
			t.Errorf("%v equals %v", a, other)
		}
	}
}

func TestAttributeUint(t *testing.T) {
	for _, test := range []struct {
		a    Attribute
		want uint64
		ok   bool
	}{
		{Attribute{Value: 3600}, 3600, true},
		{Number(ISAKMPLifeDuration, 86400), 86400, true},
		{Attribute{Data: []byte{0, 0x46, 0x50, 0}}, 4608000, true},
		{Attribute{Data: []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 7}}, 7, true},
		{Attribute{Data: bytes.Repeat([]byte{0xff}, 8)}, 1<<64 - 1, true},
		{Attribute{Data: bytes.Repeat([]byte{0xff}, 9)}, 0, false},
		{Attribute{Data: []byte{}}, 0, false},
	} {
		if got, ok := test.a.Uint(); got != test.want || ok != test.ok {
			t.Errorf("%v is %d, %v; want %d, %v", test.a, got, ok, test.want, test.ok)
		}
	}
}

func TestNotifyContents(t *testing.T) {
	n, err := DecodeNotify(unhex(t, "0000000101108d283339522b1310e3ce06fec70f753d12bf5d27058a"))
	if err != nil {
		t.Fatal(err)
	}
	if seq, ok := n.Sequence(); !ok || seq != 0x5d27058a || n.Type.IsError() {
		t.Errorf("%v has sequence number %x, %v", n, seq, ok)
	}
	n, err = DecodeNotify(unhex(t, "00000001030460005e39e570800100010002000400000e10"))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := n.Sequence(); ok {
		t.Error("RESPONDER_LIFETIME has a sequence number")
	}
	life, err := DecodeAttributes(TypeNotify, n.Data)
	if want := []Attribute{{Type: IPsecLifeType, Value: 1}, {Type: IPsecLifeDuration, Data: []byte{0, 0, 14, 16}}}; err != nil || !reflect.DeepEqual(life, want) {
		t.Errorf("lifetime is %v, %v", life, err)
	}
}

// What is decoded per message allocates only the lists it returns.
func TestAllocations(t *testing.T) {
	m := unhex(t, messages[0])
	id, notify := unhex(t, seeds[TypeID][0]), unhex(t, seeds[TypeNotify][0])
	for name, test := range map[string]struct {
		max float64
		f   func()
	}{
		"header":    {0, func() { DecodeHeader(m) }},
		"chain":     {1, func() { DecodeChain(TypeSA, m[HeaderLen:]) }},
		"SA":        {3, func() { DecodeSA(m[HeaderLen+4 : HeaderLen+60]) }},
		"ID":        {0, func() { DecodeID(id) }},
		"notify":    {0, func() { DecodeNotify(notify) }},
		"vendor ID": {0, func() { ClassifyVendor(m[len(m)-16:]) }},
	} {
		if n := testing.AllocsPerRun(100, test.f); n > test.max {
			t.Errorf("%s: %v allocations, want at most %v", name, n, test.max)
		}
	}
}

func BenchmarkDecodeMessage1(b *testing.B) {
	m := unhex(b, messages[0])
	b.SetBytes(int64(len(m)))
	b.ReportAllocs()
	for b.Loop() {
		h, _ := DecodeHeader(m)
		chain, err := DecodeChain(h.Next, m[HeaderLen:])
		if err != nil {
			b.Fatal(err)
		}
		if _, err := DecodeSA(chain[0].Body); err != nil {
			b.Fatal(err)
		}
		for _, raw := range chain[1:] {
			ClassifyVendor(raw.Body)
		}
	}
}
