package debug

// Texts that no published transcript at hand shows. They are written down from
// memory and stand here together, so that a correction touches one line. Each is
// what follows the line's prefix, unless it begins with "ISAKMP:".
const (
	holderDeleteSiblings = "from delete_siblings"

	textBudding     = ":SA is still budding. Attached new ipsec request to it. (local %s, remote %s)"
	textOutstanding = ": SA has outstanding requests  (local %s port %d, remote %s port %d)"
	textSittingIdle = ": sitting IDLE. Starting QM immediately (%s)"
	textAskSPI      = ": asking for %d spis from ipsec"

	textUnknownAttribute = "unknown attribute %d, value %d"
	textUnknownValue     = "%s... What? %d?"
	textUnknownTransform = "ISAKMP: transform %d, unknown (%d)"
	nameESPGCM           = "ESP_GCM"
	labelUserFQDN        = "USER FQDN    : "
	labelDN              = "Dist. name   : "
	labelKeyID           = "group id     : "

	textMismatchAuth      = "Authentication method offered does not match policy!"
	textMismatchPreshared = "Preshared authentication offered but does not match policy!"
	textMismatchXauth     = "Xauth authentication by pre-shared key offered but does not match policy!"
	textMismatchRSASig    = "RSA signature authentication offered but does not match policy!"

	textSendLifetime = "ISAKMP: Sending phase 1 responder lifetime %d"
	textDeleteSPI    = ":deleting spi %d message ID = %d"

	textSequence      = ": seq. no 0x%X"
	textAlive         = ": %s received from peer %s, sequence 0x%X"
	textAliveError    = ":DPD incrementing error counter (%d/%d)"
	textNotResponding = ":peer %s not responding!"

	textNATD     = ": NAT %s %s hash"
	textNATNone  = ": No NAT Found for self or peer"
	textNATSelf  = ": NAT found, the node inside NAT"
	textNATPeer  = ": NAT found, the node outside NAT"
	textNATBoth  = ": NAT found, both nodes inside NAT"
	textUDPEncap = ":Setting UDP ENC peer struct 0x%X sa= 0x%X"

	textRetransmitQM      = ": retransmitting phase 2 %s %d ..."
	textRetransmitQMAgain = ": retransmitting phase 2 %d %s"
	textMachineError      = ": FSM action returned error: %d"
	textUnknownInput      = ": Unknown Input %s, %s:  state = %s"
	textNotifyRefused     = ":Notify has no hash. Rejected."
	textReserved          = "ISAKMP: reserved not zero on %s payload!"
	textHashMismatch      = ": HASH payload does not match"
)
