package debug

// Notes on the end of exchanges and SAs, on notifications and on dead peer detection.

func (e ISAKMPDeleteNode) Explain(l Language) string {
	id := int32(e.Node)
	switch e.Reason {
	case NodeDone:
		return say(l, "Quick mode %d is over on the initiator, without error; its node is marked and purged later.",
			"发起方的快速模式 %d 正常结束；节点先做删除标记，稍后清除。", id)
	case NodeAwait:
		return say(l, "Quick mode %d is over on the responder: message 9, which it awaited, has come.",
			"响应方的快速模式 %d 结束：所等待的第 9 条消息已经收到。", id)
	case NodeInformational:
		return say(l, "Informational exchange %d consists of this one message and is over.", "信息交换 %d 只有这一条消息，至此结束。", id)
	case NodeIKEDeleted:
		if e.Node == 0 {
			return say(l, "The request that waited for phase 1 (node 0) goes with the phase 1 SA.", "等待第一阶段的请求（节点 0）随第一阶段 SA 一起取消。")
		}
		return say(l, "Exchange %d goes with the phase 1 SA that protected it.", "保护它的第一阶段 SA 已删除，交换 %d 随之结束。", id)
	case NodeRejected:
		return say(l, "Quick mode %d is given up: none of its proposals can be accepted.", "放弃快速模式 %d：没有一个提议可以接受。", id)
	case NodeDeleteLarval:
		return say(l, "Our quick mode %d is given up because the peer refused it; the SAs being prepared (larval) are dropped.",
			"对端拒绝了本端的快速模式 %d，放弃协商，并丢弃准备中的（larval）SA。", id)
	case NodeErrCount:
		return say(l, "Quick mode %d is given up: its packet was retransmitted as often as allowed, without an answer.",
			"放弃快速模式 %d：报文重传已达上限，始终没有应答。", id)
	}
	return say(l, "Exchange %d is over: %s.", "交换 %d 结束：%s。", id, string(e.Reason))
}

func (e ISAKMPPurgeNode) Explain(l Language) string {
	if e.Node == 0 {
		return say(l, "The place-holder of the request that waited for phase 1 (node 0) is removed.", "清除等待第一阶段的请求所占的节点（节点 0）。")
	}
	return say(l, "The node of exchange %d is removed for good: at once where no answer is due, else 50 seconds after its end, so that late duplicates are recognised.",
		"交换 %d 的节点彻底清除：无需应答的立即清除，其余在结束 50 秒之后，以便识别迟到的重复报文。", int32(e.Node))
}

func (e ISAKMPDeleteSA) Explain(l Language) string {
	switch e.Reason {
	case SADeathP1:
		if e.State == MMKeyExch && e.Signed {
			return say(l, "The phase 1 SA with %s is deleted: five retransmissions brought no answer to the first encrypted messages. The usual reason is that the peer refuses our certificate; its log says why.",
				"删除与 %s 的第一阶段 SA：加密后的消息重传五次仍无应答。最常见的原因是对端拒绝了本端的证书，请查看对端的日志。", e.Peer)
		}
		if e.State == MMKeyExch {
			return say(l, "The phase 1 SA with %s is deleted: five retransmissions brought no answer to the first encrypted messages. The usual reason is that the pre-shared keys differ.",
				"删除与 %s 的第一阶段 SA：加密后的消息重传五次仍无应答。最常见的原因是两端预共享密钥不一致。", e.Peer)
		}
		return say(l, "The phase 1 SA with %s is deleted: five retransmissions brought no answer. Check reachability, UDP 500 in firewalls, and the peer's configuration.",
			"删除与 %s 的第一阶段 SA：重传五次仍无应答。请检查可达性、防火墙是否放行 UDP 500，以及对端配置。", e.Peer)
	case SALifetime:
		return say(l, "The lifetime of the phase 1 SA with %s is over; the SA that was negotiated before in its place goes on, and if there is none, the next request negotiates one.",
			"与 %s 的第一阶段 SA 生存时间已到；此前协商好的新 SA 继续使用，若没有，则下次请求时重新协商。", e.Peer)
	case SAPolicyRefused:
		return say(l, "The phase 1 SA with %s is deleted: no policy of the two routers agrees in encryption, hash, authentication and group.",
			"删除与 %s 的第一阶段 SA：两端没有一条加密、散列、认证方式和 DH 组都一致的策略。", e.Peer)
	case SAPeerDead:
		return say(l, "The phase 1 SA with %s is deleted: the peer does not answer dead peer detection (RFC 3706).",
			"删除与 %s 的第一阶段 SA：对端不应答 DPD 探测（RFC 3706）。", e.Peer)
	case SAEndOfTunnel:
		return say(l, "The phase 1 SA with %s is deleted because no IPsec SA needs it any more.",
			"删除与 %s 的第一阶段 SA：已没有 IPsec SA 需要它。", e.Peer)
	case SACleared, SAByKeyEngine:
		return say(l, "The phase 1 SA with %s is deleted by command on this router.", "本端执行命令，删除与 %s 的第一阶段 SA。", e.Peer)
	}
	if e.Message != 0 {
		return say(l, "The phase 1 SA with %s is deleted because this router refused the message; the lines above say why.",
			"本端拒绝了该消息，因此删除与 %s 的第一阶段 SA；原因见上面几行。", e.Peer)
	}
	return say(l, "The phase 1 SA with %s is deleted because the peer said so; no reason is given in the message.",
		"按对端的要求删除与 %s 的第一阶段 SA；消息中不带原因。", e.Peer)
}

