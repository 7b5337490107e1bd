package debug

// Notes on retransmission and on everything that goes wrong.

func (e ISAKMPRetransmit) Explain(l Language) string {
	switch {
	case e.Again && e.Phase2:
		return say(l, "The very same quick mode packet is sent again, message ID %d.", "把快速模式 %d 的报文原样重发一次。", int32(e.Node))
	case e.Again:
		return say(l, "The very same packet is sent again: the same cookies, the same octets.", "把报文原样重发一次：cookie 和每个字节都不变。")
	case e.Phase2:
		return say(l, "The timer of quick mode %d ran out without an answer.", "快速模式 %d 的重传定时器超时，没有收到应答。", int32(e.Node))
	}
	return say(l, "%[1]s found no answer in time: the retransmission timer ran out in %[2]s (%[3]s). RFC 2408, section 5.1.",
		"%[1]s迟迟没有应答，重传定时器超时，当前状态 %[2]s（%[3]s）。RFC 2408 第 5.1 节。", capital(e.name(l)), e.State, e.State.meaning(l))
}

// capital makes the first letter of an English sentence big.
func capital(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

func (e ISAKMPErrorCounter) Explain(l Language) string {
	switch e.Reason {
	case ErrorRetransmit1:
		return say(l, "Try %[1]d of %[2]d; after the last one the SA dies (\"Death by retransmission P1\").",
			"第 %[1]d 次重传，共 %[2]d 次；用完后该 SA 即被删除（“Death by retransmission P1”）。", e.Attempt, e.Of)
	case ErrorRetransmit2:
		return say(l, "Try %d of %d; after the last one this quick mode is given up.", "第 %d 次重传，共 %d 次；用完后放弃这次快速模式。", e.Attempt, e.Of)
	case ErrorMalformed:
		if e.Signed {
			return say(l, "Error %d of %d: a packet could not be understood after decryption. It was damaged on the way, or is not the peer's.",
				"第 %d 次错误（上限 %d）：报文解密后无法解析：途中受损，或不是对端发出的。", e.Attempt, e.Of)
		}
		return say(l, "Error %d of %d: a packet could not be understood after decryption. The usual reason is that the pre-shared keys differ.",
			"第 %d 次错误（上限 %d）：报文解密后无法解析。最常见的原因是两端预共享密钥不一致。", e.Attempt, e.Of)
	}
	return say(l, "Error %d of %d on this SA: no proposal of the peer could be accepted.", "该 SA 的第 %d 次错误（上限 %d）：对端的提议均不可接受。", e.Attempt, e.Of)
}

func (e ISAKMPDuplicate) Explain(l Language) string {
	return say(l, "The peer sent a phase %d packet again that was processed already, so our answer was probably lost. It changes nothing.",
		"对端重发了一个已经处理过的第 %d 阶段报文，多半是本端的应答丢失了。状态不受影响。", phase(e.Phase2))
}

func (e ISAKMPRetransmitSkipped) Explain(l Language) string {
	return say(l, "Our phase %d packet went out only %d ms ago, so the duplicate was made by the network on the way; no answer is needed.",
		"本端第 %d 阶段报文 %d 毫秒前才刚发出，这个重复报文是网络途中产生的副本，无需应答。", phase(e.Phase2), e.Milliseconds)
}

func (e ISAKMPNoNotification) Explain(l Language) string {
	return say(l, "Without keys, the peer cannot be told the reason under protection; it gets a notification in clear, which it need not believe.",
		"此时还没有密钥，无法用受保护的消息告知对端原因；只能发送明文通知，对端可以不予采信。")
}

func (e ISAKMPRetransmitDue) Explain(l Language) string {
	return say(l, "The duplicate is answered with the same phase %d packet as the first time, from memory.",
		"对重复报文，用保存下来的第 %d 阶段应答原样回复。", phase(e.Phase2))
}

func (e ISAKMPNoKey) Explain(l Language) string {
	return say(l, "No `crypto isakmp key ... address` and no keyring in use matches %s, so pre-shared key authentication is impossible.",
		"没有与 %s 匹配的 `crypto isakmp key … address` 或密钥环配置，无法进行预共享密钥认证。", e.Peer)
}

func (e ISAKMPNoCredentials) Explain(l Language) string {
	switch {
	case e.Key && e.Certificate:
		return say(l, "RSA signatures are wanted, and this router has no certificate that is valid now (`show crypto pki trustpoints status`). A pre-shared key is of no use for them.",
			"策略要求 RSA 签名，而本端没有当前有效的证书（请查看 `show crypto pki trustpoints status`）；此时预共享密钥不起作用。")
	case e.Key:
		return say(l, "There is a pre-shared key for the peer, but no `crypto isakmp policy` with `authentication pre-share` that could be offered.",
			"有该对端的预共享密钥，但没有配置 `authentication pre-share` 的 `crypto isakmp policy` 可供提议。")
	case e.Certificate:
		return say(l, "There is neither a pre-shared key for the peer's address nor a certificate that is valid now: nothing to authenticate with.",
			"既没有该对端地址的预共享密钥，也没有当前有效的证书：无法进行任何认证。")
	}
	return say(l, "There is no pre-shared key for the peer's address, and no policy with RSA signatures for which a certificate would do: nothing to authenticate with.",
		"没有该对端地址的预共享密钥，也没有可以使用证书的 RSA 签名策略：无法进行任何认证。")
}

func (e ISAKMPCannotStart) Explain(l Language) string {
	return say(l, "Message 1 cannot be built, because no policy can be offered without a means of authentication.",
		"没有可用的认证手段，无法提出任何策略，第 1 条消息无法构造。")
}

func (e ISAKMPRequestFailed) Explain(l Language) string {
	return say(l, "The IPsec layer's request fails; the packets that caused it stay unprotected and are dropped.",
		"IPsec 模块的请求失败；触发它的报文得不到保护，被丢弃。")
}

func (e ISAKMPKeyMessageFailed) Explain(l Language) string {
	return say(l, "The key engine's message %d ends with error %d; the reason is in the lines above.", "密钥引擎的第 %d 条消息以错误 %d 告终，原因见上面几行。", e.Number, e.Code)
}

func (e ISAKMPNotProposed) Explain(l Language) string {
	if e.NAT {
		return say(l, "AH authenticates the addresses, which a NAT changes, so %s cannot be used with this peer; give a transform set with ESP alone after it.",
			"AH 会认证地址，而 NAT 会改写地址，因此不能与该对端使用 %s；请在其后再配置一个只含 ESP 的转换集。", e.Transform)
	}
	return say(l, "%s has `mode transport require`, and the crypto access list names more than the two peers: use `mode tunnel` for networks behind them.",
		"%s 配置了 `mode transport require`，而加密 ACL 不只匹配两端路由器自身：若要保护其后的网络，请用 `mode tunnel`。", e.Transform)
}

func (e ISAKMPNoOffers) Explain(l Language) string {
	return say(l, "Every transform that the peer offered was compared with every policy of ours, and none agrees.",
		"对端提出的每个变换都与本端每条策略比较过，没有一个相符。")
}

func (e ISAKMPPolicyNotAcceptable) Explain(l Language) string {
	if e.Phase2 {
		return say(l, "%[1]s refuses the IPsec proposals of %[2]s: compare transform sets, PFS, and the crypto access lists, which must mirror each other.",
			"%[1]s 拒绝了 %[2]s 的 IPsec 提议：请对照两端的转换集、PFS 和加密 ACL（两端 ACL 应互为镜像）。", e.Local, e.Peer)
	}
	return say(l, "%[1]s refuses the phase 1 proposals of %[2]s: compare `crypto isakmp policy` on both routers; the mismatch lines above say what differs.",
		"%[1]s 拒绝了 %[2]s 的第一阶段提议：请对照两端的 `crypto isakmp policy`，上面的不匹配信息指出了差异所在。", e.Local, e.Peer)
}

func (e ISAKMPInvalidated) Explain(l Language) string {
	switch e.Code {
	case InvalidLocal:
		return say(l, "The IPsec layer refuses the proposal (%d): the packet came to an address that is not that of the crypto map's interface.",
			"IPsec 模块否决了提议（%d）：报文的目的地址不是 crypto map 所在接口的地址。", int(e.Code))
	case InvalidProxy:
		return say(l, "The IPsec layer refuses the proposal (%d): no crypto map entry takes this traffic from this peer. The crypto access lists must mirror each other, and an entry with `set isakmp-profile` takes that profile's phase 1 only; `debug crypto ipsec` and `show crypto isakmp diagnose error` say what it is.",
			"IPsec 模块否决了提议（%d）：没有 crypto map 条目接受该对端的这些流量。两端的加密 ACL 应互为镜像；带 `set isakmp-profile` 的条目只接受该 profile 的第一阶段。具体原因见 `debug crypto ipsec` 和 `show crypto isakmp diagnose error`。", int(e.Code))
	case InvalidPeer:
		return say(l, "The IPsec layer refuses the proposal (%d): no crypto map entry has this peer.", "IPsec 模块否决了提议（%d）：没有 crypto map 条目以它为对端。", int(e.Code))
	case InvalidTransform:
		return say(l, "The IPsec layer refuses the proposal (%d): no transform set of the crypto map has this cipher, integrity algorithm and mode.",
			"IPsec 模块否决了提议（%d）：crypto map 中没有加密算法、完整性算法和模式都相同的转换集。", int(e.Code))
	case InvalidFlags:
		return say(l, "The IPsec layer refuses the proposal (%d): perfect forward secrecy is configured here and not offered by the peer, or in another group; or one side wants tunnel mode, the other transport mode.",
			"IPsec 模块否决了提议（%d）：本端要求 PFS，而对端没有提出，或者 DH 组不同；也可能一端要求隧道模式，另一端要求传输模式。", int(e.Code))
	}
	return say(l, "The IPsec layer refuses the proposal with error %d.", "IPsec 模块否决了提议，错误码 %d。", int(e.Code))
}

func (e ISAKMPMachineError) Explain(l Language) string {
	return say(l, "The state machine could not do what the input asked for (error %d); the reason is in the lines above.",
		"状态机无法完成该输入要求的动作（错误 %d），原因见上面几行。", e.Code)
}

func (e ISAKMPUnknownInput) Explain(l Language) string {
	return say(l, "%s does not fit the state %s and is ignored.", "%s 在状态 %s 下不应出现，予以忽略。", e.Input, e.State)
}

func (e ISAKMPNotifyRefused) Explain(l Language) string {
	note := say(l, "A notification came without a hash. Anybody could have sent it, so it changes nothing (RFC 2409, section 5.7).",
		"收到的通知不带 HASH，任何人都可能伪造，因此不予采信，状态不变（RFC 2409 第 5.7 节）。")
	if e.Type != "" {
		note += say(l, " It says %s: %s.", "其内容为 %s：%s。", e.Type, Notify(e.Type).meaning(l))
	}
	return note
}

func (e ISAKMPTooEarly) Explain(l Language) string {
	if e.Signed {
		return say(l, "%s sent an informational message before it has proved who it is, so nobody looks into it. Right after our identity and signature it most often says that the peer refuses our certificate or our identity; its log says why.",
			"%s 在证明自己的身份之前发来信息交换消息，故不予处理。若紧跟在本端发出身份和签名之后，多半表示对端拒绝了本端的证书或身份，原因请查看对端日志。", e.Peer)
	}
	return say(l, "%s sent an informational message before it has proved who it is, so nobody looks into it. Right after our identity and hash it most often says that the peer refuses them: compare the keys, and look at the peer's log.",
		"%s 在证明自己的身份之前发来信息交换消息，故不予处理。若紧跟在本端发出身份和 HASH 之后，多半表示对端拒绝了它们：请核对密钥，并查看对端日志。", e.Peer)
}

func (e ISAKMPReserved) Explain(l Language) string {
	if e.Signed {
		return say(l, "Where zeros belong in the %s payload, there is noise: the packet was damaged on the way, or is not the peer's.",
			"%s 载荷中本应为 0 的保留字段是乱码：报文途中受损，或不是对端发出的。", e.Payload)
	}
	return say(l, "Where zeros belong in the %s payload, there is noise: decryption with our key did not work. The usual reason is that the pre-shared keys differ.",
		"%s 载荷中本应为 0 的保留字段是乱码：用本端密钥解密没有得到正确内容。最常见的原因是两端预共享密钥不一致。", e.Payload)
}

func (e ISAKMPHashMismatch) Explain(l Language) string {
	if e.Message == 5 || e.Message == 6 || e.aggressive() {
		return say(l, "The peer's hash is not what we compute: it has another pre-shared key, or somebody changed the packets. The SA is not authenticated.",
			"对端的 HASH 与本端计算结果不符：预共享密钥不同，或报文被篡改。该 SA 不予认证。")
	}
	return say(l, "The hash over the message is not what our keys give: the message is not from the authenticated peer, and is dropped (RFC 2409, section 5.5).",
		"消息的 HASH 与本端密钥算出的不符：它不是来自已认证的对端，予以丢弃（RFC 2409 第 5.5 节）。")
}
