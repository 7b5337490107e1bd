package debug

import "strings"

// Notes on packets, on payloads and on the steps of the state machines.

func (e ISAKMPSending) Explain(l Language) string {
	note := say(l, "We send %[1]s to %[2]s: %[3]s. (%[4]s: %[5]s; %[6]s: %[7]s.) %[8]s.",
		"向 %[2]s 发送%[1]s：%[3]s。（%[4]s：%[5]s；%[6]s：%[7]s。）%[8]s。",
		e.name(l), e.Peer, e.contents(l), e.Role, e.Role.we(l), e.State, e.State.meaning(l), e.rfc(l))
	if e.MyPort == 4500 {
		note += say(l, " Port 4500, because a NAT was found (RFC 3947, section 4).", "因发现 NAT，已切换到 4500 端口（RFC 3947 第 4 节）。")
	}
	return note
}

func (e ISAKMPSendingIPv4) Explain(l Language) string {
	return say(l, "The packet of the line above has been handed to UDP over IPv4.", "上一行的报文已交给 IPv4 上的 UDP 发出。")
}

func (e ISAKMPReceived) Explain(l Language) string {
	if e.State == "" {
		return say(l, "Message 1 from %s, port %d: %s. No SA of ours knows its cookie, so a new one is opened (N). Global is the default VRF. %s.",
			"收到 %s（端口 %d）的第 1 条消息：%s。本端没有与其 cookie 对应的 SA，因此新建一个（N）。Global 指默认 VRF。%s。",
			e.Peer, e.SPort, e.contents(l), e.rfc(l))
	}
	contents := e.contents(l)
	if e.Clear {
		contents = inClear.in(l)
	}
	return say(l, "We receive %[1]s from %[2]s: %[3]s. The state is that before the packet is processed (%[4]s: %[5]s). %[6]s.",
		"收到 %[2]s 的%[1]s：%[3]s。行末是处理该报文之前的状态（%[4]s：%[5]s）。%[6]s。",
		e.name(l), e.Peer, contents, e.State, e.State.meaning(l), e.rfc(l))
}

