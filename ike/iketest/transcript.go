package iketest

import (
	"regexp"
	"strings"
	"testing"
)

// Seed is every line of `debug crypto isakmp` on the initiator of the classic lab, when
// its first two messages are lost. Names in braces stand for what differs from run to
// run; within a run each stands for one value. {0} and {a} are the prefixes before the
// policy is agreed, {C} and {c} those afterwards.
const Seed = `
ISAKMP: received ke message (1/1)
{0}: SA request profile is (NULL)
ISAKMP: Created a peer struct for 23.23.23.3, peer port 500
ISAKMP: New peer created peer = 0x{peer} peer_handle = 0x{handle}
ISAKMP: Locking peer struct 0x{peer}, IKE refcount 1 for isakmp_initiator
ISAKMP: local port 500, remote port 500
ISAKMP: set new node 0 to QM_IDLE{pad}
insert sa successfully sa = {sa}
{0}:Can not start Aggressive mode, trying Main mode.
{0}:found peer pre-shared key matching 23.23.23.3
{0}: constructed NAT-T vendor-07 ID
{0}: constructed NAT-T vendor-03 ID
{0}: constructed NAT-T vendor-02 ID
{0}:Input = IKE_MESG_FROM_IPSEC, IKE_SA_REQ_MM
{0}:Old State = IKE_READY  New State = IKE_I_MM1
{0}: beginning Main Mode exchange
{0}: sending packet to 23.23.23.3 my_port 500 peer_port 500 (I) MM_NO_STATE
{0}: retransmitting phase 1 MM_NO_STATE...
{a}: incrementing error counter on sa, attempt 1 of 5: retransmit phase 1
{0}: retransmitting phase 1 MM_NO_STATE
{0}: sending packet to 23.23.23.3 my_port 500 peer_port 500 (I) MM_NO_STATE
{0}: retransmitting phase 1 MM_NO_STATE...
{a}: incrementing error counter on sa, attempt 2 of 5: retransmit phase 1
{0}: retransmitting phase 1 MM_NO_STATE
{0}: sending packet to 23.23.23.3 my_port 500 peer_port 500 (I) MM_NO_STATE
{a}: received packet from 23.23.23.3 dport 500 sport 500 Global (I) MM_NO_STATE
{0}:Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH
{0}:Old State = IKE_I_MM1  New State = IKE_I_MM2
{0}: processing SA payload. message ID = 0
{0}: processing vendor id payload
{0}: vendor ID seems Unity/DPD but major 245 mismatch
{a}: vendor ID is NAT-T v7
{0}:found peer pre-shared key matching 23.23.23.3
{0}: local preshared key found
ISAKMP : Scanning profiles for xauth ...
{0}:Checking ISAKMP transform 1 against priority 10 policy
ISAKMP:      encryption DES-CBC
ISAKMP:      hash SHA
ISAKMP:      default group 1
ISAKMP:      auth pre-share
ISAKMP:      life type in seconds
ISAKMP:      life duration (VPI) of  0x0 0x1 0x51 0x80
{0}:atts are acceptable. Next payload is 0
{C}: processing vendor id payload
{C}: vendor ID seems Unity/DPD but major 245 mismatch
{c}: vendor ID is NAT-T v7
{C}:Input = IKE_MESG_INTERNAL, IKE_PROCESS_MAIN_MODE
{C}:Old State = IKE_I_MM2  New State = IKE_I_MM2
{C}: sending packet to 23.23.23.3 my_port 500 peer_port 500 (I) MM_SA_SETUP
{C}:Input = IKE_MESG_INTERNAL, IKE_PROCESS_COMPLETE
{C}:Old State = IKE_I_MM2  New State = IKE_I_MM3
{c}: received packet from 23.23.23.3 dport 500 sport 500 Global (I) MM_SA_SETUP
{C}:Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH
{C}:Old State = IKE_I_MM3  New State = IKE_I_MM4
{C}: processing KE payload. message ID = 0
{C}: processing NONCE payload. message ID = 0
{C}:found peer pre-shared key matching 23.23.23.3
{C}:SKEYID state generated
{C}: processing vendor id payload
{C}: vendor ID is Unity
{C}: processing vendor id payload
{C}: vendor ID is DPD
{C}: processing vendor id payload
{C}: speaking to another IOS box!
{C}:Input = IKE_MESG_INTERNAL, IKE_PROCESS_MAIN_MODE
{C}:Old State = IKE_I_MM4  New State = IKE_I_MM4
{C}:Send initial contact
{C}:SA is doing pre-shared key authentication using id type ID_IPV4_ADDR
{c}: ID payload
        next-payload : 8
        type         : 1
        address      : 12.12.12.1
        protocol     : 17
        port         : 500
        length       : 12
{C}:Total payload length: 12
{C}: sending packet to 23.23.23.3 my_port 500 peer_port 500 (I) MM_KEY_EXCH
{C}:Input = IKE_MESG_INTERNAL, IKE_PROCESS_COMPLETE
{C}:Old State = IKE_I_MM4  New State = IKE_I_MM5
{c}: received packet from 23.23.23.3 dport 500 sport 500 Global (I) MM_KEY_EXCH
{C}: processing ID payload. message ID = 0
{c}: ID payload
        next-payload : 8
        type         : 1
        address      : 23.23.23.3
        protocol     : 17
        port         : 500
        length       : 12
{C}:: peer matches *none* of the profiles
{C}: processing HASH payload. message ID = 0
{C}:SA authentication status:
        authenticated
{C}:SA has been authenticated with 23.23.23.3
ISAKMP: Trying to insert a peer 12.12.12.1/23.23.23.3/500/,  and inserted successfully {peer}.
{C}:Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH
{C}:Old State = IKE_I_MM5  New State = IKE_I_MM6
{C}:Input = IKE_MESG_INTERNAL, IKE_PROCESS_MAIN_MODE
{C}:Old State = IKE_I_MM6  New State = IKE_I_MM6
{C}:Input = IKE_MESG_INTERNAL, IKE_PROCESS_COMPLETE
{C}:Old State = IKE_I_MM6  New State = IKE_P1_COMPLETE
{C}:beginning Quick Mode exchange, M-ID of {mid}
{C}: sending packet to 23.23.23.3 my_port 500 peer_port 500 (I) QM_IDLE{pad}
{C}:Node {mid}, Input = IKE_MESG_INTERNAL, IKE_INIT_QM
{C}:Old State = IKE_QM_READY  New State = IKE_QM_I_QM1
{C}:Input = IKE_MESG_INTERNAL, IKE_PHASE1_COMPLETE
{C}:Old State = IKE_P1_COMPLETE  New State = IKE_P1_COMPLETE
{c}: received packet from 23.23.23.3 dport 500 sport 500 Global (I) QM_IDLE{pad}
{C}: processing HASH payload. message ID = {mid}
{C}: processing SA payload. message ID = {mid}
{C}:Checking IPSec proposal 1
ISAKMP: transform 1, ESP_DES
ISAKMP:   attributes in transform:
ISAKMP:      encaps is 1 (Tunnel)
ISAKMP:      SA life type in seconds
ISAKMP:      SA life duration (basic) of 3600
ISAKMP:      SA life type in kilobytes
ISAKMP:      SA life duration (VPI) of  0x0 0x46 0x50 0x0
ISAKMP:      authenticator is HMAC-MD5
{C}:atts are acceptable.
{C}: processing NONCE payload. message ID = {mid}
{C}: processing ID payload. message ID = {mid}
{C}: processing ID payload. message ID = {mid}
ISAKMP: Locking peer struct 0x{peer}, IPSEC refcount 1 for for stuff_ke
{C}: Creating IPSec SAs
        inbound SA from 23.23.23.3 to 12.12.12.1 (f/i)  0/ 0
        (proxy 20.1.1.0 to 10.1.1.0)
        has spi 0x{spi} and conn_id 0 and flags 2
        lifetime of 3600 seconds
        lifetime of 4608000 kilobytes
        has client flags 0x0
        outbound SA from 12.12.12.1 to 23.23.23.3 (f/i) 0/0
        (proxy 10.1.1.0 to 20.1.1.0)
        has spi {decimal} and conn_id 0 and flags A
        lifetime of 3600 seconds
        lifetime of 4608000 kilobytes
        has client flags 0x0
{C}: sending packet to 23.23.23.3 my_port 500 peer_port 500 (I) QM_IDLE{pad}
{C}:deleting node {mid} error FALSE reason "No Error"
{C}:Node {mid}, Input = IKE_MESG_FROM_PEER, IKE_QM_EXCH
{C}:Old State = IKE_QM_I_QM1  New State = IKE_QM_PHASE2_COMPLETE
ISAKMP: Locking peer struct 0x{peer}, IPSEC refcount 2 for from create_transforms
ISAKMP: Unlocking IPSEC struct 0x{peer} from create_transforms, count 1
`

