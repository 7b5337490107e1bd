package debug

// Notes on the lines that open a negotiation: the request, the peer, the SA, the key.

func (e ISAKMPKeyMessage) Explain(l Language) string {
	switch e.Kind {
	case KeySPIReply:
		return say(l, "The IPsec layer (key engine, \"ke\") has reserved the SPI of our inbound SA, so message 8 can be built. (2 = SPI reply, %d in the batch.)",
			"IPsec 模块（ke 即密钥引擎）已为本端入方向 SA 预留好 SPI，可以构造第 8 条消息了。（2 表示 SPI 应答，本批共 %d 条。）", e.Count)
	case KeyDelete:
		return say(l, "The IPsec layer (key engine, \"ke\") has deleted IPsec SAs and asks IKE to tell the peer. (3 = deletion, %d in the batch.)",
			"IPsec 模块（ke 即密钥引擎）删除了 IPsec SA，要求 IKE 通知对端。（3 表示删除，本批共 %d 条。）", e.Count)
	}
	return say(l, "The IPsec layer (key engine, \"ke\") asks IKE for SAs: a packet matched the crypto map's access list and there is no IPsec SA for it, or the one that there is ends soon. (1 = SA request, %d in the batch.)",
		"IPsec 模块（ke 即密钥引擎）向 IKE 申请 SA：有数据包命中了 crypto map 引用的 ACL（感兴趣流），而对应的 IPsec SA 还不存在，或即将到期。（1 表示 SA 请求，本批共 %d 条。）", e.Count)
}

func (e ISAKMPRequestProfile) Explain(l Language) string {
	if e.Profile == "" {
		return say(l, "The crypto map that triggered the request is not bound to an ISAKMP profile; the global ISAKMP settings apply.",
			"触发这次请求的 crypto map 没有绑定 ISAKMP profile，因此使用全局 ISAKMP 配置。")
	}
	return say(l, "The crypto map that triggered the request is bound to ISAKMP profile %s, whose settings apply.",
		"触发这次请求的 crypto map 绑定了 ISAKMP profile %s，按该 profile 的配置协商。", e.Profile)
}

func (e ISAKMPPeerCreated) Explain(l Language) string {
	return say(l, "First contact with %s, UDP port %d: a peer record is made, which outlives the single SAs.",
		"首次与 %s（UDP 端口 %d）通信：为它创建一条对端记录，其生存期长于单个 SA。", e.Peer, e.Port)
}

func (e ISAKMPPeerHandle) Explain(l Language) string {
	return say(l, "0x%08X identifies this peer record; it comes back in every Locking and Unlocking line.",
		"0x%08X 是这条对端记录的标识，之后每条 Locking/Unlocking 信息里都会出现它。", e.Ptr)
}

func (e ISAKMPLock) Explain(l Language) string {
	switch e.By {
	case ForInitiator:
		return say(l, "The phase 1 SA under construction holds a reference on the peer record (count %d), so the record cannot vanish while it is in use; we opened the exchange.",
			"正在建立的第一阶段 SA 引用了对端记录（引用计数 %d），使用期间该记录不会被释放；本次交换由本端发起。", e.Count)
	case ForResponder:
		return say(l, "The phase 1 SA under construction holds a reference on the peer record (count %d); a packet from the peer opened the exchange.",
			"正在建立的第一阶段 SA 引用了对端记录（引用计数 %d）；本次交换由对端发来的报文触发。", e.Count)
	case ForStuffKE:
		return say(l, "The IPsec SAs being filled with keys now hold the peer record too (IPSEC count %d). The doubled \"for\" is IOS's own.",
			"正在写入密钥的 IPsec SA 也开始引用对端记录（IPSEC 引用计数 %d）。连写两个 for 是 IOS 自己的笔误。", e.Count)
	}
	return say(l, "While the SAs are installed, the installer takes a reference of its own on the peer record (IPSEC count %d).",
		"安装 SA 期间，安装过程本身也临时引用一次对端记录（IPSEC 引用计数 %d）。", e.Count)
}

func (e ISAKMPUnlock) Explain(l Language) string {
	switch {
	case e.By == FromTransforms:
		return say(l, "The IPsec SAs are installed; the installer gives its reference back and the SAs keep theirs (count %d).",
			"IPsec SA 安装完毕，安装过程归还它的引用，SA 自己的引用继续保留（计数 %d）。", e.Count)
	case e.Count == 0:
		return say(l, "The last SA of this kind is gone, so its reference on the peer record is given back (count 0); the record goes once IPsec SAs do not use it either.",
			"最后一个此类 SA 已删除，归还其对对端记录的引用（计数为 0），待 IPsec SA 也不再使用时，该记录即被删除。")
	}
	return say(l, "An SA is gone and gives back its reference on the peer record; %d remain.",
		"一个 SA 已删除，归还其对对端记录的引用，剩余计数 %d。", e.Count)
}

