package debug

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"conft/internal/reftest"
)

// negotiation is what differs from one run of the classic lab to the next.
type negotiation struct {
	peerPtr, handle, saPtr uint32
	messageID              uint32
	inSPI, outSPI          uint32
}

var (
	r1, r3     = netip.MustParseAddr("12.12.12.1"), netip.MustParseAddr("23.23.23.3")
	net1, net3 = netip.MustParseAddr("10.1.1.0"), netip.MustParseAddr("20.1.1.0")
)

// initiatorEvents is the classic lab's negotiation as R1 sees it: DES, SHA, group
// 1, pre-shared key; message 1 goes unanswered twice; then ESP with DES and MD5.
func initiatorEvents(n negotiation) []Event {
	var (
		conn uint32
		msg  int
		all  []Event
	)
	at := func() At { return At{Conn: conn, Role: Initiator, Message: msg} }
	add := func(e ...Event) { all = append(all, e...) }
	send := func(s State) { add(ISAKMPSending{at(), r3, 500, 500, s}) }
	received := func(s State) { add(ISAKMPReceived{At: at(), Peer: r3, DPort: 500, SPort: 500, State: s}) }
	step := func(src Source, in Input, old, new string) {
		add(ISAKMPInput{at(), src, in}, ISAKMPState{at(), old, new})
	}
	nodeStep := func(src Source, in Input, old, new string) {
		add(ISAKMPNodeInput{at(), n.messageID, src, in}, ISAKMPState{at(), old, new})
	}
	processing := func(p Payload, id uint32) { add(ISAKMPProcessing{At: at(), Payload: p, MessageID: id}) }
	natt := func() {
		add(ISAKMPVendorPayload{At: at()}, ISAKMPVendorMismatch{at(), 245}, ISAKMPVendorNATT{at(), NATTDraft07})
	}
	id := func(own bool, a netip.Addr) {
		add(ISAKMPID{at(), own, 8, IDIPv4Addr, a.String(), 17, 500, 12})
	}

	msg = 1
	add(
		ISAKMPKeyMessage{at(), KeySARequest, 1},
		ISAKMPRequestProfile{at(), ""},
		ISAKMPPeerCreated{at(), r3, 500},
		ISAKMPPeerHandle{at(), n.peerPtr, n.handle},
		ISAKMPLock{at(), n.peerPtr, false, 1, ForInitiator},
		ISAKMPPorts{at(), 500, 500},
		ISAKMPNewNode{at(), 0, QMIdle},
		ISAKMPInsertSA{at(), n.saPtr, false},
		ISAKMPNoAggressive{at()},
		ISAKMPKeyFound{at(), r3},
		ISAKMPNATTConstructed{at(), NATTDraft07},
		ISAKMPNATTConstructed{at(), NATTDraft03},
		ISAKMPNATTConstructed{at(), NATTDraft02},
	)
	step(FromIPsec, SARequestMM, "IKE_READY", "IKE_I_MM1")
	add(ISAKMPBeginMain{at()})
	send(MMNoState)
	for k := 1; k <= 2; k++ {
		add(
			ISAKMPRetransmit{At: at(), State: MMNoState},
			ISAKMPErrorCounter{at(), false, k, 5, ErrorRetransmit1},
			ISAKMPRetransmit{At: at(), State: MMNoState, Again: true},
		)
		send(MMNoState)
	}

	msg = 2
	received(MMNoState)
	step(FromPeer, MMExch, "IKE_I_MM1", "IKE_I_MM2")
	processing(PayloadSA, 0)
	natt()
	add(
		ISAKMPKeyFound{at(), r3},
		ISAKMPLocalKey{at()},
		ISAKMPScanProfiles{at(), ""},
		ISAKMPChecking{at(), 1, 10},
		ISAKMPAttribute{at(), classEncryption, 1, 0},
		ISAKMPAttribute{at(), classHash, 2, 0},
		ISAKMPAttribute{at(), classGroup, 1, 0},
		ISAKMPAttribute{at(), classAuth, 1, 0},
		ISAKMPAttribute{at(), classLifeType, 1, 0},
		ISAKMPAttribute{at(), classLife, 86400, 4},
		ISAKMPAcceptable{At: at()},
	)
	conn = 1
	natt()
	step(Internal, ProcessMainMode, "IKE_I_MM2", "IKE_I_MM2")

	msg = 3
	send(MMSASetup)
	step(Internal, ProcessComplete, "IKE_I_MM2", "IKE_I_MM3")

	msg = 4
	received(MMSASetup)
	step(FromPeer, MMExch, "IKE_I_MM3", "IKE_I_MM4")
	processing(PayloadKE, 0)
	processing(PayloadNonce, 0)
	add(
		ISAKMPKeyFound{at(), r3},
		ISAKMPKeysGenerated{at()},
		ISAKMPVendorPayload{At: at()}, ISAKMPVendor{at(), Unity},
		ISAKMPVendorPayload{At: at()}, ISAKMPVendor{at(), DPD},
		ISAKMPVendorPayload{At: at()}, ISAKMPAnotherIOS{at()},
	)
	step(Internal, ProcessMainMode, "IKE_I_MM4", "IKE_I_MM4")

	msg = 5
	add(ISAKMPInitialContact{at()}, ISAKMPAuthenticating{At: at(), Type: IDIPv4Addr})
	id(true, r1)
	add(ISAKMPPayloadLength{at(), 12})
	send(MMKeyExch)
	step(Internal, ProcessComplete, "IKE_I_MM4", "IKE_I_MM5")

	msg = 6
	received(MMKeyExch)
	processing(PayloadID, 0)
	id(false, r3)
	add(ISAKMPPeerProfile{at(), ""})
	processing(PayloadHash, 0)
	add(ISAKMPAuthStatus{at()}, ISAKMPAuthenticated{at(), r3}, ISAKMPInsertPeer{at(), r1, r3, 500, n.peerPtr})
	step(FromPeer, MMExch, "IKE_I_MM5", "IKE_I_MM6")
	step(Internal, ProcessMainMode, "IKE_I_MM6", "IKE_I_MM6")
	step(Internal, ProcessComplete, "IKE_I_MM6", "IKE_P1_COMPLETE")

	msg = 7
	add(ISAKMPBeginQuick{at(), n.messageID})
	send(QMIdle)
	nodeStep(Internal, InitQM, "IKE_QM_READY", "IKE_QM_I_QM1")
	step(Internal, Phase1Complete, "IKE_P1_COMPLETE", "IKE_P1_COMPLETE")

	msg = 8
	received(QMIdle)
	processing(PayloadHash, n.messageID)
	processing(PayloadSA, n.messageID)
	add(
		ISAKMPCheckingIPsec{at(), 1},
		ISAKMPTransform{at(), 1, 3, 2},
		ISAKMPTransformAttributes{at()},
		ISAKMPIPsecAttribute{at(), classSAEncaps, 1, 0},
		ISAKMPIPsecAttribute{at(), classSALifeType, 1, 0},
		ISAKMPIPsecAttribute{at(), classSALife, 3600, 0},
		ISAKMPIPsecAttribute{at(), classSALifeType, 2, 0},
		ISAKMPIPsecAttribute{at(), classSALife, 4608000, 4},
		ISAKMPIPsecAttribute{at(), classSAAuth, 1, 0},
		ISAKMPIPsecAcceptable{at()},
	)
	processing(PayloadNonce, n.messageID)
	processing(PayloadID, n.messageID)
	processing(PayloadID, n.messageID)
	add(
		ISAKMPLock{at(), n.peerPtr, true, 1, ForStuffKE},
		ISAKMPCreatingSAs{at()},
		ISAKMPSAFlow{at(), false, r3, r1, net3, net1},
		ISAKMPSASPI{at(), false, n.inSPI, 0, SATunnel},
		ISAKMPSALifetime{at(), false, 3600},
		ISAKMPSALifetime{at(), true, 4608000},
		ISAKMPSAClientFlags{at(), 0},
		ISAKMPSAFlow{at(), true, r1, r3, net1, net3},
		ISAKMPSASPI{at(), true, n.outSPI, 0, SATunnel | SAOutbound},
		ISAKMPSALifetime{at(), false, 3600},
		ISAKMPSALifetime{at(), true, 4608000},
		ISAKMPSAClientFlags{at(), 0},
	)

	msg = 9
	send(QMIdle)
	add(ISAKMPDeleteNode{at(), n.messageID, false, NodeDone})
	nodeStep(FromPeer, QMExch, "IKE_QM_I_QM1", "IKE_QM_PHASE2_COMPLETE")
	add(
		ISAKMPLock{at(), n.peerPtr, true, 2, ForTransforms},
		ISAKMPUnlock{at(), n.peerPtr, true, 1, FromTransforms},
	)
	return all
}

