package nettest

import (
	"strings"
	"testing"
)

// How conft is told who it is and who strongSwan is, in one test each: lines before the
// crypto map, and lines of its entry.
var identityCases = []struct {
	name       string
	aggressive bool
	lines      []string
	entry      []string
	says       []string // in conft's log, as initiator
	hears      []string // as responder
}{
	{name: "aggressive", aggressive: true,
		lines: []string{
			"hostname r1", "ip domain name example.com", "crypto isakmp identity hostname",
			"crypto isakmp key cisco123 hostname r3.example.com",
			"crypto isakmp peer address 23.23.23.3", "set aggressive-mode password cisco123", "set aggressive-mode client-endpoint fqdn r1.example.com",
		},
		says:  []string{"SA has tunnel attributes set.", "SA using tunnel password as pre-shared key.", "New State = IKE_I_AM1"},
		hears: []string{"found peer pre-shared key matching r3.example.com", "Old State = IKE_R_AM2  New State = IKE_P1_COMPLETE"}},
	{name: "aggressive-by-profile", aggressive: true,
		lines: []string{
			"hostname r1", "ip domain name example.com",
			"crypto keyring K", "pre-shared-key address 23.23.23.3 key cisco123",
			"crypto isakmp profile P", "keyring K", "self-identity fqdn", "match identity host domain example.com", "initiate mode aggressive",
		},
		entry: []string{"set isakmp-profile P"},
		says:  []string{"SA request profile is P", "Found ADDRESS key in keyring K", "peer matches P profile", "New State = IKE_I_AM1"},
		hears: []string{"peer matches P profile", "Found ADDRESS key in keyring K"}},
	{name: "main-by-profile",
		lines: []string{
			"crypto keyring K", "pre-shared-key address 23.23.23.0 255.255.255.0 key cisco123",
			"crypto isakmp profile P", "keyring K", "self-identity user-fqdn r1@example.com", "match identity host r3.example.com",
		},
		entry: []string{"set isakmp-profile P"},
		says:  []string{"USER FQDN    : r1@example.com", "peer matches P profile"},
		hears: []string{"FQDN name    : r3.example.com", "peer matches P profile"}},
}

// A tunnel with strongSwan comes up in aggressive mode and with names for identities,
// from either side.
func TestStrongSwanIdentities(t *testing.T) {
	t.Parallel()
	for _, s := range identityCases {
		for _, initiator := range []bool{true, false} {
			role, says := "responder", s.hears
			if initiator {
				role, says = "initiator", s.says
			}
			t.Run(s.name+"/"+role, func(t *testing.T) {
				t.Parallel()
				c := newChain(t)
				id := "r1.example.com"
				if !s.aggressive {
					id = "r1@example.com"
				}
				peer := StartStrongSwan(t, c.r3, Peer{
					Local: "23.23.23.3", Remote: "12.12.12.1", LocalTS: "20.1.1.0/24", RemoteTS: "10.1.1.0/24",
					PSK: "cisco123", IKE: "aes128-sha1-modp1024", ESP: "aes128-sha1",
					LocalID: "r3.example.com", RemoteID: id, Aggressive: s.aggressive,
				})
				r := c.tunnelBy(t, s.lines, []string{"encryption aes", "group 2"}, "esp-aes esp-sha-hmac", s.entry...)
				if !initiator {
					if err := peer.Initiate(); err != nil {
						t.Fatalf("%v\n%s", err, r.Exec("show logging"))
					}
				}
				c.ping(t, c.a, "20.1.1.2") // the last message of a peer that began may be under way
				c.every(t, c.a, "20.1.1.2", 3)
				c.every(t, c.b, "10.1.1.2", 3)
				log := r.Exec("show logging")
				for _, part := range says {
					if !strings.Contains(log, part) {
						t.Errorf("the log does not say %q", part)
					}
				}
				if sas := r.Exec("show crypto isakmp sa"); !strings.Contains(sas, "QM_IDLE") {
					t.Errorf("no ISAKMP SA:\n%s", sas)
				}
				if t.Failed() {
					t.Log(log)
				}
			})
		}
	}
}
