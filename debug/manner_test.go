package debug

import "testing"

// The lines that 15.x words in another way than 12.4. At has the connection id 1001 and
// so on there; 0 before the keys exist.
func TestManner15(t *testing.T) {
	idle := At{Role: Responder, Message: 1}
	conn := At{Conn: 1001, Role: Initiator, Message: 5}
	saRef := saRef
	saRef.LifeSeconds, saRef.LifeKB = 3600, 4608000
	for _, s := range []sample{
		{ISAKMPRequestProfile{At: idle}, "ISAKMP:(0): SA request profile is (NULL)"},
		{ISAKMPLock{idle, 0x66440AA0, false, 1, ForInitiator}, "ISAKMP: Locking peer struct 0x66440AA0, refcount 1 for isakmp_initiator"},
		{ISAKMPUnlock{conn, 0x66440AA0, false, 0, ForSADeleted}, "ISAKMP: Unlocking peer struct 0x66440AA0 for isadb_mark_sa_deleted(), count 0"},
		{ISAKMPInsertSA{idle, 0x66825864, false}, "ISAKMP:(0):insert sa successfully sa = 66825864"},
		{ISAKMPInsertSA{idle, 0x66825864, true}, "ISAKMP:(0):Find a dup sa in the avl tree during calling isadb_insert sa = 66825864"},
		{ISAKMPReceived{At: idle, Peer: r1, DPort: 500, SPort: 500, State: ""}, "ISAKMP (0): received packet from 12.12.12.1 dport 500 sport 500 Global (N) NEW SA"},
		{ISAKMPReceived{At: conn, Peer: r1, DPort: 500, SPort: 500, State: QMIdle}, "ISAKMP (1001): received packet from 12.12.12.1 dport 500 sport 500 Global (I) QM_IDLE      "},
		{ISAKMPSending{conn, r3, 500, 500, MMKeyExch}, "ISAKMP:(1001): sending packet to 23.23.23.3 my_port 500 peer_port 500 (I) MM_KEY_EXCH"},
		{ISAKMPSendingIPv4{conn}, "ISAKMP:(1001):Sending an IKE IPv4 Packet."},
		{ISAKMPState{idle, "IKE_READY", "IKE_R_MM1"}, "ISAKMP:(0):Old State = IKE_READY  New State = IKE_R_MM1 \n"},
		{ISAKMPState{conn, "IKE_QM_READY", "IKE_QM_I_QM1"}, "ISAKMP:(1001):Old State = IKE_QM_READY  New State = IKE_QM_I_QM1"},
		{ISAKMPNodeInput{conn, 0xCAFEBABE, Internal, InitQM}, "ISAKMP:(1001):Node -889275714, Input = IKE_MESG_INTERNAL, IKE_INIT_QM"},
		{ISAKMPNewNode{conn, 0xCAFEBABE, QMIdle}, "ISAKMP: set new node -889275714 to QM_IDLE      "},
		{ISAKMPProcessing{At: conn, Payload: PayloadHash, MessageID: 0xCAFEBABE}, "ISAKMP:(1001): processing HASH payload. message ID = 3405691582"},
		{ISAKMPAttribute{idle, classLife, 86400, 4}, "ISAKMP:      life duration (VPI) of  0x0 0x1 0x51 0x80 "},
		{ISAKMPIPsecAttribute{conn, classSALife, 4608000, 4}, "ISAKMP:      SA life duration (VPI) of  0x0 0x46 0x50 0x0 "},
		{ISAKMPVendorNATT{idle, NATTRFC3947}, "ISAKMP (0): vendor ID is NAT-T RFC 3947"},
		{ISAKMPLifeTimer{idle, 10800}, "ISAKMP:(0)::Started lifetime timer: 10800.\n"},
		{ISAKMPID{conn, false, 8, IDIPv4Addr, "77.77.77.77", 17, 0, 12}, "ISAKMP (1001): ID payload \n        next-payload : 8\n        type         : 1 \n" +
			"        address      : 77.77.77.77 \n        protocol     : 17 \n        port         : 0 \n        length       : 12"},
		{ISAKMPPeerProfile{conn, ""}, "ISAKMP:(0):: peer matches *none* of the profiles"},
		{ISAKMPPayloadType{conn, 20}, "ISAKMP:received payload type 20"},
		{ISAKMPNAT{conn, NATPeer, true}, "ISAKMP (1001): His hash no match - this node outside NAT"},
		{ISAKMPNAT{conn, NATSelf, false}, "ISAKMP (1001): My hash no match -  this node inside NAT"},
		{ISAKMPNAT{conn, NATNone, false}, "ISAKMP (1001): No NAT Found for self or peer"},
		{ISAKMPNAT{conn, NATBoth, false}, "ISAKMP (1001): NAT found, both nodes inside NAT"},
		{ISAKMPAskSPI{At{Conn: 1001, Role: Initiator, Message: 7}, 1}, "ISAKMP:(1001):QM Initiator gets spi"},
		{ISAKMPAskSPI{At{Conn: 1001, Role: Responder, Message: 7}, 1}, "ISAKMP:(1001):QM Responder gets spi"},
		{ISAKMPSASPI{conn, true, 1956049925, 0, SATunnel | SAOutbound}, "        has spi 1956049925 and conn_id 0"},
		{ISAKMPDeleteSA{conn, SANoReason, QMIdle, r3, false}, `ISAKMP:(1001):deleting SA reason "No reason" state (I) QM_IDLE       (peer 23.23.23.3)`},
		{ISAKMPDeleteSA{conn, SANoReason, QMIdle, r3, true}, `ISAKMP:(1001):deleting SA reason "No reason" state (I) QM_IDLE       (peer 23.23.23.3) `},
		{ISAKMPErrorCounter{idle, false, 1, 5, ErrorNoProposal}, "ISAKMP (0): incrementing error counter on sa, attempt 1 of 5: construct_fail_ag_init"},

		{IPsecRequest{KeyRequest: request}, "IPSEC(sa_request): ,\n  (key eng. msg.) OUTBOUND local= 12.12.12.1:500, remote= 23.23.23.3:500,\n" +
			"    local_proxy= 10.1.1.0/255.255.255.0/0/0 (type=4),\n    remote_proxy= 20.1.1.0/255.255.255.0/0/0 (type=4),\n" +
			"    protocol= ESP, transform= esp-des esp-md5-hmac  (Tunnel), \n    lifedur= 3600s and 4608000kb, \n" +
			"    spi= 0x0(0), conn_id= 0, keysize= 0, flags= 0x0"},
		{IPsecValidate{Part: 1, KeyRequest: KeyRequest{Local: r3, Remote: r1, LocalProxy: lan3, RemoteProxy: lan1, Transform: "esp-aes 256 esp-sha512-hmac", KeySize: 256, Flags: 2}},
			"IPSEC(validate_proposal_request): proposal part #1,\n  (key eng. msg.) INBOUND local= 23.23.23.3:0, remote= 12.12.12.1:0,\n" +
				"    local_proxy= 20.1.1.0/255.255.255.0/0/0 (type=4),\n    remote_proxy= 10.1.1.0/255.255.255.0/0/0 (type=4),\n" +
				"    protocol= ESP, transform= esp-aes 256 esp-sha512-hmac  (Tunnel), \n    lifedur= 0s and 0kb, \n" +
				"    spi= 0x0(0), conn_id= 0, keysize= 256, flags= 0x0"},
		{IPsecKeyEngine{Count: 1}, "IPSEC(key_engine): got a queue event with 1 KMI message(s)"},
		{IPsecCreate{SARef: saRef, Local: r1, Remote: r3, LocalProxy: lan1, RemoteProxy: lan3},
			"IPSEC(create_sa): sa created,\n  (sa) sa_dest= 23.23.23.3, sa_proto= 50, \n    sa_spi= 0xE06FF44(235339588), \n" +
				"    sa_trans= esp-des esp-md5-hmac , sa_conn_id= 2002\n    sa_lifetime(k/sec)= (4608000/3600),\n" +
				"  (identity) local= 12.12.12.1:0, remote= 23.23.23.3:0,\n" +
				"    local_proxy= 10.1.1.0/255.255.255.0/0/0 (type=4),\n    remote_proxy= 20.1.1.0/255.255.255.0/0/0 (type=4)"},
		{ISAKMPNATOA{conn, true, r3, 0xFFFFFFFF}, "ISAKMP (1001): processing NAT-OAr payload. addr = 23.23.23.3, message ID = 4294967295"},
		{CryptoReplay{ConnID: 29, Sequence: 219}, "%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed\n        connection id=29, sequence number=219\n"},
	} {
		if got := string(s.event.AppendLine([]byte("~"), IOS15)); got != "~"+s.text {
			t.Errorf("%T:\n got %q\nwant %q", s.event, got, "~"+s.text)
		}
		checkNote(t, s.event)
	}
}