// Responder is likewise every line on the lab's other router. No transcript of a 12.4
// router has this side: the order is that of later releases, the wording 12.4's.
const Responder = `
{a}: received packet from 12.12.12.1 dport 500 sport 500 Global (N) NEW SA
ISAKMP: Created a peer struct for 12.12.12.1, peer port 500
ISAKMP: New peer created peer = 0x{peer} peer_handle = 0x{handle}
ISAKMP: Locking peer struct 0x{peer}, IKE refcount 1 for crypto_isakmp_process_block
ISAKMP: local port 500, remote port 500
insert sa successfully sa = {sa}
{0}:Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH
{0}:Old State = IKE_READY  New State = IKE_R_MM1
{0}: processing SA payload. message ID = 0
{0}: processing vendor id payload
{0}: vendor ID seems Unity/DPD but major 245 mismatch
{a}: vendor ID is NAT-T v7
{0}: processing vendor id payload
{0}: vendor ID seems Unity/DPD but major 157 mismatch
{0}: vendor ID is NAT-T v3
{0}: processing vendor id payload
{0}: vendor ID seems Unity/DPD but major 123 mismatch
{0}: vendor ID is NAT-T v2
{0}:found peer pre-shared key matching 12.12.12.1
{0}: local preshared key found
ISAKMP : Scanning profiles for xauth ...
{0}:Checking ISAKMP transform 1 against priority 10 policy
ISAKMP:      encryption DES-CBC
ISAKMP:      hash SHA
ISAKMP:      default group 1
ISAKMP:      auth pre-share
ISAKMP:      life type in seconds
ISAKMP:      life duration (VPI) of  0x0 0x1 0x51 0x80
{0}:atts are acceptable. Next payload is 0
{C}: processing vendor id payload
{C}: vendor ID seems Unity/DPD but major 245 mismatch
{c}: vendor ID is NAT-T v7
{C}: processing vendor id payload
{C}: vendor ID seems Unity/DPD but major 157 mismatch
{C}: vendor ID is NAT-T v3
{C}: processing vendor id payload
{C}: vendor ID seems Unity/DPD but major 123 mismatch
{C}: vendor ID is NAT-T v2
{C}:Input = IKE_MESG_INTERNAL, IKE_PROCESS_MAIN_MODE
{C}:Old State = IKE_R_MM1  New State = IKE_R_MM1
{C}: constructed NAT-T vendor-07 ID
{C}: sending packet to 12.12.12.1 my_port 500 peer_port 500 (R) MM_SA_SETUP
{C}:Input = IKE_MESG_INTERNAL, IKE_PROCESS_COMPLETE
{C}:Old State = IKE_R_MM1  New State = IKE_R_MM2
{c}: received packet from 12.12.12.1 dport 500 sport 500 Global (R) MM_SA_SETUP
{C}:Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH
{C}:Old State = IKE_R_MM2  New State = IKE_R_MM3
{C}: processing KE payload. message ID = 0
{C}: processing NONCE payload. message ID = 0
{C}:found peer pre-shared key matching 12.12.12.1
{C}:SKEYID state generated
{C}: processing vendor id payload
{C}: vendor ID is Unity
{C}: processing vendor id payload
{C}: vendor ID is DPD
{C}: processing vendor id payload
{C}: speaking to another IOS box!
{C}: processing vendor id payload
{C}: vendor ID seems Unity/DPD but major 149 mismatch
{C}: vendor ID is XAUTH
{C}:Input = IKE_MESG_INTERNAL, IKE_PROCESS_MAIN_MODE
{C}:Old State = IKE_R_MM3  New State = IKE_R_MM3
{C}: sending packet to 12.12.12.1 my_port 500 peer_port 500 (R) MM_KEY_EXCH
{C}:Input = IKE_MESG_INTERNAL, IKE_PROCESS_COMPLETE
{C}:Old State = IKE_R_MM3  New State = IKE_R_MM4
{c}: received packet from 12.12.12.1 dport 500 sport 500 Global (R) MM_KEY_EXCH
{C}:Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH
{C}:Old State = IKE_R_MM4  New State = IKE_R_MM5
{C}: processing ID payload. message ID = 0
{c}: ID payload
        next-payload : 8
        type         : 1
        address      : 12.12.12.1
        protocol     : 17
        port         : 500
        length       : 12
{C}:: peer matches *none* of the profiles
{C}: processing HASH payload. message ID = 0
{C}: processing NOTIFY INITIAL_CONTACT protocol 1
        spi 0, message ID = 0, sa = {sa}
{C}:SA authentication status:
        authenticated
{C}:SA has been authenticated with 12.12.12.1
{C}:SA authentication status:
        authenticated
{C}: Process initial contact,
bring down existing phase 1 and 2 SA's with local 23.23.23.3 remote 12.12.12.1 remote port 500
ISAKMP: Trying to insert a peer 23.23.23.3/12.12.12.1/500/,  and inserted successfully {peer}.
{C}:Input = IKE_MESG_INTERNAL, IKE_PROCESS_MAIN_MODE
{C}:Old State = IKE_R_MM5  New State = IKE_R_MM5
{C}:SA is doing pre-shared key authentication using id type ID_IPV4_ADDR
{c}: ID payload
        next-payload : 8
        type         : 1
        address      : 23.23.23.3
        protocol     : 17
        port         : 500
        length       : 12
{C}:Total payload length: 12
{C}: sending packet to 12.12.12.1 my_port 500 peer_port 500 (R) MM_KEY_EXCH
{C}:Input = IKE_MESG_INTERNAL, IKE_PROCESS_COMPLETE
{C}:Old State = IKE_R_MM5  New State = IKE_P1_COMPLETE
{C}:Input = IKE_MESG_INTERNAL, IKE_PHASE1_COMPLETE
{C}:Old State = IKE_P1_COMPLETE  New State = IKE_P1_COMPLETE
{c}: received packet from 12.12.12.1 dport 500 sport 500 Global (R) QM_IDLE{pad}
ISAKMP: set new node {mid} to QM_IDLE{pad}
{C}: processing HASH payload. message ID = {mid}
{C}: processing SA payload. message ID = {mid}
{C}:Checking IPSec proposal 1
ISAKMP: transform 1, ESP_DES
ISAKMP:   attributes in transform:
ISAKMP:      encaps is 1 (Tunnel)
ISAKMP:      SA life type in seconds
ISAKMP:      SA life duration (basic) of 3600
ISAKMP:      SA life type in kilobytes
ISAKMP:      SA life duration (VPI) of  0x0 0x46 0x50 0x0
ISAKMP:      authenticator is HMAC-MD5
{C}:atts are acceptable.
{C}: processing NONCE payload. message ID = {mid}
{C}: processing ID payload. message ID = {mid}
{C}: processing ID payload. message ID = {mid}
{C}: asking for 1 spis from ipsec
{C}:Node {mid}, Input = IKE_MESG_FROM_PEER, IKE_QM_EXCH
{C}:Old State = IKE_QM_READY  New State = IKE_QM_SPI_STARVE
ISAKMP: received ke message (2/1)
ISAKMP: Locking peer struct 0x{peer}, IPSEC refcount 1 for for stuff_ke
{C}: Creating IPSec SAs
        inbound SA from 12.12.12.1 to 23.23.23.3 (f/i)  0/ 0
        (proxy 10.1.1.0 to 20.1.1.0)
        has spi 0x{spi} and conn_id 0 and flags 2
        lifetime of 3600 seconds
        lifetime of 4608000 kilobytes
        has client flags 0x0
        outbound SA from 23.23.23.3 to 12.12.12.1 (f/i) 0/0
        (proxy 20.1.1.0 to 10.1.1.0)
        has spi {decimal} and conn_id 0 and flags A
        lifetime of 3600 seconds
        lifetime of 4608000 kilobytes
        has client flags 0x0
{C}: sending packet to 12.12.12.1 my_port 500 peer_port 500 (R) QM_IDLE{pad}
{C}:Node {mid}, Input = IKE_MESG_FROM_IPSEC, IKE_SPI_REPLY
{C}:Old State = IKE_QM_SPI_STARVE  New State = IKE_QM_R_QM2
ISAKMP: Locking peer struct 0x{peer}, IPSEC refcount 2 for from create_transforms
ISAKMP: Unlocking IPSEC struct 0x{peer} from create_transforms, count 1
{c}: received packet from 12.12.12.1 dport 500 sport 500 Global (R) QM_IDLE{pad}
{C}:deleting node {mid} error FALSE reason "QM done (await)"
{C}:Node {mid}, Input = IKE_MESG_FROM_PEER, IKE_QM_EXCH
{C}:Old State = IKE_QM_R_QM2  New State = IKE_QM_PHASE2_COMPLETE
`

