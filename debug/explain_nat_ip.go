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