func (e ISAKMPNoParanoid) Explain(l Language) string {
	return say(l, "A note on an old keepalive method that the peer did not negotiate. It accompanies every deletion and means nothing bad.",
		"对端没有协商一种旧式的保活机制。每次删除 SA 时都会打印，无需在意。")
}

func (e ISAKMPReapPeer) Explain(l Language) string {
	return say(l, "No SA refers to the record of %s any more, so it is removed.", "已没有任何 SA 引用 %s 的对端记录，将其删除。", e.Peer)
}

func (e ISAKMPPurgeSA) Explain(l Language) string {
	return say(l, "The deleted SA %08X is removed for good: at once if it has sent nothing, else a minute after its deletion, so that late packets are recognised.",
		"已删除的 SA %08X 彻底清除：什么都没有发送过的立即清除，其余在删除一分钟之后，以便识别迟到的报文。", e.Ptr)
}

func (e ISAKMPIgnoreDelete) Explain(l Language) string {
	return say(l, "ESP came from %[1]s with SPI 0x%[2]X, which we do not know. We would tell the peer to delete it, but without an ISAKMP SA such a message could not be authenticated.",
		"收到 %[1]s 发来的 ESP 报文，其 SPI 0x%[2]X 本端不认识。本应通知对端删除，但没有 ISAKMP SA 就无法保护这样的通知，只好作罢。", e.Peer, e.SPI)
}

var notifyNotes = map[Notify]note{
	NotifyInitialContact:      {"the sender has no other SA with the receiver (RFC 2407, section 4.6.3.3)", "发送方与接收方之间没有别的 SA（RFC 2407 第 4.6.3.3 节）"},
	NotifyResponderLifetime:   {"the responder uses a shorter lifetime than was offered (RFC 2407, section 4.6.3.1)", "响应方采用比提议更短的生存时间（RFC 2407 第 4.6.3.1 节）"},
	NotifyProposal:            {"none of the proposals can be accepted (RFC 2408, section 3.14.1)", "没有可以接受的提议（RFC 2408 第 3.14.1 节）"},
	NotifyIdentity:            {"it has no use for our identity or, in quick mode, for our proxy identities: its access list is no mirror of ours (RFC 2408, section 3.14.1)", "对方不接受本端的身份；在快速模式中即代理身份，说明两端的 ACL 不互为镜像（RFC 2408 第 3.14.1 节）"},
	"PAYLOAD_MALFORMED":       {"it cannot read our message: most often the pre-shared keys differ (RFC 2408, section 3.14.1)", "对方无法解析本端的消息，多半是两端预共享密钥不一致（RFC 2408 第 3.14.1 节）"},
	"AUTHENTICATION_FAILED":   {"it does not accept our proof of identity (RFC 2408, section 3.14.1)", "对方不接受本端的身份证明（RFC 2408 第 3.14.1 节）"},
	"INVALID_KEY_INFORMATION": {"it has no key for us, or cannot use our public value (RFC 2408, section 3.14.1)", "对方没有与本端对应的密钥，或无法使用本端的公开值（RFC 2408 第 3.14.1 节）"},
	"INVALID_SPI":             {"it does not know the SA of a packet of ours (RFC 2408, section 3.14.1)", "对方不认识本端某个报文所属的 SA（RFC 2408 第 3.14.1 节）"},
	"REPLAY_STATUS":           {"whether it looks for replayed packets; nothing depends on it (RFC 2407, section 4.6.3.2)", "对方是否检查重放报文，不影响本端（RFC 2407 第 4.6.3.2 节）"},
	NotifyRUThere:             {"are you there? (RFC 3706, section 5.3)", "探测对方是否在线（RFC 3706 第 5.3 节）"},
	NotifyRUThereAck:          {"I am here (RFC 3706, section 5.3)", "回答自己在线（RFC 3706 第 5.3 节）"},
}

