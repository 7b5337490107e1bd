package payload

import (
	"crypto/md5"
	"strings"
	"testing"
)

// The vendor IDs are MD5 of a text, whole or with a version in place of its end.
func TestVendorIDsAreHashesOfTheirText(t *testing.T) {
	for _, test := range []struct {
		vendor Vendor
		text   string
		tail   string // in place of what follows the hash
	}{
		{VendorNATTRFC3947, "RFC 3947", ""},
		{VendorNATTDraft07, "draft-ietf-ipsec-nat-t-ike-07", ""},
		{VendorNATTDraft03, "draft-ietf-ipsec-nat-t-ike-03", ""},
		{VendorNATTDraft02, "draft-ietf-ipsec-nat-t-ike-02\n", ""},
		{VendorNATTDraft02Strict, "draft-ietf-ipsec-nat-t-ike-02", ""},
		{VendorUnity, "CISCO-UNITY", "\x01\x00"},
		{VendorFragmentation, "FRAGMENTATION", ""},
	} {
		sum := md5.Sum([]byte(test.text))
		want := string(sum[:len(sum)-len(test.tail)]) + test.tail
		if got := string(test.vendor.ID()); got != want {
			t.Errorf("%v is %x, want %x", test.vendor, got, want)
		}
	}
	sum := md5.Sum([]byte("draft-ietf-ipsra-isakmp-xauth-06.txt"))
	if got := string(VendorXAUTH.ID()); got != string(sum[:8]) {
		t.Errorf("XAUTH is %x, want %x", got, sum[:8])
	}
	// RFC 3706, section 5.1, prints this one and not its text.
	if got := string(VendorDPD.ID()); got != string(unhex(t, "afcad71368a1f1c96b8696fc77570100")) {
		t.Errorf("DPD is %x", got)
	}
}

func TestClassifyVendor(t *testing.T) {
	for v := VendorUnknown + 1; v <= VendorFragmentation; v++ {
		if got := ClassifyVendor(v.ID()); got != v {
			t.Errorf("%v is taken for %v", v, got)
		}
		if got := ClassifyVendor(append(v.ID(), 0)); got != VendorUnknown {
			t.Errorf("%v with an octet more is taken for %v", v, got)
		}
	}
	for id, want := range map[string]Vendor{
		"4048b7d56ebce88525e7de7f00d6c2d380000000": VendorFragmentation, // strongSwan 5.9.8
		"12f5f28c457168a9702d9fe274cc0103":         VendorUnity,         // another minor version
		"12f5f28c457168a9702d9fe274cc0200":         VendorUnknown,
		"":                                         VendorUnknown,
	} {
		if got := ClassifyVendor(unhex(t, id)); got != want {
			t.Errorf("%q is taken for %v, want %v", id, got, want)
		}
	}
}

// The numbers in "vendor ID seems Unity/DPD but major {b} mismatch".
func TestVendorMajor(t *testing.T) {
	for v, want := range map[Vendor]uint8{
		VendorNATTDraft02:   123,
		VendorNATTDraft03:   157,
		VendorNATTDraft07:   245,
		VendorNATTRFC3947:   69,
		VendorFragmentation: 194,
		VendorXAUTH:         149, // too short to have one
	} {
		if major, ok := VendorMajor(v.ID()); major != want || ok {
			t.Errorf("%v: major %d, %v; want %d, false", v, major, ok, want)
		}
	}
	for _, v := range []Vendor{VendorUnity, VendorDPD} {
		if major, ok := VendorMajor(v.ID()); major != 1 || !ok {
			t.Errorf("%v: major %d, %v; want 1, true", v, major, ok)
		}
	}
}

func TestIOSVendorIDBelongsToItsCookies(t *testing.T) {
	i, r := [8]byte{1}, [8]byte{2}
	id := IOSVendorID(i, r)
	if !IsIOSVendorID(id, i, r) {
		t.Error("own vendor ID is not recognised")
	}
	if IsIOSVendorID(id, r, i) || IsIOSVendorID(id, i, [8]byte{3}) || IsIOSVendorID(VendorUnity.ID(), i, r) {
		t.Error("a vendor ID of other cookies is taken for a router's")
	}
	if ClassifyVendor(id) != VendorUnknown {
		t.Error("the vendor ID is taken for a known one")
	}
}

func TestNamesAsIOSPrintsThem(t *testing.T) {
	got := strings.Join([]string{NoProposalChosen.String(), InitialContact.String(), ResponderLifetime.String(), RUThere.String(),
		RUThereAck.String(), NotifyType(40960).String(), TypeNATD.String(), Type(99).String(), ExchangeQuick.String(),
		ProtocolESP.String(), IDIPv4Subnet.String(), VendorNATTDraft07.String()}, " ")
	want := "PROPOSAL_NOT_CHOSEN INITIAL_CONTACT RESPONDER_LIFETIME DPD/R_U_THERE DPD/R_U_THERE_ACK 40960 NAT-D 99 Quick Mode ESP ID_IPV4_ADDR_SUBNET v7"
	if got != want {
		t.Errorf("names are %s\nwant %s", got, want)
	}
}
