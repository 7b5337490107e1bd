package ike_test

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/internal/reftest"
)

// ring is a key for a peer in a keyring.
func ring(name string, peer netip.Addr, secret string) exchange.PresharedKey {
	return exchange.PresharedKey{Keyring: name, Prefix: netip.PrefixFrom(peer, 32), Secret: []byte(secret)}
}

// forHost is a profile for the peer of a name, with its keyring.
func forHost(name, host, keyring string) exchange.Profile {
	return exchange.Profile{Name: name, Keyrings: []string{keyring}, Match: []exchange.IdentityMatch{{Name: exchange.FQDN(host)}}}
}

// Main Mode with keys in keyrings and names for identities: the initiator's profile is
// that of its crypto map, the responder's the one that matches.
func TestMainModeByProfile(t *testing.T) {
	n, r1, r3 := lab(func(p1, p3 *exchange.Policy) {
		p1.Keys, p3.Keys = []exchange.PresharedKey{ring("K", iketest.Addr3, "ring")}, []exchange.PresharedKey{ring("K", iketest.Addr1, "ring")}
		p1.Profiles = []exchange.Profile{forHost("TO3", "r3.example.com", "K")}
		p3.Profiles = []exchange.Profile{forHost("TO1", "r1.example.com", "K")}
		p1.Tunnels[0].Profile, p3.Tunnels[0].Profile = "TO3", "TO1"
		p1.Profiles[0].Self = exchange.FQDN("r1.example.com")
		p3.Identity = exchange.FQDN("r3.example.com")
	})
	up(t, n, r1, r3)
	for r, want := range map[*iketest.Router]string{r1: "TO3", r3: "TO1"} {
		if got := r.Core.ISAKMPSAs(n.Now)[0].Profile; got != want {
			t.Errorf("%s: profile %q, want %q", r.Name, got, want)
		}
		lines := r.Lines(isakmp...)
		for _, part := range []string{"Found ADDRESS key in keyring K", ":: peer matches " + want + " profile"} {
			if !contains(lines, part) {
				t.Errorf("%s does not print %q", r.Name, part)
			}
		}
	}
	if !contains(r1.Lines(isakmp...), "SA request profile is TO3") {
		t.Error("the request's profile is not printed")
	}
	if _, lost := traffic(n, r1, r3, 25*time.Hour, time.Minute); len(lost) > 0 {
		t.Errorf("lost %d, the first at %s", len(lost), lost[0])
	}
}

// Nothing comes up where identity, profile and key do not belong together.
func TestProfileRefuses(t *testing.T) {
	matching := func(p1, p3 *exchange.Policy) {
		p1.Profiles = []exchange.Profile{forHost("TO3", "r3.example.com", "")}
		p3.Profiles = []exchange.Profile{forHost("TO1", "r1.example.com", "")}
		p1.Tunnels[0].Profile, p3.Tunnels[0].Profile = "TO3", "TO1"
		p1.Identity, p3.Identity = exchange.FQDN("r1.example.com"), exchange.FQDN("r3.example.com")
	}
	n, r1, r3 := lab(matching)
	up(t, n, r1, r3)
	for name, c := range map[string]struct {
		change func(p1, p3 *exchange.Policy)
		who    string // says why
		why    string
		ring   string // is remembered
	}{
		"the responder is somebody else":   {func(_, p3 *exchange.Policy) { p3.Identity = exchange.FQDN("r4.example.com") }, "R1", "matches *none* of the profiles", "peer does not match ISAKMP profile TO3, which the crypto map wants"},
		"the initiator is somebody else":   {func(p1, _ *exchange.Policy) { p1.Identity = exchange.FQDN("r4.example.com") }, "R3", "matches *none* of the profiles", "crypto map MAP 10 wants ISAKMP profile TO1, phase 1 has none"},
		"the key is of another keyring":    {func(_, p3 *exchange.Policy) { p3.Keys[0].Keyring = "OTHER" }, "R3", "Key not found in keyrings of profile , aborting exchange", "the key is in no keyring of the peer's ISAKMP profile"},
		"the profile has no key":           {func(p1, _ *exchange.Policy) { p1.Keys[0].Keyring = "OTHER" }, "R1", "No pre-shared key with 23.23.23.3!", "no pre-shared key"},
		"a user is not a host":             {func(p1, _ *exchange.Policy) { p1.Identity = exchange.UserFQDN("r1.example.com") }, "R3", "matches *none* of the profiles", "crypto map MAP 10 wants ISAKMP profile TO1, phase 1 has none"},
		"the map's profile does not exist": {func(p1, _ *exchange.Policy) { p1.Profiles = nil }, "R1", "No pre-shared key with 23.23.23.3!", "no pre-shared key"},
	} {
		t.Run(name, func(t *testing.T) {
			n, r1, r3 := lab(func(p1, p3 *exchange.Policy) { matching(p1, p3); c.change(p1, p3) })
			r1.Acquire("MAP", 10, iketest.Flow)
			n.Run(5 * time.Minute)
			if err := r1.Ping(r3, iketest.Flow); err == nil {
				t.Error("a tunnel is up")
			}
			r := r1
			if c.who == "R3" {
				r = r3
			}
			if !contains(r.Lines(isakmp...), c.why) {
				t.Errorf("%s does not print %q:\n%s", c.who, c.why, strings.Join(r.Lines(isakmp...), "\n"))
			}
			if !slices.ContainsFunc(r.Core.Failures(), func(f exchange.Failure) bool { return f.Reason == c.ring }) {
				t.Errorf("%s does not remember %q: %+v", c.who, c.ring, r.Core.Failures())
			}
		})
	}
}

