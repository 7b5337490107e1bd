package debug

// Notes on NAT traversal.

func (e ISAKMPNATD) Explain(l Language) string {
	switch {
	case e.Mine && e.Match:
		return say(l, "NAT-D, a hash of cookies, address and port: the peer sees the address and port that we really have, so no NAT changes ours (RFC 3947, section 3.2).",
			"NAT-D 是对 cookie、地址和端口的散列：对端看到的正是本端真实的地址和端口，说明本端前面没有 NAT（RFC 3947 第 3.2 节）。")
	case e.Mine:
		return say(l, "NAT-D, a hash of cookies, address and port: the peer sees another address or port than ours, so a NAT stands before us (RFC 3947, section 3.2).",
			"NAT-D 是对 cookie、地址和端口的散列：对端看到的地址或端口与本端真实的不同，说明本端在 NAT 之后（RFC 3947 第 3.2 节）。")
	case e.Match:
		return say(l, "NAT-D: the peer's own address and port are those that we see, so no NAT changes them (RFC 3947, section 3.2).",
			"NAT-D：对端自己的地址和端口与本端看到的一致，说明对端前面没有 NAT（RFC 3947 第 3.2 节）。")
	}
	return say(l, "NAT-D: the peer's own address or port is not what we see, so a NAT stands before the peer (RFC 3947, section 3.2).",
		"NAT-D：对端自己的地址或端口与本端看到的不同，说明对端在 NAT 之后（RFC 3947 第 3.2 节）。")
}

func (e ISAKMPPayloadType) Explain(l Language) string {
	if e.Kind == RidingVendors {
		return say(l, "Vendor IDs follow in an encrypted message; IOS calls that payload type %d. Some peers say only here that they know dead peer detection (RFC 3706, section 5.2).",
			"加密报文中还带有厂商 ID；IOS 把它称为类型 %d 的载荷。有些对端只在这里声明支持对端失效检测（RFC 3706 第 5.2 节）。", e.Kind)
	}
	return say(l, "A NAT-D payload (type %d): a hash of cookies, address and port, by which both sides find out whether a NAT is between them (RFC 3947, section 3.2).",
		"NAT-D 载荷（类型 %d）：对 cookie、地址和端口的散列，双方据此判断中间是否有 NAT（RFC 3947 第 3.2 节）。", e.Kind)
}

func (e ISAKMPNAT) Explain(l Language) string {
	if e.More {
		return say(l, "The verdict after this payload; it is provisional, for another follows, and one hash that fits is enough to say that no NAT stands before its owner.",
			"处理完这个载荷后的判断；后面还有载荷，因此只是暂时的：只要有一个散列相符，就说明其所有者前面没有 NAT。")
	}
	switch e.Side {
	case NATSelf:
		return say(l, "We are behind a NAT: IKE moves to UDP 4500, and ESP will travel inside UDP (RFC 3947, section 4).",
			"本端在 NAT 之后：IKE 切换到 UDP 4500，ESP 也将封装在 UDP 中（RFC 3947 第 4 节）。")
	case NATPeer:
		return say(l, "The peer is behind a NAT: IKE moves to UDP 4500, and ESP will travel inside UDP (RFC 3947, section 4).",
			"对端在 NAT 之后：IKE 切换到 UDP 4500，ESP 也将封装在 UDP 中（RFC 3947 第 4 节）。")
	case NATBoth:
		return say(l, "Both sides are behind a NAT: IKE moves to UDP 4500, and ESP will travel inside UDP (RFC 3947, section 4).",
			"两端都在 NAT 之后：IKE 切换到 UDP 4500，ESP 也将封装在 UDP 中（RFC 3947 第 4 节）。")
	}
	return say(l, "No NAT on the path: IKE stays on UDP 500, and ESP travels as IP protocol 50.",
		"路径上没有 NAT：IKE 继续使用 UDP 500，ESP 以 IP 协议 50 传输。")
}

func (e ISAKMPFloating) Explain(l Language) string {
	return say(l, "The peer now sends from UDP port %d: because of the NAT it has moved from 500 to 4500, and the NAT may change that again (RFC 3947, section 4).",
		"对端改用 UDP 端口 %d 发送：因为有 NAT，它已从 500 切换到 4500，而 NAT 设备还可能再改写端口（RFC 3947 第 4 节）。", e.Port)
}

func (e ISAKMPFindPeer) Explain(l Language) string {
	return say(l, "Is the peer known by its new address and port, %[2]s and %[3]d, already?", "查找是否已有以新的地址和端口（%[2]s，%[3]d）登记的对端。", e.Local, e.Peer, e.Port)
}

func (e ISAKMPUDPEncap) Explain(l Language) string {
	return say(l, "The peer is marked: ESP to it goes inside UDP (RFC 3948).", "为该对端做标记：发给它的 ESP 要封装在 UDP 中（RFC 3948）。")
}
