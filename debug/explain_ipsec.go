package debug

import (
	"cmp"
	"fmt"
)

// Notes on the lines of debug crypto ipsec and on the crypto syslog messages.

func (p Proxy) short() string { return p.Addr.String() + "/" + p.Mask.String() }

func (e IPsecRequest) Explain(l Language) string {
	if e.Renews {
		return say(l, "The SAs for %s to %s end soon: the key engine asks IKE to negotiate new ones with %s, %s.",
			"保护 %s 到 %s 的 SA 即将到期：密钥引擎请求 IKE 与 %s 协商新的 SA（%s）。", e.LocalProxy.short(), e.RemoteProxy.short(), e.Remote, e.Transform)
	}
	return say(l, "A packet from %s to %s matched the crypto access list and has no SA: the key engine asks IKE to negotiate %s with %s.",
		"从 %s 到 %s 的报文命中加密 ACL 而没有 SA：密钥引擎请求 IKE 协商 %s，对端为 %s。", e.LocalProxy.short(), e.RemoteProxy.short(), e.Transform, e.Remote)
}

func (e IPsecRequestTimer) Explain(l Language) string {
	if e.Count == 1 {
		return say(l, "IKE delivered no SA with %s in 30 seconds: the request is made once more.",
			"30 秒内 IKE 没有与 %s 建立起 SA：再请求一次。", e.Remote)
	}
	return say(l, "IKE delivered no SA with %s in time again (time-out %d): the request is given up. The next packet makes a new one.",
		"IKE 仍未与 %s 建立起 SA（第 %d 次超时）：放弃这次请求，下一个报文会重新触发。", e.Remote, e.Count)
}

func (e IPsecAdjustMTU) Explain(l Language) string {
	if e.To > e.From {
		return say(l, "What was learnt about the path to %s has aged: packets of %d octets are tried again.",
			"关于到 %s 路径的 MTU 记录已过期：重新尝试 %d 字节的报文。", e.Remote, e.To)
	}
	return say(l, "A router on the way to %s carries no packet longer than %d octets: hosts that send longer ones with DF are told what fits.",
		"到 %s 的路径上有路由器只能转发 %d 字节以内的报文：发送更长且带 DF 的报文的主机会被告知合适的长度。", e.Remote, e.To)
}

func (e IPsecValidatePart) Explain(l Language) string {
	return say(l, "The IPsec layer gets part %d of the proposal to check; the next line says what it holds.",
		"IPsec 模块开始审查提议的第 %d 部分，内容见下一行。", e.Part)
}

func (e IPsecValidate) Explain(l Language) string {
	return e.explainMode(l, say(l, "The IPsec layer checks part %d of the proposal: is there a crypto map entry for %s to %s with %s?",
		"IPsec 模块审查提议的第 %d 部分：是否有 crypto map 条目保护 %s 到 %s，并使用 %s。", e.Part, e.LocalProxy.short(), e.RemoteProxy.short(), e.Transform))
}

// explainMode adds what transport mode is to a note.
func (r KeyRequest) explainMode(l Language, note string) string {
	if !r.Transport {
		return note
	}
	return note + say(l, " Transport mode: no new IP header, so it serves only what the two peers themselves say to each other (RFC 4301, section 4.1).",
		" 传输模式：不加新的 IP 头，因此只能保护两个对端自身之间的流量（RFC 4301 第 4.1 节）。")
}

func (e IPsecProxyMatch) Explain(l Language) string {
	return say(l, "Is there a crypto map entry whose access list has the proxy identities %s to %s? If not, the next lines say so.",
		"查找加密 ACL 中有代理身份 %s 到 %s 的 crypto map 条目；若没有，后面几行会说明。", e.Src, e.Dst)
}

func (e IPsecTransformRefused) Explain(l Language) string {
	return say(l, "The peer offers %s; the crypto map entry has %s. Compare `crypto ipsec transform-set` on both routers.",
		"对端提议 %s，而 crypto map 条目引用的转换集是 %s；请对照两端的 `crypto ipsec transform-set`。", e.Transform, e.Ours)
}

func (e IPsecNoMap) Explain(l Language) string {
	return say(l, "No crypto map entry fits the traffic that the peer wants to protect.", "没有一个 crypto map 条目符合对端要保护的流量。")
}

func (e IPsecLocalRefused) Explain(l Language) string {
	return say(l, "No interface with the address %s has a crypto map: the peer's `set peer` names another interface of ours, or the map is on the wrong one.",
		"地址为 %s 的接口上没有 crypto map：对端的 `set peer` 指向了本端的另一个接口，或者 crypto map 应用错了接口。", e.Local)
}

