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

	textTunnelAttributes = ":SA has tunnel attributes set."
	textTunnelPassword   = ":SA using tunnel password as pre-shared key."
	textBeginAggressive  = ": beginning Aggressive Mode exchange"
	textHostKeyFound     = ":found peer pre-shared key matching %s"
	textKeyNotInProfile  = ":Key not found in keyrings of profile , aborting exchange"

	textRetransmitQM      = ": retransmitting phase 2 %s %d ..."
	textRetransmitQMAgain = ": retransmitting phase 2 %d %s"
	textRetransmitSkipped = ": retransmission skipped for phase %d (time since last transmission %d)"
	textNoNotification    = ": Failed to construct AG informational message."
	textMachineError      = ": FSM action returned error: %d"
	textUnknownInput      = ": Unknown Input %s, %s:  state = %s"
	textNotifyRefused     = ":Notify has no hash. Rejected."
	textReserved          = "ISAKMP: reserved not zero on %s payload!"
	textHashMismatch      = ": HASH payload does not match"

	textRequestTimer = "IPSEC(key_engine): request timer fired: count = %d,"
	textPeerRefused  = "IPSEC(validate_transform_proposal): peer address %s not found"
	textFlagsRefused = "IPSEC(ipsec_process_proposal): invalid transform proposal flags -- 0x%X"
	textKeyEngine    = "IPSEC(key_engine): got a queue event with %d kei messages"
	textSPIResponse  = "IPSEC(spi_response): getting spi %d for SA \n        from %s to %s for prot 3"
	textFlow         = "IPSec: Flow_switching Allocated flow for sibling %08X "
	textAddIdent     = "IPSEC(policy_db_add_ident): src %s, dest %s, dest_port %d\n"
	textEnable       = "IPSEC(key_engine_enable_outbound): enable SA with spi %d/50"
	textExpiring     = "IPSEC(lifetime_expiry): SA lifetime threshold reached, expiring in %d seconds"
	textReplace      = "IPSEC(add_sa): have new SAs -- expire existing in %d sec.,"
	textDelete       = "IPSEC(delete_sa): deleting SA,"
	textDeleteSAs    = "IPSEC(key_engine_delete_sas): delete SA with spi 0x%X proto 50 for %s"

	textNotEncrypted = "%%CRYPTO-6-IKMP_NOT_ENCRYPTED: IKE packet from %s was not encrypted and it should've been."
	textIdentity     = "%%CRYPTO-4-RECVD_PKT_INV_IDENTITY: identity doesn't match negotiated identity (ip) dest_addr= %s, src_addr= %s, prot= %d (ident) local=%s, remote=%s local proxy=%s, remote_proxy=%s"
	textMACError     = "%%CRYPTO-4-RECVD_PKT_MAC_ERR: decrypt: mac verify failed for connection id=%d"
	textModeFailure  = "%%CRYPTO-6-IKMP_MODE_FAILURE: Processing of %s mode failed with peer at %s"
	textNotOffered   = "%%CRYPTO-6-IKMP_SA_NOT_OFFERED: Remote peer %s responded with attribute %s not offered or changed"
	textNotAuth      = "%%CRYPTO-6-IKMP_SA_NOT_AUTH: Cannot accept Quick Mode exchange from %s if SA is not authenticated!"
	textSession      = "%%CRYPTO-5-SESSION_STATUS: Crypto tunnel is %s.  Peer %s:%d       Id: %s"
	textReplay       = "%%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed connection id=%d"
)