func (e ISAKMPInput) Explain(l Language) string {
	switch e.Input {
	case SARequestMM:
		return say(l, "Input of the phase 1 state machine: IPsec asks for an SA, and main mode is to be used.",
			"第一阶段状态机的输入：IPsec 请求建立 SA，采用主模式。")
	case SARequestAM:
		return say(l, "Input of the phase 1 state machine: IPsec asks for an SA, and aggressive mode is to be used.",
			"第一阶段状态机的输入：IPsec 请求建立 SA，采用野蛮模式。")
	case AMExch:
		return say(l, "Input of the phase 1 state machine: an aggressive mode packet came from the peer and has been dealt with.",
			"第一阶段状态机的输入：收到对端的野蛮模式报文，并已处理。")
	case MMExch:
		if e.Message == 0 {
			return say(l, "Input of the phase 1 state machine: the peer's message is dealt with that ended the SA. IOS prints this input for a Delete message, too, though it is none of main mode.",
				"第一阶段状态机的输入：对端结束该 SA 的消息已处理完毕。对 Delete 消息 IOS 也打印这个输入，虽然它并不属于主模式。")
		}
		if e.Message == 6 {
			return say(l, "Input of the phase 1 state machine: %s came from the peer. On the initiator this line follows the payload lines, unlike in messages 2 and 4.",
				"第一阶段状态机的输入：收到对端的%s。与第 2、4 条不同，发起方此处在处理完载荷之后才打印这一行。", e.name(l))
		}
		return say(l, "Input of the phase 1 state machine: a main mode packet came from the peer, %s.",
			"第一阶段状态机的输入：收到对端的主模式报文，即%s。", e.name(l))
	case ProcessMainMode:
		if e.Message == 6 {
			return say(l, "Internal input: the payloads of %s are processed; no message has to follow in main mode.",
				"内部事件：%s的载荷已处理完毕，主模式不再需要发送消息。", e.name(l))
		}
		return say(l, "Internal input: the payloads of %s are processed; if nothing was wrong with them, the next message is built now.",
			"内部事件：%s的载荷已处理完毕；若没有问题，接下来构造下一条消息。", e.name(l))
	case ProcessComplete:
		if e.Message == 6 && e.Role == Initiator {
			return say(l, "Internal input: all six messages are done and both sides are authenticated.",
				"内部事件：六条消息全部完成，双方都已通过认证。")
		}
		return say(l, "Internal input: %s is built and on its way.", "内部事件：%s已构造完成并发出。", e.name(l))
	case Phase1Complete:
		return say(l, "Internal input: the phase 1 machine takes note that phase 1 is complete and looks for requests that wait for it.",
			"内部事件：第一阶段状态机确认第一阶段已完成，并检查是否有等待它的请求。")
	case Phase1Delete:
		return say(l, "Internal input: this ISAKMP SA is to be deleted.", "内部事件：要删除这个 ISAKMP SA。")
	case Phase2Delete:
		return say(l, "IPsec reports IPsec SAs that this router has not, or not any more; the peer was told by a Delete payload.",
			"IPsec 报告本端没有（或已删除）的 IPsec SA，并已用 Delete 载荷通知对端。")
	case InfoNotify:
		return say(l, "Input of the phase 1 state machine: a notification came from the peer.", "第一阶段状态机的输入：收到对端的通知。")
	case InfoDelete:
		return say(l, "Input of the phase 1 state machine: the peer deleted an SA.", "第一阶段状态机的输入：对端删除了 SA。")
	case KeepAlive:
		return say(l, "Input of the phase 1 state machine: the peer asked whether we are alive, and was answered (RFC 3706).",
			"第一阶段状态机的输入：对端探测本端是否存活，本端已应答（RFC 3706）。")
	case TimerIMAlive:
		return say(l, "A timer: it was time to ask the peer for a sign of life (RFC 3706).", "定时器事件：该探测对端是否存活了（RFC 3706）。")
	case TimerPeersAlive:
		return say(l, "A timer: the peer gave no sign of life in time, so its SAs are torn down (RFC 3706).",
			"定时器事件：对端在规定时间内没有应答，拆除与它的 SA（RFC 3706）。")
	}
	return say(l, "Input of the phase 1 state machine: %[1]s, from %[2]s.", "第一阶段状态机的输入：来自 %[2]s 的 %[1]s。", e.Input, e.Source)
}

func (e ISAKMPNodeInput) Explain(l Language) string {
	id := int32(e.Node)
	switch {
	case e.Input == InitQM:
		return say(l, "Quick mode %d has its own state machine (node): its first message, message 7, is sent.",
			"快速模式 %d 有自己的状态机（节点）：第一条消息，即第 7 条，已发出。", id)
	case e.Input == GotSPI:
		return say(l, "Quick mode %d: the SPI asked for has been reserved, so message 8 can be sent.",
			"快速模式 %d：所需的 SPI 已预留好，可以发送第 8 条消息。", id)
	case e.Input == SPIReply:
		return say(l, "Quick mode %d: IPsec has given the SPI it was asked for, so message 8 is sent.",
			"快速模式 %d：IPsec 已返回所需的 SPI，第 8 条消息已发出。", id)
	case e.Message == 7:
		return say(l, "Quick mode %d: message 7 was received and its proposal examined.", "快速模式 %d：已收到第 7 条消息并检查了其中的提议。", id)
	case e.Message == 9 && e.Role == Responder:
		return say(l, "Quick mode %d: message 9 was received, the initiator's confirmation.", "快速模式 %d：已收到第 9 条消息，即发起方的确认。", id)
	}
	return say(l, "Quick mode %d: message 8 was received and processed, and message 9 answers it.", "快速模式 %d：第 8 条消息已收到并处理，并以第 9 条消息回应。", id)
}