func (n Notify) meaning(l Language) string {
	if note, ok := notifyNotes[n]; ok {
		return note.in(l)
	}
	return say(l, "see RFC 2408, section 3.14.1", "见 RFC 2408 第 3.14.1 节")
}

func (e ISAKMPNotify) Explain(l Language) string {
	return say(l, "The peer notifies us in %[1]s: %[2]s, that is, %[3]s. Protocol %[4]d is %[5]s.",
		"对端在%[1]s中发来通知 %[2]s：%[3]s。协议 %[4]d 即 %[5]s。", e.name(l), e.Type, e.Type.meaning(l), e.Protocol, notifyProtocol(e.Protocol))
}

func (e ISAKMPSendNotify) Explain(l Language) string {
	if e.Type == NotifyResponderLifetime && e.Protocol != 1 {
		return say(l, "With message 8 we notify the peer: %[1]s, that is, %[2]s. Protocol %[3]d is %[4]s; quick mode %[5]d is the one that it belongs to.",
			"随第 8 条消息通知对端 %[1]s：%[2]s。协议 %[3]d 即 %[4]s；它属于快速模式 %[5]d。",
			e.Type, e.Type.meaning(l), e.Protocol, notifyProtocol(e.Protocol), int32(e.MessageID))
	}
	return say(l, "We notify the peer: %[1]s, that is, %[2]s. Protocol %[3]d is %[4]s; the message has an ID of its own, %[5]d.",
		"通知对端 %[1]s：%[2]s。协议 %[3]d 即 %[4]s；该消息有自己的 Message ID %[5]d。",
		e.Type, e.Type.meaning(l), e.Protocol, notifyProtocol(e.Protocol), int32(e.MessageID))
}

func notifyProtocol(p uint8) string {
	if p == 1 {
		return "ISAKMP"
	}
	return protocolNames[p]
}

func (e ISAKMPDeleteSPI) Explain(l Language) string {
	return say(l, "The peer refused our proposal: the SPI 0x%X reserved for quick mode %d is given back.",
		"对端拒绝了本端的提议：归还为快速模式预留的 SPI 0x%X（Message ID %d）。", e.SPI, int32(e.MessageID))
}

func (e ISAKMPLifetimeStep) Explain(l Language) string {
	switch e.Step {
	case LifetimeSending:
		return say(l, "Our phase 1 lifetime, %s, is shorter than the initiator's, so we tell it (RFC 2407, section 4.6.3.1).",
			"本端第一阶段生存时间 %s 比发起方的短，因此通知对端（RFC 2407 第 4.6.3.1 节）。", seconds(l, uint64(e.Seconds)))
	case LifetimeRestart:
		return say(l, "The timer of the phase 1 SA is set to the responder's shorter lifetime, %s.",
			"把第一阶段 SA 的定时器改为响应方较短的生存时间：%s。", seconds(l, uint64(e.Seconds)))
	case LifetimeStart:
		return say(l, "The lifetime in the notification is read and compared with ours.", "读取通知中的生存时间，与本端比较。")
	}
	return say(l, "The responder told us its phase 1 lifetime; the lower one counts.", "响应方通知了它的第一阶段生存时间，以较小者为准。")
}

func (e ISAKMPSequence) Explain(l Language) string {
	return say(l, "The sequence number of the sign of life: 0x%X. The answer must repeat it, so an old answer cannot be replayed (RFC 3706, section 5.3).",
		"存活探测的序号：0x%X。应答必须带同样的序号，因此旧的应答无法重放（RFC 3706 第 5.3 节）。", e.Sequence)
}

func (e ISAKMPAlive) Explain(l Language) string {
	if e.Ack {
		return say(l, "%s answers our question with sequence 0x%X: it is alive.", "%s 应答了序号为 0x%X 的探测：对端在线。", e.Peer, e.Sequence)
	}
	return say(l, "%s asks whether we are alive, with sequence 0x%X; we answer with the same number.", "%s 以序号 0x%X 探测本端是否在线，本端用相同序号应答。", e.Peer, e.Sequence)
}

func (e ISAKMPAliveError) Explain(l Language) string {
	return say(l, "No answer to the question whether the peer is alive: failure %d of %d.", "DPD 探测没有应答：第 %d 次，共 %d 次机会。", e.Attempt, e.Of)
}

func (e ISAKMPNotResponding) Explain(l Language) string {
	return say(l, "%s has not answered for too long and is declared dead; its SAs are removed, so that a new negotiation can start.",
		"%s 长时间没有应答，判定为失效；删除与它的 SA，以便重新协商。", e.Peer)
}