func (e ISAKMPPorts) Explain(l Language) string {
	return say(l, "The UDP ports of phase 1: IKE uses port 500 (RFC 2408, section 2.5.1); it moves to 4500 only if a NAT is found (RFC 3947, section 4). Local %d, remote %d.",
		"第一阶段使用的 UDP 端口：IKE 固定用 500（RFC 2408 第 2.5.1 节），只有发现 NAT 后才切换到 4500（RFC 3947 第 4 节）。本端 %d，对端 %d。", e.Local, e.Remote)
}

func (e ISAKMPNewNode) Explain(l Language) string {
	if e.Node == 0 {
		return say(l, "A place-holder for the phase 2 request that waits for phase 1; node 0 has no message ID yet. It does not say that phase 1 is up.",
			"为等待第一阶段完成的第二阶段请求建立占位节点；节点 0 表示还没有 Message ID，并不说明第一阶段已经建立。")
	}
	return say(l, "A new exchange under the phase 1 SA gets a node, a small state machine of its own, known by its message ID %d.",
		"第一阶段 SA 之下新开一次交换，为它建立节点（独立的小状态机），以 Message ID %d 标识。", int32(e.Node))
}

func (e ISAKMPInsertSA) Explain(l Language) string {
	if e.Duplicate {
		return say(l, "An ISAKMP SA with this peer is in the SA tree already; the new one, %08X, is kept beside it.",
			"SA 树中已经有一个与该对端的 ISAKMP SA，新的 SA %08X 与它并存。", e.Ptr)
	}
	return say(l, "The half-built ISAKMP SA %08X is entered in the SA tree, where packets find it by cookies and addresses. (12.4 prints no prefix here.)",
		"尚未建成的 ISAKMP SA %08X 已加入 SA 树，后续报文按 cookie 和地址查找它。（12.4 的这一行没有前缀。）", e.Ptr)
}

func (e ISAKMPNoAggressive) Explain(l Language) string {
	return say(l, "Nothing asks for aggressive mode with this peer, so main mode is used, which hides the identities (RFC 2409, section 5). Normal, not an error.",
		"没有为该对端配置野蛮模式，因此采用能隐藏身份的主模式（RFC 2409 第 5 节）。这是正常现象，不是错误。")
}

func (e ISAKMPKeyFound) Explain(l Language) string {
	switch {
	case e.Message == 2 || e.Message == 1 && e.Role == Responder:
		return say(l, "Before the policies are compared: a pre-shared key is looked up by the peer's address %s, because in main mode the identity comes encrypted, only in messages 5 and 6.",
			"比较策略之前，先按对端地址 %s 查找预共享密钥：主模式的身份要到第 5、6 条消息才以密文出现，此时只能靠地址查找。", e.Peer)
	case e.Message == 3 || e.Message == 4:
		return say(l, "The pre-shared key of %s is fetched again, now to compute SKEYID = prf(pre-shared key, Ni | Nr) (RFC 2409, section 5).",
			"再次取出 %s 的预共享密钥，这次用于计算 SKEYID = prf(预共享密钥, Ni | Nr)（RFC 2409 第 5 节）。", e.Peer)
	}
	return say(l, "A pre-shared key is configured for the address %s, so pre-shared key authentication can be offered.",
		"已找到与地址 %s 匹配的预共享密钥，可以在提议中采用预共享密钥认证。", e.Peer)
}

func (e ISAKMPBeginMain) Explain(l Language) string {
	return say(l, "Main mode begins: six messages that agree on a policy (1, 2), exchange keys (3, 4) and authenticate (5, 6). RFC 2409, section 5.",
		"主模式开始：共六条消息，1、2 协商策略，3、4 交换密钥，5、6 进行认证。RFC 2409 第 5 节。")
}

func (e ISAKMPBudding) Explain(l Language) string {
	return say(l, "More traffic for %s wants IPsec SAs while phase 1 with it is still being negotiated; the request waits and is served when phase 1 is complete.",
		"与 %s 的第一阶段还在协商，又有流量需要 IPsec SA；该请求先排队，第一阶段完成后再处理。", e.Peer)
}

func (e ISAKMPOutstanding) Explain(l Language) string {
	return say(l, "A request for IPsec SAs is waiting, and phase 1 with %s exists already.",
		"有等待处理的 IPsec SA 请求，而与 %s 的第一阶段已经存在。", e.Peer.Addr())
}

func (e ISAKMPSittingIdle) Explain(l Language) string {
	return say(l, "Phase 1 is up and idle, so quick mode starts at once: one phase 1 serves many phase 2 negotiations.",
		"第一阶段已建立并空闲，直接开始快速模式：一次第一阶段可以为多次第二阶段协商服务。")
}