// enteredStates are the notes on the states outside main mode, by the state entered.
var enteredStates = map[string]note{
	"IKE_P1_COMPLETE": {"Phase 1 is complete: one bidirectional IKE SA exists, under which quick mode is protected.",
		"第一阶段完成：双向的 IKE SA 已建立，后面的快速模式都受它保护。"},
	"IKE_DEST_SA": {"The phase 1 SA is being destroyed; it takes no part in negotiations any more.",
		"第一阶段 SA 正在销毁，不再参与任何协商。"},
	"IKE_QM_I_QM1": {"The initiator's quick mode has sent its first message (7) and waits for message 8.",
		"发起方的快速模式已发出第一条消息（第 7 条），等待第 8 条。"},
	"IKE_QM_SPI_STARVE": {"The responder's quick mode has accepted the proposal and waits for the IPsec layer to give it an SPI for the inbound SA.",
		"响应方的快速模式已接受提议，正等待 IPsec 模块为入方向 SA 分配 SPI。"},
	"IKE_QM_R_QM1": {"The responder's quick mode has processed message 7.", "响应方的快速模式已处理完第 7 条消息。"},
	"IKE_QM_R_QM2": {"The responder's quick mode sends message 8 and waits for message 9, the confirmation.",
		"响应方的快速模式发出第 8 条消息，等待第 9 条确认。"},
	"IKE_QM_PHASE2_COMPLETE": {"Phase 2 is complete: two unidirectional IPsec SAs are in place, and traffic can be encrypted.",
		"第二阶段完成：两个单向的 IPsec SA 已就绪，可以加密流量了。"},
}

func (e ISAKMPState) Explain(l Language) string {
	role, number, ok := mainModeState(e.New)
	switch {
	case e.Old == "IKE_READY" && e.New == "IKE_I_MM1":
		return say(l, "The initiator leaves IKE_READY: message 1 is about to be sent. I = initiator, MM1 = main mode, message 1.",
			"发起方离开 IKE_READY：即将发送第 1 条消息。I 表示发起方，MM1 表示主模式第 1 条消息。")
	case e.Old == "IKE_READY" && e.New == "IKE_R_MM1":
		return say(l, "The responder leaves IKE_READY: message 1 has come. R = responder, MM1 = main mode, message 1.",
			"响应方离开 IKE_READY：已收到第 1 条消息。R 表示响应方，MM1 表示主模式第 1 条消息。")
	case e.Old == e.New && strings.HasPrefix(e.New, "IKE_QM_"):
		return say(l, "The quick mode goes no further: this router has refused what the peer sent.", "快速模式到此为止：本端拒绝了对端发来的内容。")
	case e.Old == e.New && e.New == "IKE_DEST_SA":
		return enteredStates[e.New].in(l)
	case e.Old == e.New && e.Message == 0 && e.New != "IKE_P1_COMPLETE":
		return say(l, "The state stays: what came has changed nothing.", "状态不变：刚才收到的内容没有产生影响。")
	case e.Old == e.New && number == 6:
		return say(l, "The state stays: message 6 is processed, and only the closing step remains.", "状态不变：第 6 条消息已处理，只差收尾。")
	case e.Old == e.New && ok:
		return say(l, "The state stays: message %d is processed, and the next message is not out yet.",
			"状态不变：第 %d 条消息已处理，下一条消息尚未发出。", number)
	case e.Old == e.New && e.New == "IKE_P1_COMPLETE":
		return say(l, "Phase 1 stays complete; what happened did not touch it.", "第一阶段保持完成状态，刚才的事件不影响它。")
	case ok && (number%2 == 1) == (role == Initiator):
		return say(l, "Main mode message %d is sent.", "主模式第 %d 条消息已发出。", number)
	case ok:
		return say(l, "Main mode message %d has been received.", "主模式第 %d 条消息已收到。", number)
	}
	if note, ok := aggressiveStates[e.New]; ok {
		return note.in(l)
	}
	if note, ok := enteredStates[e.New]; ok {
		return note.in(l)
	}
	return say(l, "The state machine goes from %s to %s.", "状态机从 %s 转到 %s。", e.Old, e.New)
}

// mainModeState takes IKE_I_MM3 apart.
func mainModeState(s string) (r Role, number int, ok bool) {
	const form = "IKE_I_MM1"
	if len(s) != len(form) || s[:4] != "IKE_" || s[5:8] != "_MM" || s[8] < '1' || s[8] > '6' {
		return NoRole, 0, false
	}
	r = Responder
	if s[4] == 'I' {
		r = Initiator
	}
	return r, int(s[8] - '0'), true
}