func (e IPsecProxyRefused) Explain(l Language) string {
	if e.Taken {
		return say(l, "Another peer behind the same NAT has SAs for this traffic to the address that they share; packets for the two could not be told apart.",
			"同一 NAT 之后的另一对端已为发往该共用地址的这些流量建立 SA；发给两者的报文无法区分。")
	}
	if e.Wanted != "" {
		return say(l, "The proxy identities are those of crypto map %s %d, which takes no phase 1 but that of ISAKMP profile %s (`set isakmp-profile`); this one has %s.",
			"代理身份与 crypto map %s %d 相符，但该条目只接受 ISAKMP profile %s 的第一阶段（`set isakmp-profile`），而此次匹配的是 %s。",
			e.Nearest.Map, e.Nearest.Seq, e.Wanted, cmp.Or(e.Profile, say(l, "none", "无 profile")))
	}
	note := say(l, "The proxy identities of the peer match none of our crypto access lists; the lists of the two routers must mirror each other.",
		"对端的代理身份与本端任何加密 ACL 都不匹配；两端的 ACL 应互为镜像。")
	if !e.Local.Addr.IsValid() {
		return note
	}
	note += say(l, " The mirror of the peer's entry would be `%s`", "与对端条目互为镜像的应是 `%s`", e.Mirror())
	if n := e.Nearest; n.Map != "" {
		note += say(l, "; ours that comes nearest, in crypto map %[2]s %[3]d, is `%[1]s`", "；本端最接近的条目是 crypto map %[2]s %[3]d 中的 `%[1]s`", n.Entry(), n.Map, n.Seq)
	}
	return note + say(l, ".", "。")
}

// Mirror returns the entry of an access list that would be the mirror of the peer's.
func (e IPsecProxyRefused) Mirror() string { return permit(e.Local, e.Remote) }

// Entry returns the entry as a line of an access list.
func (c CryptoACE) Entry() string { return permit(c.Local, c.Remote) }

// permit is the entry of an access list that has the proxies.
func permit(local, remote Proxy) string {
	return "permit " + cmp.Or(map[uint8]string{0: "ip", 1: "icmp", 6: "tcp", 17: "udp"}[local.Protocol], fmt.Sprint(local.Protocol)) + local.ace() + remote.ace()
}

func (p Proxy) ace() string {
	mask := p.Mask.As4()
	s := " " + p.Addr.String()
	switch p.Mask.String() {
	case "255.255.255.255":
		s = " host" + s
	case "0.0.0.0":
		s = " any"
	default:
		s += fmt.Sprintf(" %d.%d.%d.%d", ^mask[0], ^mask[1], ^mask[2], ^mask[3])
	}
	if p.Port != 0 {
		s += fmt.Sprintf(" eq %d", p.Port)
	}
	return s
}

func (e IPsecPeerRefused) Explain(l Language) string {
	return say(l, "%s is not the peer of the crypto map entry that its traffic matches; compare `set peer`.",
		"流量匹配的 crypto map 条目并不以 %s 为对端；请检查 `set peer`。", e.Peer)
}

func (e IPsecFlagsRefused) Explain(l Language) string {
	if e.Offered == e.Wanted {
		return say(l, "The flags of the proposal (0x%X) do not fit: the encapsulation mode differs from that of the transform set; compare `mode` on both routers.",
			"提议的标志（0x%X）不符：封装模式与转换集不同；请对照两端的 `mode`。", e.Flags)
	}
	return say(l, "The flags of the proposal (0x%X) do not fit: PFS offered is %s, that of the crypto map entry is %s; compare `set pfs` on both routers.",
		"提议的标志（0x%X）不符：对端提议的 PFS 为 %s，crypto map 条目要求 %s；请对照两端的 `set pfs`。", e.Flags, pfsText(e.Offered), pfsText(e.Wanted))
}

func (e IPsecKeyEngine) Explain(l Language) string {
	return say(l, "IKE woke the key engine; in its queue: %d, such as the keys of new SAs or a deletion.", "IKE 用 %d 条消息唤醒密钥引擎，例如新 SA 的密钥，或者删除通知。", e.Count)
}

func (e IPsecSPIResponse) Explain(l Language) string {
	return say(l, "The IPsec layer reserved SPI 0x%X for what the peer will send to us.", "IPsec 模块为对端发给本端的数据预留了 SPI 0x%X。", e.SPI)
}

func (e IPsecInitialize) Explain(l Language) string {
	if e.Outbound {
		return say(l, "The outbound SA to %s is initialised with SPI 0x%X and %s; the keys are never printed.", "初始化到 %s 的出方向 SA：SPI 0x%X，%s；密钥从不打印。", e.Remote, e.SPI, e.Transform)
	}
	return say(l, "The inbound SA from %s is initialised with SPI 0x%X and %s; the keys are never printed.", "初始化来自 %s 的入方向 SA：SPI 0x%X，%s；密钥从不打印。", e.Remote, e.SPI, e.Transform)
}

