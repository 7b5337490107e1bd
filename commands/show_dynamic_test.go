package commands

import (
	"strings"
	"testing"

	"conft/internal/router"
)

// A peer that nobody knew has come by way of a dynamic map.
func TestShowDynamicMap(t *testing.T) {
	r := newFake(t, `crypto ipsec transform-set T esp-aes esp-sha-hmac
crypto dynamic-map D 10
 set transform-set T
 set pfs group14
 reverse-route
crypto map M 65535 ipsec-isakmp dynamic D
interface GigabitEthernet0/1
 ip address 12.12.12.1 255.255.255.0
 crypto map M
`)
	const terms = "\tSecurity association lifetime: 4608000 kilobytes/3600 seconds\n" +
		"\tResponder-Only (Y/N): N\n\tPFS (Y/N): Y\n\tDH group:  group14\n\tMixed-mode : Disabled\n" +
		"\tTransform sets={ \n\t\tT:  { esp-aes esp-sha-hmac  } , \n\t}\n\tReverse Route Injection Enabled\n"
	const head = "Crypto Map IPv4 \"M\" 65535 ipsec-isakmp\n\tDynamic map template tag: D\n"
	const tail = "\tInterfaces using crypto map M:\n\t\tGigabitEthernet0/1\n\n"
	template := "Crypto Map Template\"D\" 10\n\tNo matching address list set.\n" + terms + "\n"
	expect(t, "templates", run(t, r, "show crypto dynamic-map"), template)
	expect(t, "a template", run(t, r, "show crypto dynamic-map tag D"), template)
	expect(t, "another template", run(t, r, "show crypto dynamic-map tag X"), "")
	expect(t, "nobody has come", run(t, r, "show crypto map"), head+tail)
	expect(t, "nobody has come", run(t, r, "show crypto ipsec sa"), "\nNo SAs found\n")

	r.idents = []router.IPsecIdent{{Interface: "GigabitEthernet0/1", Map: "M", Seq: 65535<<16 | 10, Template: "D/10",
		LocalAddr: addr("12.12.12.1"), Peer: addr("23.23.23.3"), PeerPort: 500,
		Local: router.Proxy{Addr: ip("10.1.1.0"), Mask: 0xffffff00}, Remote: router.Proxy{Addr: ip("20.1.1.0"), Mask: 0xffffff00}}}
	expect(t, "a peer has come", run(t, r, "show crypto map"), head+
		"\nCrypto Map IPv4 \"M\" 65536 ipsec-isakmp\n\tPeer = 23.23.23.3\n\tExtended IP access list \n"+
		"\t    access-list  permit ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255\n"+
		"\t    dynamic (created from dynamic map D/10)\n\tCurrent peer: 23.23.23.3\n"+terms+tail)
	if out := run(t, r, "show crypto ipsec sa"); !strings.Contains(out, "     PERMIT, flags={}\n") {
		t.Errorf("the origin is no access list:\n%s", out)
	}
	if out := run(t, r, "show crypto session"); !strings.Contains(out, "Active SAs: 0, origin: dynamic crypto map\n") {
		t.Errorf("the origin:\n%s", out)
	}
}