func (e ISAKMPProcessing) Explain(l Language) string {
	quick := e.MessageID != 0
	switch e.Payload {
	case PayloadSA:
		switch {
		case quick && e.Role == Responder:
			return say(l, "The SA payload of message 7: the initiator's IPsec proposals, to be compared with our transform sets (RFC 2408, section 3.4).",
				"第 7 条消息的 SA 载荷：发起方的 IPsec 提议，将与本端的转换集比较（RFC 2408 第 3.4 节）。")
		case quick:
			return say(l, "The SA payload of message 8: the IPsec proposal that the responder chose from ours (RFC 2408, section 3.4).",
				"第 8 条消息的 SA 载荷：响应方从本端提议中选定的 IPsec 提议（RFC 2408 第 3.4 节）。")
		case e.Role == Responder:
			return say(l, "The SA payload of message 1: the initiator's phase 1 policies, to be compared with ours. Message ID is always 0 in phase 1 (RFC 2408, section 3.1).",
				"第 1 条消息的 SA 载荷：发起方的第一阶段策略，将与本端策略逐条比较。第一阶段的 Message ID 总是 0（RFC 2408 第 3.1 节）。")
		}
		return say(l, "The SA payload of message 2: the policy that the responder accepted is checked against ours. Message ID is always 0 in phase 1 (RFC 2408, section 3.1).",
			"第 2 条消息的 SA 载荷：在本地检查响应方接受的策略。第一阶段的 Message ID 总是 0（RFC 2408 第 3.1 节）。")
	case PayloadKE:
		if quick {
			return say(l, "A KE payload in quick mode: the peer wants perfect forward secrecy, a fresh Diffie-Hellman exchange for the data keys (RFC 2409, section 5.5).",
				"快速模式中的 KE 载荷：启用了 PFS，为数据密钥重新做一次 DH 交换（RFC 2409 第 5.5 节）。")
		}
		return say(l, "The peer's Diffie-Hellman public value; with our private value it gives the shared secret g^xy, which never crosses the wire (RFC 2408, section 3.7).",
			"对端的 DH 公开值：与本端私有值一起算出共享秘密 g^xy，它从不在线路上传输（RFC 2408 第 3.7 节）。")
	case PayloadNonce:
		if quick {
			return say(l, "The peer's nonce, a random number against replay; it also goes into KEYMAT, so each negotiation gives new keys (RFC 2409, section 5.5).",
				"对端的随机数（nonce），用于防重放；它还参与 KEYMAT 的计算，因此每次协商得到的密钥都不同（RFC 2409 第 5.5 节）。")
		}
		return say(l, "The peer's nonce, a random number that makes the keys of this negotiation fresh (RFC 2408, section 3.13).",
			"对端的随机数（nonce），保证本次协商的密钥是全新的（RFC 2408 第 3.13 节）。")
	case PayloadCertReq:
		return say(l, "The peer names an authority and asks for a certificate that it has issued (RFC 2408, section 3.10).",
			"对端指明一个 CA，请求由它签发的证书（RFC 2408 第 3.10 节）。")
	case PayloadCert:
		return say(l, "A certificate of the peer's, or of an authority between it and the one we trust (RFC 2408, section 3.9).",
			"对端的证书，或它与受信 CA 之间的中间证书（RFC 2408 第 3.9 节）。")
	case PayloadSig:
		return say(l, "The peer's signature over its HASH: whoever made it holds the private key of the certificate (RFC 2409, section 5.1).",
			"对端对其 HASH 的签名：只有证书私钥的持有者才能做出（RFC 2409 第 5.1 节）。")
	case PayloadID:
		if quick {
			return say(l, "One of the two proxy identities IDci and IDcr: the traffic to protect, taken from the permit line of the crypto access list (RFC 2409, section 5.5).",
				"两个代理身份 IDci、IDcr 之一：即要保护的感兴趣流，取自加密 ACL 的 permit 条目（RFC 2409 第 5.5 节）。")
		}
		switch {
		case e.aggressive() && e.Signed:
			return say(l, "The peer's identity in %s, in clear text. ISAKMP profiles are compared with it (RFC 2409, section 5.1).",
				"对端在%s中的身份，明文。本端据此匹配 ISAKMP profile（RFC 2409 第 5.1 节）。", e.name(l))
		case e.aggressive():
			return say(l, "The peer's identity in %s, in clear text. ISAKMP profiles are compared with it, and a pre-shared key is looked up by it (RFC 2409, section 5.4).",
				"对端在%s中的身份，明文。本端据此匹配 ISAKMP profile，使用预共享密钥时也据此查找密钥（RFC 2409 第 5.4 节）。", e.name(l))
		case e.Signed:
			return say(l, "The peer's identity in %s, decrypted with SKEYID_e (RFC 2409, section 5.1).",
				"对端在%s中的身份，用 SKEYID_e 解密得到（RFC 2409 第 5.1 节）。", e.name(l))
		}
		return say(l, "The peer's identity in %s, decrypted with SKEYID_e. If the pre-shared keys differ, decryption gives noise and the exchange fails here.",
			"对端在%s中的身份，用 SKEYID_e 解密得到。若两端预共享密钥不一致，解出来的是乱码，协商就会在这里失败。", e.name(l))
	case PayloadHash:
		switch {
		case e.Message == 0:
			return say(l, "HASH(1) = prf(SKEYID_a, M-ID | N or D) shows that this message comes from the authenticated peer (RFC 2409, section 5.7).",
				"HASH(1) = prf(SKEYID_a, M-ID | N/D)，证明这条消息确实来自已认证的对端（RFC 2409 第 5.7 节）。")
		case quick:
			return say(l, "HASH(%d) authenticates %s with SKEYID_a over the message ID and all that follows it (RFC 2409, section 5.5).",
				"HASH(%d) 用 SKEYID_a 对%s的 Message ID 及其后全部内容做认证（RFC 2409 第 5.5 节）。", e.Message-6, e.name(l))
		}
		return say(l, "The peer's proof: prf(SKEYID, both public values | both cookies | SA body | its identity). Only one who knows the pre-shared key can compute it (RFC 2409, section 5).",
			"对端的证明：prf(SKEYID, 双方公开值 | 双方 cookie | SA 载荷体 | 身份)，只有知道预共享密钥的一方才算得出来（RFC 2409 第 5 节）。")
	case PayloadDelete:
		switch d, protocol := e.Deletes, protocolNames[e.Deletes.Protocol]; {
		case d.Protocol == 1:
			return say(l, "A Delete payload: the peer has removed this phase 1 SA and tells us to do the same (RFC 2408, section 3.15).",
				"Delete 载荷：对端已删除这个第一阶段 SA，通知本端同样删除（RFC 2408 第 3.15 节）。")
		case protocol == "": // none that has SAs here
		case d.Count == 1:
			return say(l, "A Delete payload: the peer has removed its inbound %s SA with SPI 0x%X, our outbound one, and tells us to do the same (RFC 2408, section 3.15).",
				"Delete 载荷：对端已删除 SPI 为 0x%[2]X 的 %[1]s 入方向 SA（即本端的出方向 SA），通知本端同样删除（RFC 2408 第 3.15 节）。", protocol, d.SPI)
		case d.Count > 1:
			return say(l, "A Delete payload: the peer has removed %d inbound %s SAs, the first with SPI 0x%X, and tells us to do the same (RFC 2408, section 3.15).",
				"Delete 载荷：对端已删除 %d 个 %s 入方向 SA，第一个的 SPI 为 0x%X，通知本端同样删除（RFC 2408 第 3.15 节）。", d.Count, protocol, d.SPI)
		}
		return say(l, "A Delete payload: the peer has removed SAs and tells us to do the same (RFC 2408, section 3.15).",
			"Delete 载荷：对端已删除 SA，通知本端同样删除（RFC 2408 第 3.15 节）。")
	}
	return say(l, "The %s payload of %s is processed.", "处理 %s 载荷（%s）。", e.Payload, e.name(l))
}
