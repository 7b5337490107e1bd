package debug

// Notes on keys, identities and authentication, messages 3 to 6.

func (e ISAKMPKeysGenerated) Explain(l Language) string {
	if e.aggressive() {
		return say(l, "From SKEYID three keys are derived: SKEYID_d, the seed of the IPsec keys; SKEYID_a, which authenticates, and SKEYID_e, which encrypts what follows message 2 (RFC 2409, section 5).",
			"由 SKEYID 派生出三把密钥：SKEYID_d 是 IPsec 密钥的种子，SKEYID_a 用于认证、SKEYID_e 用于加密第 2 条消息之后的 IKE 消息（RFC 2409 第 5 节）。")
	}
	return say(l, "From SKEYID three keys are derived: SKEYID_d, the seed of the IPsec keys; SKEYID_a, which authenticates, and SKEYID_e, which encrypts the IKE messages from 5 on (RFC 2409, section 5).",
		"由 SKEYID 派生出三把密钥：SKEYID_d 是 IPsec 密钥的种子，SKEYID_a 用于认证、SKEYID_e 用于加密第 5 条起的 IKE 消息（RFC 2409 第 5 节）。")
}

func (e ISAKMPInitialContact) Explain(l Language) string {
	return say(l, "This is our first SA with the peer, so %s adds an INITIAL-CONTACT notification: the peer should drop what it has left of older SAs with us (RFC 2407, section 4.6.3.3).",
		"这是本端与该对端的第一个 SA，因此在%s中附带 INITIAL-CONTACT 通知：请对端清除与本端残留的旧 SA（RFC 2407 第 4.6.3.3 节）。", e.name(l))
}

func (e ISAKMPAuthenticating) Explain(l Language) string {
	if e.Signature {
		return say(l, "We prepare %s: who we say we are (identity of type %s), and that we prove it with a signature.",
			"准备%s：说明本端以何种身份（类型 %s）出现，并用数字签名来证明。", e.name(l), e.Type)
	}
	return say(l, "We prepare %s: who we say we are (identity of type %s), and that we prove it with the pre-shared key.",
		"准备%s：说明本端以何种身份（类型 %s）出现，并用预共享密钥来证明。", e.name(l), e.Type)
}

// nextPayloads are the payloads that may follow an ID payload.
var nextPayloads = map[uint8]string{0: "none", 6: "CERT", 7: "CERT_REQ", 8: "HASH", 9: "SIG", 10: "NONCE", 13: "VID"}

func (e ISAKMPID) Explain(l Language) string {
	next := nextPayloads[e.Next]
	if e.Own {
		return say(l, "Our identity in %[1]s: type %[2]d = %[3]s %[4]s, protocol %[5]d and port %[6]d are those of IKE over UDP (0 with NAT traversal); %[7]d = %[8]s follows; %[9]d octets with header (RFC 2407, section 4.6.2).",
			"%[1]s中本端的身份：类型 %[2]d 即 %[3]s，值为 %[4]s；协议 %[5]d、端口 %[6]d 表示 UDP 上的 IKE（NAT 穿越时为 0）；后面是 %[8]s 载荷（%[7]d）；含头部共 %[9]d 字节（RFC 2407 第 4.6.2 节）。",
			e.name(l), uint8(e.Type), e.Type, printable(e.Value), e.Protocol, e.Port, e.Next, next, e.Length)
	}
	if e.Signed || e.Next == 6 {
		return say(l, "The peer says in %[1]s that it is %[2]s %[3]s (protocol %[4]d, port %[5]d); its certificate and its signature have to prove it (RFC 2409, section 5.1).",
			"对端在%[1]s中声明自己的身份是 %[2]s %[3]s（协议 %[4]d，端口 %[5]d），还要由它的证书和签名来证明（RFC 2409 第 5.1 节）。",
			e.name(l), e.Type, printable(e.Value), e.Protocol, e.Port)
	}
	return say(l, "The peer says in %[1]s that it is %[2]s %[3]s (protocol %[4]d, port %[5]d); the HASH payload has to prove it (RFC 2407, section 4.6.2).",
		"对端在%[1]s中声明自己的身份是 %[2]s %[3]s（协议 %[4]d，端口 %[5]d），还要由 HASH 载荷来证明（RFC 2407 第 4.6.2 节）。",
		e.name(l), e.Type, printable(e.Value), e.Protocol, e.Port)
}

func (e ISAKMPPayloadLength) Explain(l Language) string {
	return say(l, "The size of our ID payload: %d octets, of which 4 are the generic header and 4 are type, protocol and port.",
		"本端 ID 载荷的长度：%d 字节，其中通用头部 4 字节，类型、协议和端口共 4 字节。", e.Length)
}

func (e ISAKMPPeerProfile) Explain(l Language) string {
	if e.Profile == "" {
		return say(l, "No ISAKMP profile matches the peer's identity, so the global settings apply. Normal without profiles; the double colon is IOS's.",
			"对端身份不匹配任何 ISAKMP profile，按全局配置处理。没有配置 profile 时这是正常的；双冒号是 IOS 原样。")
	}
	return say(l, "The peer's identity matches ISAKMP profile %s, whose settings apply.", "对端身份匹配 ISAKMP profile %s，按其配置处理。", e.Profile)
}

func (e ISAKMPAuthStatus) Explain(l Language) string {
	if e.Signed {
		return say(l, "The peer's proof holds: only who holds the private key of the certificate could make its signature. It is authenticated.",
			"对端的证明成立：只有持有证书私钥者才能做出它的签名，认证通过。")
	}
	return say(l, "The peer's proof holds: only who knows the pre-shared key could make its hash. It is authenticated.",
		"对端的证明成立：只有知道预共享密钥者才能算出它的 HASH，认证通过。")
}

func (e ISAKMPAuthenticated) Explain(l Language) string {
	switch {
	case e.aggressive() && e.Role == Responder:
		return say(l, "%s has proved its identity with message 3, and we ours with message 2: authentication is mutual.",
			"%s 已用第 3 条消息证明其身份，而本端的身份已在第 2 条消息中证明：双向认证完成。", e.Peer)
	case e.aggressive():
		return say(l, "%s has proved its identity; message 3 will now prove ours.", "%s 已证明其身份，接下来本端用第 3 条消息证明自己。", e.Peer)
	case e.Role == Responder:
		return say(l, "%s has proved its identity; message 6 will now prove ours.", "%s 已证明其身份，接下来本端用第 6 条消息证明自己。", e.Peer)
	}
	return say(l, "%s has proved its identity, and ours went out in message 5: authentication is mutual.",
		"%s 已证明其身份，而本端的身份已在第 5 条消息中证明：双向认证完成。", e.Peer)
}

func (e ISAKMPInsertPeer) Explain(l Language) string {
	return say(l, "The authenticated pair %s and %s, port %d, is entered in the table of peers.",
		"把已认证的一对地址 %s 与 %s（端口 %d）登记到对端表中。", e.Local, e.Peer, e.Port)
}

func (e ISAKMPProcessInitialContact) Explain(l Language) string {
	return say(l, "%[2]s says that it holds no other SA with us (it may have restarted), so all older phase 1 and phase 2 SAs between %[1]s and it are removed (RFC 2407, section 4.6.3.3).",
		"%[2]s 表示它与本端没有其他 SA（可能刚重启过），因此清除 %[1]s 与它之间所有旧的第一、第二阶段 SA（RFC 2407 第 4.6.3.3 节）。", e.Local, e.Peer)
}
