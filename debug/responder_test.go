package debug

import "testing"

// responderLines is the same negotiation as R3 sees it (catalogue, sections 3 and
// 7.2): the order is that of a published IOS XE transcript, the prefixes are those
// of 12.4.
var responderLines = func() []sample {
	var (
		at  = At{Role: Responder}
		all []sample
	)
	const mid = 673525551
	add := func(e Event, text string) { all = append(all, sample{e, text}) }
	step := func(src Source, in Input, old, new string) {
		c := "ISAKMP:(0:0:N/A:0):"
		if at.Conn != 0 {
			c = "ISAKMP:(0:1:SW:1):"
		}
		add(ISAKMPInput{at, src, in}, c+"Input = "+string(src)+", "+string(in))
		add(ISAKMPState{at, old, new}, c+"Old State = "+old+"  New State = "+new)
	}
	node := func(src Source, in Input, old, new string) {
		add(ISAKMPNodeInput{at, mid, src, in}, "ISAKMP:(0:1:SW:1):Node 673525551, Input = "+string(src)+", "+string(in))
		add(ISAKMPState{at, old, new}, "ISAKMP:(0:1:SW:1):Old State = "+old+"  New State = "+new)
	}

	at.Message = 1
	add(ISAKMPReceived{At: at, Peer: r1, DPort: 500, SPort: 500, State: ""}, "ISAKMP (0:0): received packet from 12.12.12.1 dport 500 sport 500 Global (N) NEW SA")
	add(ISAKMPPeerCreated{at, r1, 500}, "ISAKMP: Created a peer struct for 12.12.12.1, peer port 500")
	add(ISAKMPLock{at, 0x64E2927C, false, 1, ForResponder}, "ISAKMP: Locking peer struct 0x64E2927C, IKE refcount 1 for crypto_isakmp_process_block")
	step(FromPeer, MMExch, "IKE_READY", "IKE_R_MM1")
	add(ISAKMPProcessing{At: at, Payload: PayloadSA, MessageID: 0}, "ISAKMP:(0:0:N/A:0): processing SA payload. message ID = 0")
	add(ISAKMPVendorPayload{At: at}, "ISAKMP:(0:0:N/A:0): processing vendor id payload")
	add(ISAKMPVendorNATT{at, NATTDraft07}, "ISAKMP (0:0): vendor ID is NAT-T v7")
	add(ISAKMPKeyFound{at, r1}, "ISAKMP:(0:0:N/A:0):found peer pre-shared key matching 12.12.12.1")
	add(ISAKMPChecking{at, 1, 10}, "ISAKMP:(0:0:N/A:0):Checking ISAKMP transform 1 against priority 10 policy")
	add(ISAKMPAcceptable{At: at}, "ISAKMP:(0:0:N/A:0):atts are acceptable. Next payload is 0")
	at.Conn = 1
	add(ISAKMPVendorPayload{At: at}, "ISAKMP:(0:1:SW:1): processing vendor id payload")
	step(Internal, ProcessMainMode, "IKE_R_MM1", "IKE_R_MM1")
	at.Message = 2
	add(ISAKMPNATTConstructed{at, NATTDraft07}, "ISAKMP:(0:1:SW:1): constructed NAT-T vendor-07 ID")
	add(ISAKMPSending{at, r1, 500, 500, MMSASetup}, "ISAKMP:(0:1:SW:1): sending packet to 12.12.12.1 my_port 500 peer_port 500 (R) MM_SA_SETUP")
	step(Internal, ProcessComplete, "IKE_R_MM1", "IKE_R_MM2")
	at.Message = 3
	add(ISAKMPReceived{At: at, Peer: r1, DPort: 500, SPort: 500, State: MMSASetup}, "ISAKMP (0:134217729): received packet from 12.12.12.1 dport 500 sport 500 Global (R) MM_SA_SETUP")
	step(FromPeer, MMExch, "IKE_R_MM2", "IKE_R_MM3")
	add(ISAKMPProcessing{At: at, Payload: PayloadKE, MessageID: 0}, "ISAKMP:(0:1:SW:1): processing KE payload. message ID = 0")
	add(ISAKMPProcessing{At: at, Payload: PayloadNonce, MessageID: 0}, "ISAKMP:(0:1:SW:1): processing NONCE payload. message ID = 0")
	add(ISAKMPKeyFound{at, r1}, "ISAKMP:(0:1:SW:1):found peer pre-shared key matching 12.12.12.1")
	add(ISAKMPKeysGenerated{at}, "ISAKMP:(0:1:SW:1):SKEYID state generated")
	step(Internal, ProcessMainMode, "IKE_R_MM3", "IKE_R_MM3")
	at.Message = 4
	add(ISAKMPSending{at, r1, 500, 500, MMKeyExch}, "ISAKMP:(0:1:SW:1): sending packet to 12.12.12.1 my_port 500 peer_port 500 (R) MM_KEY_EXCH")
	step(Internal, ProcessComplete, "IKE_R_MM3", "IKE_R_MM4")
	at.Message = 5
	add(ISAKMPReceived{At: at, Peer: r1, DPort: 500, SPort: 500, State: MMKeyExch}, "ISAKMP (0:134217729): received packet from 12.12.12.1 dport 500 sport 500 Global (R) MM_KEY_EXCH")
	step(FromPeer, MMExch, "IKE_R_MM4", "IKE_R_MM5")
	add(ISAKMPProcessing{At: at, Payload: PayloadID, MessageID: 0}, "ISAKMP:(0:1:SW:1): processing ID payload. message ID = 0")
	add(ISAKMPProcessing{At: at, Payload: PayloadHash, MessageID: 0}, "ISAKMP:(0:1:SW:1): processing HASH payload. message ID = 0")
	add(ISAKMPNotify{at, NotifyInitialContact, 1, 0, 0, 0x64E0AC34},
		"ISAKMP:(0:1:SW:1): processing NOTIFY INITIAL_CONTACT protocol 1\n        spi 0, message ID = 0, sa = 64E0AC34")
	add(ISAKMPAuthenticated{at, r1}, "ISAKMP:(0:1:SW:1):SA has been authenticated with 12.12.12.1")
	add(ISAKMPInsertPeer{at, r3, r1, 500, 0x64E2927C}, "ISAKMP: Trying to insert a peer 23.23.23.3/12.12.12.1/500/,  and inserted successfully 64E2927C.")
	step(Internal, ProcessMainMode, "IKE_R_MM5", "IKE_R_MM5")
	at.Message = 6
	add(ISAKMPAuthenticating{at, IDIPv4Addr, false}, "ISAKMP:(0:1:SW:1):SA is doing pre-shared key authentication using id type ID_IPV4_ADDR")
	add(ISAKMPSending{at, r1, 500, 500, MMKeyExch}, "ISAKMP:(0:1:SW:1): sending packet to 12.12.12.1 my_port 500 peer_port 500 (R) MM_KEY_EXCH")
	step(Internal, ProcessComplete, "IKE_R_MM5", "IKE_P1_COMPLETE")
	step(Internal, Phase1Complete, "IKE_P1_COMPLETE", "IKE_P1_COMPLETE")
	at.Message = 7
	add(ISAKMPReceived{At: at, Peer: r1, DPort: 500, SPort: 500, State: QMIdle}, "ISAKMP (0:134217729): received packet from 12.12.12.1 dport 500 sport 500 Global (R) QM_IDLE      ")
	add(ISAKMPNewNode{at, mid, QMIdle}, "ISAKMP: set new node 673525551 to QM_IDLE      ")
	add(ISAKMPProcessing{At: at, Payload: PayloadHash, MessageID: mid}, "ISAKMP:(0:1:SW:1): processing HASH payload. message ID = 673525551")
	add(ISAKMPProcessing{At: at, Payload: PayloadSA, MessageID: mid}, "ISAKMP:(0:1:SW:1): processing SA payload. message ID = 673525551")
	add(ISAKMPCheckingIPsec{at, 1}, "ISAKMP:(0:1:SW:1):Checking IPSec proposal 1")
	add(ISAKMPIPsecAcceptable{at}, "ISAKMP:(0:1:SW:1):atts are acceptable.")
	add(ISAKMPAskSPI{at, 1}, "ISAKMP:(0:1:SW:1): asking for 1 spis from ipsec")
	node(FromPeer, QMExch, "IKE_QM_READY", "IKE_QM_SPI_STARVE")
	at.Message = 8
	add(ISAKMPKeyMessage{at, KeySPIReply, 1}, "ISAKMP: received ke message (2/1)")
	add(ISAKMPLock{at, 0x64E2927C, true, 1, ForStuffKE}, "ISAKMP: Locking peer struct 0x64E2927C, IPSEC refcount 1 for for stuff_ke")
	add(ISAKMPSending{at, r1, 500, 500, QMIdle}, "ISAKMP:(0:1:SW:1): sending packet to 12.12.12.1 my_port 500 peer_port 500 (R) QM_IDLE      ")
	node(FromIPsec, SPIReply, "IKE_QM_SPI_STARVE", "IKE_QM_R_QM2")
	at.Message = 9
	add(ISAKMPReceived{At: at, Peer: r1, DPort: 500, SPort: 500, State: QMIdle}, "ISAKMP (0:134217729): received packet from 12.12.12.1 dport 500 sport 500 Global (R) QM_IDLE      ")
	add(ISAKMPDeleteNode{at, mid, false, NodeAwait}, `ISAKMP:(0:1:SW:1):deleting node 673525551 error FALSE reason "QM done (await)"`)
	node(FromPeer, QMExch, "IKE_QM_R_QM2", "IKE_QM_PHASE2_COMPLETE")
	return all
}()

func TestResponderLines(t *testing.T) {
	for _, line := range responderLines {
		if got := string(line.event.AppendLine(nil, IOS12)); got != line.text {
			t.Errorf("%T:\n got %q\nwant %q", line.event, got, line.text)
		}
	}
}
