package debug

import (
	"net/netip"
	"strings"
	"testing"
)

// The note on refused proxies names the entry that would be the peer's mirror, and ours
// that is not.
func TestMirrorNote(t *testing.T) {
	proxy := func(addr, mask string, protocol uint8, port uint16) Proxy {
		return Proxy{Addr: netip.MustParseAddr(addr), Mask: netip.MustParseAddr(mask), Protocol: protocol, Port: port}
	}
	e := IPsecProxyRefused{
		Local: proxy("10.1.1.0", "255.255.255.0", 6, 80), Remote: proxy("20.1.1.2", "255.255.255.255", 6, 0),
		Nearest: CryptoACE{"M", 10, proxy("10.1.1.0", "255.255.255.0", 0, 0), proxy("0.0.0.0", "0.0.0.0", 0, 0)},
	}
	for _, l := range []Language{English, Chinese} {
		note := e.Explain(l)
		for _, want := range []string{"`permit tcp 10.1.1.0 0.0.0.255 eq 80 host 20.1.1.2`", "`permit ip 10.1.1.0 0.0.0.255 any`", "crypto map M 10"} {
			if !strings.Contains(note, want) {
				t.Errorf("%q is not in %q", want, note)
			}
		}
	}
	wants := IPsecProxyRefused{Nearest: CryptoACE{Map: "M", Seq: 10}, Wanted: "SITE"}
	for _, l := range []Language{English, Chinese} {
		if note := wants.Explain(l); !strings.Contains(note, "crypto map M 10") || !strings.Contains(note, "profile SITE") {
			t.Errorf("of another profile: %q", note)
		}
	}
	e.Nearest.Seq = 65000<<16 | 20
	if note := e.Explain(English); !strings.Contains(note, "crypto map M 65000 (dynamic 20), is") {
		t.Errorf("of a dynamic crypto map: %q", note)
	}
	e.Nearest = CryptoACE{}
	if note := e.Explain(English); strings.Contains(note, "nearest") || !strings.HasSuffix(note, "host 20.1.1.2`.") {
		t.Errorf("without an entry: %q", note)
	}
}
