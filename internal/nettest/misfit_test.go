package nettest

import (
	"strings"
	"testing"
	"time"
)

// misfits are strongSwan's configurations that do not fit conft's: AES 128, SHA, group
// 2; ESP with AES 128 and SHA, no PFS, between 10.1.1.0/24 and 20.1.1.0/24.
var misfits = []struct {
	name   string
	change func(*Peer)
	entry  []string // of conft's crypto map
	hears  []string // what conft says as responder
	says   []string // as initiator
	ring   string   // what is remembered then, among others
}{
	{name: "encryption", change: func(p *Peer) { p.IKE = "3des-sha1-modp1024" },
		hears: []string{"Encryption algorithm offered does not match policy!", "no offers accepted!", "phase 1 SA policy not acceptable! (local 12.12.12.1 remote 23.23.23.3)",
			"%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main mode failed with peer at 23.23.23.3"},
		says: []string{"Notify has no hash. Rejected.", "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Informational mode failed with peer at 23.23.23.3"}},
	{name: "key-length", change: func(p *Peer) { p.IKE = "aes256-sha1-modp1024" }, hears: []string{"Proposed key length does not match policy", "no offers accepted!"}},
	{name: "hash", change: func(p *Peer) { p.IKE = "aes128-md5-modp1024" }, hears: []string{"Hash algorithm offered does not match policy!", "no offers accepted!"}},
	{name: "group", change: func(p *Peer) { p.IKE = "aes128-sha1-modp1536" }, hears: []string{"Diffie-Hellman group offered does not match policy!", "no offers accepted!"}},
	{name: "key", change: func(p *Peer) { p.PSK = "other" },
		hears: []string{"reserved not zero on", "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 23.23.23.3 failed its sanity check or is malformed"},
		says:  []string{"retransmitting phase 1 MM_KEY_EXCH..."}, ring: "informational message before authentication, not believed"},
	{name: "unknown transform", change: func(p *Peer) { p.ESP = "camellia128-sha1" },
		hears: []string{"transform 1, unknown (22)", "atts are not acceptable. Next payload is 0", "phase 2 SA policy not acceptable!"}},
	{name: "transform", change: func(p *Peer) { p.ESP = "aes256-sha256" },
		hears: []string{"transform proposal not supported for identity: \n    {esp-aes 256 esp-sha256-hmac }", "IPSec policy invalidated proposal with error 256",
			"phase 2 SA policy not acceptable!", "Sending NOTIFY PROPOSAL_NOT_CHOSEN protocol 3", "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Quick mode failed with peer at 23.23.23.3"},
		says: []string{"processing NOTIFY PROPOSAL_NOT_CHOSEN protocol 3", `error TRUE reason "Delete Larval"`}},
	{name: "pfs", change: func(p *Peer) { p.ESP = "aes128-sha1-modp1536" }, entry: []string{"set pfs group2"},
		hears: []string{"invalid transform proposal flags -- 0x13", "IPSec policy invalidated proposal with error 1024", "phase 2 SA policy not acceptable!"},
		says:  []string{"processing NOTIFY PROPOSAL_NOT_CHOSEN protocol 3", `error TRUE reason "Delete Larval"`}},
	{name: "proxies", change: func(p *Peer) { p.LocalTS = "20.2.0.0/16" },
		hears: []string{"map_db_find_best did not find matching map", "proxy identities not supported", "IPSec policy invalidated proposal with error 32"},
		says:  []string{"processing NOTIFY INVALID_ID_INFO protocol 3", `error TRUE reason "Delete Larval"`}, ring: "peer refuses our identities"},
	{name: "mode", change: func(p *Peer) { p.Transport, p.LocalTS, p.RemoteTS = true, "dynamic", "dynamic" },
		hears: []string{"(Transport-UDP)", "phase 2 SA policy not acceptable!"}},
}

// What does not fit is said as IOS says it, whichever side begins, and with a peer that
// nobody here wrote.
func TestMisfits(t *testing.T) {
	t.Parallel()
	for _, m := range misfits {
		for role, want := range map[string][]string{"responder": m.hears, "initiator": m.says} {
			if want == nil {
				continue
			}
			t.Run(m.name+"/"+role, func(t *testing.T) {
				t.Parallel()
				c := newChain(t)
				p := Peer{Local: "23.23.23.3", Remote: "12.12.12.1", LocalTS: "20.1.1.0/24", RemoteTS: "10.1.1.0/24", PSK: "cisco123",
					IKE: "aes128-sha1-modp1024", ESP: "aes128-sha1"}
				m.change(&p)
				done := make(chan struct{})
				t.Cleanup(func() { <-done }) // once the daemon has ended
				peer := StartStrongSwan(t, c.r3, p)
				r := c.tunnel(t, []string{"encryption aes", "group 2"}, "esp-aes esp-sha-hmac", m.entry...)
				go func() {
					defer close(done)
					if role == "responder" {
						peer.Initiate()
					} else {
						c.a.Output("ping", "-c3", "-W1", "20.1.1.2")
					}
				}()
				wait(t, "the last line", 25*time.Second, func() bool { return strings.Contains(r.Exec("show logging"), want[len(want)-1]) })
				log := r.Exec("show logging")
				for _, w := range want {
					if _, rest, ok := strings.Cut(log, w); !ok {
						t.Errorf("not said, or not in this place: %s\n%s", w, log)
					} else {
						log = rest
					}
				}
				says(t, r, "show crypto isakmp diagnose error 23.23.23.3", "23.23.23.3      ", map[string]string{"initiator": m.ring}[role])
			})
		}
	}
}
