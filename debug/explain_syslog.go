package debug

// Notes on the crypto messages of syslog. The others explain themselves.

func (e CryptoOnOff) Explain(l Language) string {
	if e.On {
		return say(l, "A crypto map is on an interface now: the router listens on UDP 500 and 4500.", "接口上已应用 crypto map：路由器开始监听 UDP 500 和 4500。")
	}
	return say(l, "No interface has a crypto map any more: IKE is switched off.", "已没有接口应用 crypto map：IKE 关闭。")
}

func (e CryptoBadMessage) Explain(l Language) string {
	return say(l, "A message of %s cannot be read. If it was an encrypted one of main mode, this is the sign of different pre-shared keys.",
		"%s 的消息无法解析。若是主模式中加密的消息，这就是两端预共享密钥不一致的表现。", e.Peer)
}

func (e CryptoNoSA) Explain(l Language) string {
	return say(l, "%s sent a message for an SA that we do not have (any more); one of the sides has probably restarted.",
		"%s 的消息属于本端没有（或已删除）的 SA，多半是某一端重启过。", e.Peer)
}

func (e CryptoNotEncrypted) Explain(l Language) string {
	return say(l, "%s sent a message in clear where only encrypted ones are accepted; it is ignored.", "%s 在只接受密文的阶段发来明文消息，予以忽略。", e.Peer)
}

func (e CryptoModeFailure) Explain(l Language) string {
	return say(l, "%s mode with %s came to nothing; the debug lines above say why.", "%s 模式与 %s 的协商失败，原因见上面的调试信息。", string(e.Mode), e.Peer)
}

func (e CryptoNotOffered) Explain(l Language) string {
	return say(l, "%s answered with something that was never offered (%s); such an answer is not accepted (RFC 2408, section 4.2).",
		"%s 的应答中有本端从未提议过的内容（%s），不能接受（RFC 2408 第 4.2 节）。", e.Peer, e.Attribute)
}

func (e CryptoNotAuthenticated) Explain(l Language) string {
	return say(l, "%s began quick mode before phase 1 was authenticated.", "第一阶段尚未通过认证，%s 就发起了快速模式。", e.Peer)
}

func (e CryptoAggressiveDisabled) Explain(l Language) string {
	return say(l, "Aggressive mode shows identities in clear and a hash that can be attacked offline; it is switched off here.",
		"野蛮模式以明文传送身份，其 HASH 可被离线破解；本端已将其禁用。")
}

func (e CryptoInvalidSPI) Explain(l Language) string {
	return say(l, "%[1]s encrypts with SPI 0x%[2]X, which we do not have (any more): the SA was deleted or this router restarted. New SAs have to be negotiated.",
		"%[1]s 仍用 SPI 0x%[2]X 加密，而本端没有（或已删除）这个 SA：可能是 SA 已被清除，或本端重启过，需要重新协商。", e.Src, e.SPI)
}

func (e CryptoReplay) Explain(l Language) string {
	return say(l, "A packet on connection %d repeats a sequence number or is too old for the window: a replay, or strong reordering on the path (RFC 4303, section 3.4.3). Where QoS reorders packets, `crypto ipsec security-association replay window-size 1024` lets more of them pass.",
		"连接 %d 上的报文序号重复，或已落在窗口之外：可能是重放，也可能是路径上严重乱序（RFC 4303 第 3.4.3 节）。若是 QoS 造成乱序，可用 `crypto ipsec security-association replay window-size 1024` 加大窗口。", e.ConnID)
}

func (e CryptoMACError) Explain(l Language) string {
	return say(l, "The integrity check of a packet on connection %d failed: it was changed on the way or encrypted with other keys (RFC 4303, section 3.4.4).",
		"连接 %d 上有报文完整性校验失败：途中被改动，或所用密钥不同（RFC 4303 第 3.4.4 节）。", e.ConnID)
}

func (e CryptoClear) Explain(l Language) string {
	return say(l, "A packet from %s to %s came in clear although the crypto access list says that it must be encrypted; it is dropped.",
		"从 %s 到 %s 的报文按加密 ACL 应当加密，却以明文到达，已被丢弃。", e.Src, e.Dst)
}

func (e CryptoInvalidIdentity) Explain(l Language) string {
	return say(l, "A packet from %s to %s came out of an SA that protects %s to %s only; it is dropped, for the peer must not send other traffic through it (RFC 4301, section 5.2).",
		"从 %s 到 %s 的报文出自只保护 %s 到 %s 的 SA，予以丢弃：对端不得借该 SA 传送其他流量（RFC 4301 第 5.2 节）。",
		e.Src, e.Dst, e.RemoteProxy.short(), e.LocalProxy.short())
}

func (e CryptoSession) Explain(l Language) string {
	if e.Up {
		return say(l, "The tunnel to %s is up.", "到 %s 的隧道已建立。", e.Peer.Addr())
	}
	return say(l, "The tunnel to %s is down.", "到 %s 的隧道已断开。", e.Peer.Addr())
}
