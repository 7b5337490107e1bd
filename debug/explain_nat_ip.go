package debug

func (e NATPacket) Explain(l Language) string {
	switch {
	case e.Inward && e.First:
		return say(l, "The first packet of a connection from outside: a static translation gives it the inside host's own address. It came in clear or was decrypted before.",
			"来自外部的连接的首个报文：静态转换把目的地址换成内部主机自己的地址。报文为明文到达，或已先解密。")
	case e.Inward:
		return say(l, "A packet to an inside host; it came in clear or was decrypted before it was translated.",
			"发往内部主机的报文；为明文到达，或在转换之前已解密。")
	case e.First:
		return say(l, "The first packet of a connection makes its translation. The crypto ACL and the wire see the new addresses.",
			"连接的首个报文建立转换条目。crypto ACL 和线路上看到的都是新地址。")
	}
	return say(l, "A packet of a translation that is there; the crypto ACL, which is looked up afterwards, sees the new addresses.",
		"属于已有转换条目的报文；随后查找的 crypto ACL 看到的是新地址。")
}

func (e NATExhausted) Explain(l Language) string {
	return say(l, "Every address of pool %s belongs to another inside host, so packets of %s are dropped. With `overload` the hosts share them; `clear ip nat translation *` takes them back.",
		"地址池 %s 中的地址已全部分配给其他内部主机，来自 %s 的报文被丢弃。加上 `overload` 可共用地址；`clear ip nat translation *` 可收回地址。", e.Pool, e.Src)
}

func (e NATPorts) Explain(l Language) string {
	if e.Protocol == 1 {
		return say(l, "Another host behind the same address uses this ICMP identifier, so the packet gets one by which its answer is told apart.",
			"同一地址后的另一台主机正在使用该 ICMP 标识符，因此报文改用新的标识符，以便区分应答。")
	}
	return say(l, "The port is translated, too: a static translation says so, or another host behind the same address uses it already.",
		"端口也被转换：静态转换如此规定，或同一地址后的另一台主机已在使用该端口。")
}

func (e NATConsidered) Explain(l Language) string {
	if e.Inward {
		return say(l, "o: a packet from the outside as it came, or as it was decrypted. Its destination is looked up among the translations before it is routed.",
			"o：来自外部的报文，为到达时或解密后的样子。路由之前先按目的地址查找转换条目。")
	}
	return say(l, "i: a packet from the inside as it came. It has been routed to an outside interface and is translated before the crypto ACL is looked up.",
		"i：来自内部的报文，为到达时的样子。已路由到 outside 接口，先转换，再查找 crypto ACL。")
}

func (e NATAllocated) Explain(l Language) string {
	if e.Wanted == e.Got {
		return say(l, "A new connection behind the shared address %s keeps its own port, which is free there.", "共用地址 %s 后的新连接保留自己的端口，因为该端口空闲。", e.Global)
	}
	return say(l, "A new connection behind the shared address %s gets another port, as its own is in use there.", "共用地址 %s 后的新连接改用另一端口，因为原端口已被占用。", e.Global)
}

func (e NATExpired) Explain(l Language) string {
	return say(l, "No packet for as long as the timeouts of `ip nat translation` allow: the translation of %s goes.",
		"在 `ip nat translation` 规定的超时时间内没有报文：%s 的转换条目被删除。", e.Local.Addr())
}

func (e NATNoAddress) Explain(l Language) string {
	return say(l, "What %s permits shall have an address of a pool to itself, but none is free.", "%s 允许的主机应独占地址池中的一个地址，但已没有空闲地址。", e.List)
}

func (e NATDropped) Explain(l Language) string {
	return say(l, "A packet that should be translated and cannot be is dropped; it never leaves with its inside address. %s is told that the host is unreachable.",
		"应转换却无法转换的报文被丢弃，绝不会带着内部地址发出。%s 会收到主机不可达消息。", e.Src)
}
