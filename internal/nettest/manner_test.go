package nettest

import (
	"strings"
	"testing"
	"time"
)

// A router in the manner of 15.x and one of 12.4 agree; the show commands of the first
// tell of the tunnel and, once the keys differ, of what went wrong.
func TestManners(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	u.left.Exec("configure terminal", "version 15.4", "end", "undebug crypto ipsec", "clear logging")
	u.up(t, u.a, "20.1.1.2")
	says(t, u.left, "show logging", "ISAKMP:(0): constructed NAT-T vendor-rfc3947 ID", "ISAKMP:(0)::Started lifetime timer: 86400.",
		"ISAKMP (1001): received packet from 23.23.23.3 dport 500 sport 500 Global (I) MM_KEY_EXCH", "ISAKMP:(1001):QM Initiator gets spi",
		"ISAKMP:(1001):Old State = IKE_QM_I_QM1  New State = IKE_QM_PHASE2_COMPLETE")
	says(t, u.right, "show logging", "ISAKMP:(0:1:SW:1):Old State = IKE_QM_R_QM2  New State = IKE_QM_PHASE2_COMPLETE")
	says(t, u.left, "show running-config", "version 15.4", "crypto ipsec transform-set TS esp-aes esp-sha-hmac \n mode tunnel\n")
	says(t, u.left, "show crypto isakmp sa", "23.23.23.3      12.12.12.1      QM_IDLE           1001 ACTIVE")
	says(t, u.left, "show crypto isakmp sa detail", "1001  12.12.12.1      23.23.23.3             ACTIVE aes  sha    psk  2  ", "Engine-id:Conn-id =  SW:1")
	says(t, u.left, "show crypto isakmp peers", "Peer: 23.23.23.3 Port: 500 Local: 12.12.12.1\n Phase1 id: 23.23.23.3\n")
	says(t, u.left, "show crypto session detail", "Uptime: 00:00:", "Session status: UP-ACTIVE", "      Phase1_id: 23.23.23.3", "Capabilities:(none) connid:1001 lifetime:2",
		"Inbound:  #pkts dec'ed ", "drop 0 life (KB/Sec) 460")

	u.right.Exec("configure terminal", "no crypto isakmp key cisco123 address 12.12.12.1", "crypto isakmp key other address 12.12.12.1", "end")
	u.left.Exec("clear crypto isakmp", "clear crypto sa", "ping 20.1.1.2 source 10.1.1.1 repeat 2 timeout 1")
	wait(t, "the refusal", 10*time.Second, func() bool {
		return strings.Contains(u.right.Exec("show crypto isakmp diagnose error 12.12.12.1"), "Main          R      5 ")
	})
	says(t, u.right, "show crypto isakmp diagnose error", "12.12.12.1      Main          R      5     1 decryption gives noise: pre-shared keys differ?")
	says(t, u.right, "show logging", "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 12.12.12.1 failed its sanity check or is malformed")
}

// says wants parts of what a command shows.
func says(t *testing.T, c *Conft, command string, parts ...string) {
	t.Helper()
	out := c.Exec(command)
	for _, p := range parts {
		if !strings.Contains(out, p) {
			t.Errorf("%s on %s has not %q:\n%s", command, c.ns.Name, p, out)
		}
	}
}