// An initiator that does not take the responder for whom it wants ends the SA and says
// so, for the responder has it up; the next packet begins another.
func TestMessage6Rejected(t *testing.T) {
	for _, version := range []debug.Manner{debug.IOS12, debug.IOS15} {
		n, r1, r3 := lab(func(p1, p3 *exchange.Policy) {
			p1.Version, p3.Version = version, version
			p1.Profiles = []exchange.Profile{forHost("TO3", "r3.example.com", "")}
			p1.Tunnels[0].Profile = "TO3"
			p3.Identity = exchange.FQDN("r4.example.com")
		})
		for again := range 2 {
			seen := len(r1.Lines(isakmp...))
			r1.Acquire("MAP", 10, iketest.Flow)
			n.Run(5 * time.Second)
			for _, r := range []*iketest.Router{r1, r3} {
				for _, s := range r.Core.ISAKMPSAs(n.Now) {
					if !s.Deleted {
						t.Errorf("%s keeps an SA in %s", r.Name, s.State)
					}
				}
			}
			lines := r1.Lines(isakmp...)[seen:]
			if !contains(lines, "beginning Main Mode exchange") || !contains(lines, `deleting SA reason "No reason" state (I) MM_KEY_EXCH (peer 23.23.23.3)`) {
				t.Errorf("request %d prints\n%s", again+1, strings.Join(lines, "\n"))
			}
		}
		if !contains(r3.Lines(isakmp...), `deleting SA reason "No reason" state (R) QM_IDLE       (peer 12.12.12.1)`) {
			t.Errorf("the responder prints\n%s", strings.Join(r3.Lines(isakmp...), "\n"))
		}
	}
}

// One responder with two peers whose keys are by name, behind one address range.
func TestKeysByName(t *testing.T) {
	n, r1, r3 := lab(func(p1, p3 *exchange.Policy) {
		byName(p1, p3)
		p3.Keys = []exchange.PresharedKey{
			{Host: "r2.example.com", Secret: []byte("of another")},
			{Keyring: "K", Host: "r1.example.com", Secret: []byte("tunnel")},
			{Prefix: netip.MustParsePrefix("0.0.0.0/0"), Secret: []byte("of everybody")},
		}
	})
	up(t, n, r1, r3)
	if !contains(r3.Lines(isakmp...), "Found HOST key in keyring K") {
		t.Error("the key is not said to be found by name")
	}
}

// The published first message of Aggressive Mode to a responder with a profile, up to
// where XAUTH begins. The vendor IDs are those of other clients.
func TestAggressiveResponderPrintsTheReference(t *testing.T) {
	text := reftest.Open(t, "debug/15-am-responder-msg1-fqdn-15x.tmpl.txt")
	n, r1, r3 := lab(func(p1, p3 *exchange.Policy) {
		byName(p1, p3)
		p3.Keys = []exchange.PresharedKey{{Prefix: netip.MustParsePrefix("0.0.0.0/0"), Secret: []byte("tunnel")}}
		p3.Version = debug.IOS15
		p3.Profiles = []exchange.Profile{{Name: "{profile}", Match: []exchange.IdentityMatch{{Name: exchange.FQDN("r1.example.com")}}}}
	})
	up(t, n, r1, r3)
	normal := func(lines []string) (list []string) {
		for _, l := range lines {
			for _, r := range [][2]string{
				{`^\{ts\}: `, ""}, {`12\.12\.12\.1`, "{peer}"}, {`r1\.example\.com`, "{fqdn}"}, {`0x8000[0-9A-F]{4}`, "{handle}"},
				{`0x64E[0-9A-F]{5}`, "{peer-ptr}"}, {`64E[0-9A-F]{5}`, "{sa-ptr}"},
				{`(length|protocol|port) +: .*`, "$1"}, // a client's choice
			} {
				l = regexp.MustCompile(r[0]).ReplaceAllString(l, r[1])
			}
			// The published line says only in the second of these that the key is found.
			if !strings.Contains(l, "vendor") && !strings.Contains(l, "found peer pre-shared key") {
				list = append(list, strings.TrimRight(l, " "))
			}
		}
		return list
	}
	lines := func(text string) []string { return normal(strings.Split(strings.TrimSpace(text), "\n")) }
	want, got := lines(text), lines(strings.Join(r3.Lines(debug.FlagISAKMP), "\n"))
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("line %d of the reference is\n  %s\nand not\n  %s", i+1, want[i], strings.Join(got[min(i, len(got)):], "\n  "))
		}
	}
}

// A profile that only matches the peer does not change how phase 1 with it is begun, nor
// how it is renewed.
func TestRenewalIsBegunAlike(t *testing.T) {
	n, r1, r3 := lab(func(p1, _ *exchange.Policy) {
		byProfile(p1, nil)
		p1.Tunnels[0].Profile = ""
		p1.Proposals[0].LifeSeconds = 600
	})
	up(t, n, r1, r3)
	if _, lost := traffic(n, r1, r3, time.Hour, time.Second); len(lost) > 0 {
		t.Errorf("lost %d, the first at %s", len(lost), lost[0])
	}
	if lines := r1.Lines(isakmp...); contains(lines, "Aggressive Mode") || !contains(lines, "peer matches SITE profile") {
		t.Error("aggressive mode was used, or the profile did not match")
	}
}
