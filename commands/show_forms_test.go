package commands

import (
	"strings"
	"testing"

	"conft/internal/router"
)

// A bundle in transport mode: the SAs of ESP and of AH stand under their own headings, in
// the layout of those of ESP; AH has no IV.
func TestShowBundle(t *testing.T) {
	r := lab(t)
	r.config = load(t, strings.Replace(classicText, "crypto ipsec transform-set cisco esp-des esp-md5-hmac ",
		"crypto ipsec transform-set cisco ah-sha-hmac esp-des \n mode transport\ncrypto ipsec transform-set strict ah-md5-hmac\n mode transport require", 1))
	sa := func(ah bool, spi, id uint32) router.IPsecSA {
		s := router.IPsecSA{AH: ah, Transport: true, SPI: spi, Transforms: []string{"esp-des"}, ConnID: id, RemainingKB: 4607999, RemainingSec: 3590, IVSize: 8}
		if ah {
			s.Transforms, s.IVSize, s.ReplayWindow = []string{"ah-sha-hmac"}, 0, 64
		}
		return s
	}
	r.idents[0].Inbound = []router.IPsecSA{sa(true, 0xAA, 2001), sa(false, 0xAB, 2003)}
	r.idents[0].Outbound = []router.IPsecSA{sa(true, 0x5CB00AAA, 2002), sa(false, 0x5CB00AAB, 2004)}
	out := run(t, r, "show crypto ipsec sa")
	_, sas, _ := strings.Cut(out, "DH group: none\n")
	expect(t, "show crypto ipsec sa", sas, `
     inbound esp sas:
      spi: 0xAB(171)
        transform: esp-des ,
        in use settings ={Transport, }
        conn id: 2003, flow_id: SW:3, sibling_flags 80000040, crypto map: cisco
        sa timing: remaining key lifetime (k/sec): (4607999/3590)
        IV size: 8 bytes
        replay detection support: N
        Status: ACTIVE(ACTIVE)

     inbound ah sas:
      spi: 0xAA(170)
        transform: ah-sha-hmac ,
        in use settings ={Transport, }
        conn id: 2001, flow_id: SW:1, sibling_flags 80000040, crypto map: cisco
        sa timing: remaining key lifetime (k/sec): (4607999/3590)
        replay detection support: Y
        Status: ACTIVE(ACTIVE)

     inbound pcp sas:

     outbound esp sas:
      spi: 0x5CB00AAB(1555040939)
        transform: esp-des ,
        in use settings ={Transport, }
        conn id: 2004, flow_id: SW:4, sibling_flags 80000040, crypto map: cisco
        sa timing: remaining key lifetime (k/sec): (4607999/3590)
        IV size: 8 bytes
        replay detection support: N
        Status: ACTIVE(ACTIVE)

     outbound ah sas:
      spi: 0x5CB00AAA(1555040938)
        transform: ah-sha-hmac ,
        in use settings ={Transport, }
        conn id: 2002, flow_id: SW:2, sibling_flags 80000040, crypto map: cisco
        sa timing: remaining key lifetime (k/sec): (4607999/3590)
        replay detection support: Y
        Status: ACTIVE(ACTIVE)

     outbound pcp sas:
`)
	if want := "     current outbound spi: 0x5CB00AAB(1555040939)\n"; !strings.Contains(out, want) {
		t.Errorf("%q is not in\n%s", want, out)
	}
	expect(t, "show crypto ipsec transform-set", run(t, r, "show crypto ipsec transform-set"),
		"Transform set cisco: { ah-sha-hmac esp-des  } \n   will negotiate = { Transport,  }, \n   \n"+
			"Transform set strict: { ah-md5-hmac  } \n   will require = { Transport,  }, \n   \n")
	if out, want := run(t, r, "show crypto map"), "\t\tcisco:  { ah-sha-hmac esp-des  } , \n"; !strings.Contains(out, want) {
		t.Errorf("%q is not in\n%s", want, out)
	}
}

// The heading is IOS's, the rows stand below it.
func TestShowActiveConnections(t *testing.T) {
	r := lab(t)
	r.idents[0].Inbound[0].Packets, r.idents[0].Inbound[0].LastSeq = 4, 5
	r.idents[0].Outbound[0].Packets, r.idents[0].Outbound[0].Transforms = 12, []string{"esp-256-aes", "esp-sha256-hmac"}
	expect(t, "show crypto engine connections active", run(t, r, "show crypto engine connections active"), `Crypto Engine Connections

   ID  Type    Algorithm           Encrypt  Decrypt LastSeqN IP-Address
    1  IKE     SHA+DES                   0        0        0 12.12.12.1
 2001  IPsec   DES+MD5                   0        4        5 12.12.12.1
 2002  IPsec   AES256+SHA256            12        0        0 12.12.12.1
`)
	for transforms, want := range map[string]string{"ah-sha-hmac": "SHA", "esp-gcm 256": "GCM256", "esp-null esp-sha-hmac": "NULL+SHA", "esp-3des": "3DES"} {
		if got := engineText(strings.Split(strings.Replace(transforms, " esp", "|esp", 1), "|")); got != want {
			t.Errorf("%s is %s, want %s", transforms, got, want)
		}
	}
}