func (e IPsecMapFound) Explain(l Language) string {
	return say(l, "The new SAs belong to crypto map %s, sequence number %d.", "新的 SA 属于 crypto map %s 序号 %d 的条目。", e.Map, e.Seq)
}

func (e IPsecReconnect) Explain(l Language) string {
	return say(l, "The new SAs join the identity (the pair of proxies) that exists for %s already.", "新的 SA 归入与 %s 已有的代理身份之下。", e.Peer)
}

func (e IPsecFlow) Explain(l Language) string {
	return say(l, "The switching path gets a flow for the SA pair %08X.", "为 SA 对 %08X 在转发路径上分配一条流。", e.Sibling)
}

func (e IPsecAddIdent) Explain(l Language) string {
	return say(l, "From now on, what goes from %s to %s finds its SA in the policy database (RFC 4301, section 4.4.1).",
		"从现在起，从 %s 到 %s 的流量能在安全策略库中找到对应的 SA（RFC 4301 第 4.4.1 节）。", e.Src, e.Dst)
}

func (e IPsecCreate) Explain(l Language) string {
	protocol := "ESP"
	if e.AH {
		protocol = "AH"
	}
	note := say(l, "The SA towards %s is ready: protocol %d (%s), SPI 0x%X, connection %d (RFC 4301, section 4.4.2).",
		"目的地址为 %s 的 SA 已创建：协议 %d（%s），SPI 0x%X，连接号 %d（RFC 4301 第 4.4.2 节）。", e.Dst, ipProtocol(e.AH), protocol, e.SPI, e.ConnID)
	if e.AH {
		note += say(l, " AH authenticates the packet and what of its IP header does not change on the way; it encrypts nothing (RFC 4302).",
			" AH 认证整个报文以及 IP 头中途中不变的字段，不加密任何内容（RFC 4302）。")
	}
	return note
}

func (e IPsecEnableNotify) Explain(l Language) string {
	return say(l, "Message 9 has come: the initiator is ready, so the responder may use its outbound SA.", "第 9 条消息已到：发起方已就绪，响应方可以启用出方向 SA。")
}

func (e IPsecEnable) Explain(l Language) string {
	return say(l, "The outbound SA with SPI 0x%X is switched on.", "启用 SPI 为 0x%X 的出方向 SA。", e.SPI)
}

func (e IPsecCurrent) Explain(l Language) string {
	return say(l, "Traffic to %s now uses the SA with SPI 0x%X.", "发往 %s 的流量现在使用 SPI 为 0x%X 的 SA。", e.Peer, e.SPI)
}

func (e IPsecExpiring) Explain(l Language) string {
	return say(l, "The SA ends in %d seconds; a new quick mode replaces it before, so that no packet is lost.", "该 SA 将在 %d 秒后到期；提前用新的快速模式更换，以免丢包。", e.Seconds)
}

func (e IPsecReplace) Explain(l Language) string {
	return say(l, "New SAs have taken over; the old one, SPI 0x%X, still receives for %d seconds what is under way.", "新的 SA 已接管；旧 SA（SPI 0x%X）再保留 %d 秒，接收在途的报文。", e.SPI, e.Seconds)
}

func (e IPsecDelete) Explain(l Language) string {
	return say(l, "The SA towards %s with SPI 0x%X is deleted, and its keys are wiped.", "删除目的地址为 %s、SPI 为 0x%X 的 SA，并清除其密钥。", e.Dst, e.SPI)
}

func (e IPsecDeleteNotify) Explain(l Language) string {
	return say(l, "IKE tells the IPsec layer that the peer deleted SAs.", "IKE 通知 IPsec 模块：对端删除了 SA。")
}

func (e IPsecDeleteSPI) Explain(l Language) string {
	return say(l, "The SA with SPI 0x%X towards %s goes, because the peer deleted it.", "对端已删除 SPI 为 0x%X、目的地址为 %s 的 SA，本端随之删除。", e.SPI, e.Peer)
}

func (e IPsecRoute) Explain(l Language) string {
	if e.Removed {
		return say(l, "The last SA for %s is gone, and with it the route that `reverse-route` had put in: its traffic goes where the other routes lead.",
			"到 %s 的最后一个 SA 已删除，`reverse-route` 加入的路由随之撤销：流量按其余路由转发。", e.Prefix)
	}
	return say(l, "`reverse-route` puts in a static route to the remote proxy %s by way of the peer, so that its traffic leaves by the interface with the crypto map.",
		"`reverse-route` 为远端代理网段 %s 加入一条经由对端的静态路由，使其流量从应用了 crypto map 的接口发出。", e.Prefix)
}