// names are the patterns of what a name in braces stands for.
var names = map[string]string{
	"0": `ISAKMP:\(0:0:N/A:0\)`, "a": `ISAKMP \(0:0\)`, "C": `ISAKMP:\(0:1:SW:1\)`, "c": `ISAKMP \(0:134217729\)`,
	"peer": `[0-9A-F]{8}`, "handle": `8[0-9A-F]{7}`, "sa": `[0-9A-F]{8}`, "pad": ` {6}`, "blank": ` `,
	"mid": `-?[0-9]{1,10}`, "spi": `[0-9A-F]{1,8}`, "decimal": `[0-9]{1,10}`,
}

// Compare reports the first line of text that is not as the template says, where one
// name must always stand for the same value.
func Compare(t testing.TB, template, text string) {
	t.Helper()
	compare(t, split(template), split(text))
}

func compare(t testing.TB, template, lines []string) {
	t.Helper()
	bound := make(map[string]string)
	name := regexp.MustCompile(`\\\{\w+\\\}`)
	for i := range max(len(template), len(lines)) {
		if i >= len(lines) {
			t.Fatalf("line %d is missing: %s", i+1, template[i])
		}
		if i >= len(template) {
			t.Fatalf("line %d is too much: %s", i+1, lines[i])
		}
		var used []string
		pattern := name.ReplaceAllStringFunc(regexp.QuoteMeta(template[i]), func(s string) string {
			n := strings.Trim(s, `\{}`)
			used = append(used, n)
			if v, ok := bound[n]; ok {
				return "(" + regexp.QuoteMeta(v) + ")"
			}
			return "(" + names[n] + ")"
		})
		found := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(lines[i])
		if found == nil {
			t.Fatalf("line %d is\n  %s\nand should be\n  %s", i+1, lines[i], template[i])
		}
		for j, n := range used {
			bound[n] = found[j+1]
		}
	}
}

func split(text string) []string { return strings.Split(strings.Trim(text, "\n"), "\n") }