var stampRE = regexp.MustCompile(`^\*[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d\.\d{3}: `)

// stamped splits a transcript into the texts of its lines, without stamps; lines
// without a stamp continue the one before.
func stamped(transcript string) []string {
	var texts []string
	for line := range strings.Lines(transcript) {
		line = strings.TrimSuffix(line, "\n")
		if stamp := stampRE.FindString(line); stamp != "" {
			texts = append(texts, line[len(stamp):])
		} else {
			texts[len(texts)-1] += "\n" + line
		}
	}
	return texts
}

// The whole transcript, in order and byte for byte: only pointers, SPIs and the
// message ID are taken over from it.
func TestSeedTranscript(t *testing.T) {
	transcript := reftest.Open(t, "debug/seed-main-mode-initiator.txt")
	number := func(pattern string, base int) uint32 {
		t.Helper()
		m := regexp.MustCompile(pattern).FindStringSubmatch(transcript)
		if m == nil {
			t.Fatalf("transcript has no %s", pattern)
		}
		n, err := strconv.ParseUint(m[1], base, 32)
		if err != nil {
			t.Fatal(err)
		}
		return uint32(n)
	}
	events := initiatorEvents(negotiation{
		peerPtr:   number(`peer = 0x([0-9A-F]+)`, 16),
		handle:    number(`peer_handle = 0x([0-9A-F]+)`, 16),
		saPtr:     number(`sa = ([0-9A-F]+)`, 16),
		messageID: number(`M-ID of (\d+)`, 10),
		inSPI:     number(`spi 0x([0-9A-F]+)`, 16),
		outSPI:    number(`spi (\d+) `, 10),
	})
	want := stamped(transcript)
	for i := range min(len(want), len(events)) {
		if got := string(events[i].AppendLine(nil, IOS12)); got != want[i] {
			t.Errorf("line %d:\n got %q\nwant %q", i+1, got, want[i])
		}
	}
	if len(events) != len(want) {
		t.Errorf("%d events, transcript has %d lines", len(events), len(want))
	}
}
