package debug

// Notes on vendor IDs and on the phase 1 policy, messages 1 and 2.

func (e ISAKMPVendorPayload) Explain(l Language) string {
	if e.Again {
		return say(l, "The vendor IDs of %s are gone through again: the policy is known now, so they can be acted upon.",
			"策略已确定，再次检查%s中的厂商 ID，这一次据此决定采用哪些能力。", e.name(l))
	}
	return say(l, "One vendor ID payload of %s is examined; each announces a capability or an implementation (RFC 2408, section 3.16).",
		"检查%s中的一个厂商 ID 载荷；每个厂商 ID 声明一种能力或一种实现（RFC 2408 第 3.16 节）。", e.name(l))
}

func (e ISAKMPVendorFragment) Explain(l Language) string {
	return say(l, "The peer can split large IKE messages itself, a Cisco extension that spares it IP fragments, which many firewalls drop.",
		"对端能够自行拆分过大的 IKE 消息（Cisco 扩展），从而避免常被防火墙丢弃的 IP 分片。")
}

func (e ISAKMPNoFragment) Explain(l Language) string {
	return say(l, "That extension is not used here, so large messages travel as IP fragments. Harmless.",
		"本端不使用该扩展，过大的消息按 IP 分片传输。无害，不是错误。")
}

// majors are the NAT-T vendor IDs by the octet that the mismatch line prints.
var majors = map[uint8]string{123: "NAT-T draft 02", 157: "NAT-T draft 03", 245: "NAT-T draft 07", 69: "NAT-T RFC 3947"}

func (e ISAKMPVendorMismatch) Explain(l Language) string {
	if name, ok := majors[e.Major]; ok {
		return say(l, "Compared with the Unity and DPD IDs first, octet 15 differs: it is %[1]d, so this is another vendor ID, that of %[2]s. Harmless.",
			"先与 Unity/DPD 的厂商 ID 比较，第 15 字节不同，其值为 %[1]d，说明是另一种厂商 ID（%[2]s）。无害，不是错误。", e.Major, name)
	}
	return say(l, "Compared with the Unity and DPD IDs first, octet 15 differs (%d), so this is some other vendor ID. Harmless.",
		"先与 Unity/DPD 的厂商 ID 比较，第 15 字节（%d）不同，说明是别的厂商 ID。无害，不是错误。", e.Major)
}

func (e ISAKMPVendorHash) Explain(l Language) string {
	return say(l, "The version octets are those of Unity or DPD, the rest is not: some other vendor ID. Harmless.",
		"版本字节与 Unity/DPD 相同，其余内容不同：是别的厂商 ID。无害，不是错误。")
}

// source is the document of a NAT-T version.
func (v NATT) source() string {
	if v == NATTRFC3947 {
		return "RFC 3947"
	}
	return "draft-ietf-ipsec-nat-t-ike-" + v.suffix()
}

func (e ISAKMPVendorNATT) Explain(l Language) string {
	if e.Role == Initiator && e.aggressive() {
		return say(l, "The responder chose this NAT traversal version from our list: %s. NAT detection goes with messages 2 and 3 (RFC 3947, section 3).",
			"响应方从本端列表中选定的 NAT 穿越版本：%s。第 2、3 条消息将检测 NAT（RFC 3947 第 3 节）。", e.Version.source())
	}
	if e.Role == Initiator {
		return say(l, "The responder chose this NAT traversal version from our list: %s. NAT detection follows in messages 3 and 4 (RFC 3947, section 3).",
			"响应方从本端列表中选定的 NAT 穿越版本：%s。第 3、4 条消息将检测 NAT（RFC 3947 第 3 节）。", e.Version.source())
	}
	return say(l, "The initiator can traverse NAT in the manner of %s; of the versions offered, the best one is answered (RFC 3947, section 3.1).",
		"发起方支持 %s 版本的 NAT 穿越；本端会从其提供的版本中选最优的一个应答（RFC 3947 第 3.1 节）。", e.Version.source())
}

func (e ISAKMPNATTConstructed) Explain(l Language) string {
	if e.Role == Responder {
		return say(l, "Message 2 carries the vendor ID of %s: the NAT traversal version we chose (RFC 3947, section 3.1).",
			"第 2 条消息带上 %s 的厂商 ID：这是本端选定的 NAT 穿越版本（RFC 3947 第 3.1 节）。", e.Version.source())
	}
	return say(l, "Message 1 carries the vendor ID of %s: we can traverse NAT in this manner (RFC 3947, section 3.1).",
		"第 1 条消息带上 %s 的厂商 ID：声明本端支持这个版本的 NAT 穿越（RFC 3947 第 3.1 节）。", e.Version.source())
}

func (e ISAKMPVendor) Explain(l Language) string {
	switch e.Vendor {
	case Unity:
		return say(l, "The peer knows Cisco Unity, the extensions for remote access such as mode configuration.",
			"对端支持 Cisco Unity，即远程接入所用的扩展（如 mode-config）。")
	case DPD:
		return say(l, "The peer can do dead peer detection (RFC 3706): either side may ask the other for a sign of life.",
			"对端支持 DPD 失效对端检测（RFC 3706）：任何一方都可以探测对方是否存活。")
	}
	return say(l, "The peer can do %s, extended authentication by user name and password after phase 1.",
		"对端支持 %s，即第一阶段之后再用用户名和口令做扩展认证。", e.Vendor)
}

func (e ISAKMPConcentrator) Explain(l Language) string {
	return say(l, "The vendor ID of Cisco's VPN 3000 concentrators, and of the ASA that came after them.",
		"这是思科 VPN 3000 集中器及其后继 ASA 的厂商 ID。")
}

func (e ISAKMPAnotherIOS) Explain(l Language) string {
	return say(l, "IOS's own vendor ID: the peer is the same kind of router.", "这是 IOS 自己的厂商 ID：对端是同类设备。")
}

func (e ISAKMPLocalKey) Explain(l Language) string {
	return say(l, "A usable pre-shared key exists, so policies with authentication pre-share may be considered.",
		"本地有可用的预共享密钥，因此可以考虑认证方式为 pre-share 的策略。")
}

func (e ISAKMPScanProfiles) Explain(l Language) string {
	return say(l, "Does an ISAKMP profile demand extended authentication (XAUTH) of this peer? Without profiles there is nothing to scan.",
		"查看是否有 ISAKMP profile 要求对该对端做扩展认证（XAUTH）；没有 profile 则无需处理。")
}

func (e ISAKMPChecking) Explain(l Language) string {
	if e.Priority == 65535 {
		return say(l, "Transform %d is compared with the default policy (65535), which every router has behind those that are configured.",
			"把第 %d 个变换与默认策略（65535）比较；每台路由器在已配置的策略之后都有它。", e.Transform)
	}
	if e.Role == Responder {
		return say(l, "Transform %d of the initiator is compared with our policy %d; policies are tried in priority order, the lowest number first (RFC 2409, section 5).",
			"把发起方的第 %d 个变换与本端优先级为 %d 的策略比较；按优先级从小到大依次尝试（RFC 2409 第 5 节）。", e.Transform, e.Priority)
	}
	return say(l, "Transform %d, which the responder sent back, is compared with our policy %d: was this really something we offered?",
		"把响应方返回的第 %d 个变换与本端优先级为 %d 的策略比较：确认它确实是本端提议过的内容。", e.Transform, e.Priority)
}

// unit says the unit of a lifetime.
func unit(l Language, lifeType uint64) string {
	switch lifeType {
	case 1:
		return say(l, "seconds", "秒")
	case 2:
		return say(l, "kilobytes", "千字节")
	}
	return say(l, "unknown", "未知")
}

var groupNotes = map[uint64]note{
	1:  {"768-bit MODP, broken today", "768 位 MODP，如今已不安全"},
	2:  {"1024-bit MODP, too short today", "1024 位 MODP，如今强度不足"},
	5:  {"1536-bit MODP", "1536 位 MODP"},
	14: {"2048-bit MODP", "2048 位 MODP"},
	15: {"3072-bit MODP", "3072 位 MODP"},
	16: {"4096-bit MODP", "4096 位 MODP"},
	19: {"256-bit elliptic curve", "256 位椭圆曲线"},
	20: {"384-bit elliptic curve", "384 位椭圆曲线"},
	21: {"521-bit elliptic curve", "521 位椭圆曲线"},
	24: {"2048-bit MODP with a 256-bit subgroup", "2048 位 MODP（256 位子群）"},
}

func groupNote(l Language, group uint64) string {
	if n, ok := groupNotes[group]; ok {
		return n.in(l)
	}
	return say(l, "unknown here", "本端不认识")
}

func (e ISAKMPAttribute) Explain(l Language) string {
	appendix := say(l, "RFC 2409, appendix A", "RFC 2409 附录 A")
	switch e.Class {
	case classEncryption:
		name := nameOf(encryptionNames, e.Value)
		if e.aggressive() {
			return say(l, "Attribute 1, the cipher for message 3 and for all of phase 2's negotiation: %s%s. %s.",
				"属性 1：加密算法 %s%s，用于加密第 3 条消息和整个第二阶段的协商。%s。", name, weakness(l, name), appendix)
		}
		return say(l, "Attribute 1, the cipher for messages 5 and 6 and for all of phase 2's negotiation: %s%s. %s.",
			"属性 1：加密算法 %s%s，用于加密第 5、6 条消息和整个第二阶段的协商。%s。", name, weakness(l, name), appendix)
	case classHash:
		name := nameOf(hashNames, e.Value)
		return say(l, "Attribute 2, the hash: HMAC-%s is the prf that makes the keys and authenticates the messages. %s.",
			"属性 2：散列算法；HMAC-%s 作为 prf，用于派生密钥和认证消息。%s。", name, appendix)
	case classAuth:
		name := nameOf(authNames, e.Value)
		if e.Value == 1 {
			name = say(l, "with a pre-shared key", "预共享密钥")
		}
		return say(l, "Attribute 3, how the peers authenticate each other: %s. %s.", "属性 3：双方相互认证的方式：%s。%s。", name, appendix)
	case classGroup:
		if e.aggressive() {
			return say(l, "Attribute 4, the Diffie-Hellman group of messages 1 and 2, in which the initiator's public value is already: group %d (%s). %s.",
				"属性 4：第 1、2 条消息使用的 DH 组，发起方的公开值已在第 1 条中发出：group %d（%s）。%s。", e.Value, groupNote(l, e.Value), appendix)
		}
		return say(l, "Attribute 4, the Diffie-Hellman group of messages 3 and 4: group %d (%s). %s.",
			"属性 4：第 3、4 条消息使用的 DH 组：group %d（%s）。%s。", e.Value, groupNote(l, e.Value), appendix)
	case classLifeType:
		return say(l, "Attribute 11, the unit of the lifetime that follows: %s. %s.", "属性 11：后面生存时间的单位：%s。%s。", unit(l, e.Value), appendix)
	case classLife:
		if e.Octets == 0 {
			return say(l, "Attribute 12, the lifetime of the phase 1 SA in basic form (below 65536): %s. If the peers differ, the lower value wins.",
				"属性 12：第一阶段 SA 的生存时间（小于 65536，用基本格式）：%s。两端不同时取较小值。", seconds(l, e.Value))
		}
		return say(l, "Attribute 12, the lifetime of the phase 1 SA; VPI is the variable-length form, and these octets make %s. If the peers differ, the lower value wins.",
			"属性 12：第一阶段 SA 的生存时间；VPI 是变长格式，这几个字节合起来就是 %s。两端不同时取较小值。", seconds(l, e.Value))
	case classKeyLength:
		return say(l, "Attribute 14, the key length of the cipher: %d bits. %s.", "属性 14：加密算法的密钥长度：%d 位。%s。", e.Value, appendix)
	}
	return say(l, "Attribute %d, which is not known here, has the value %d.", "属性 %d：本端不认识，值为 %d。", e.Class, e.Value)
}

func (e ISAKMPAcceptable) Explain(l Language) string {
	switch {
	case e.Refused && e.Message >= 7 && e.Message <= 9:
		return say(l, "Something in this transform is not known here or not possible with this peer, such as an algorithm, a lifetime or an encapsulation (next payload %d: 0 means that it was the last, 3 that others follow).",
			"该变换中有本端不认识、或与该对端无法使用的内容，例如算法、生存时间或封装模式（Next payload 为 %d：0 表示它是最后一个，3 表示后面还有）。", e.Next)
	case e.Refused && e.Next == 0:
		return say(l, "This transform does not fit this policy; it was the last in the list (next payload 0).",
			"这个变换与该策略不符；它是列表中的最后一个（Next payload 为 0）。")
	case e.Refused:
		return say(l, "This transform does not fit this policy; another one follows (next payload %d).",
			"这个变换与该策略不符；后面还有别的变换（Next payload 为 %d）。", e.Next)
	case e.Role == Responder:
		return say(l, "The first transform that fits one of our policies is accepted, and message 2 will return it. The crypto engine takes over the SA, so the prefix carries its connection id, from the next line on in 12.4, once the keys exist in 15.x. (Next payload %d: 0 means that it was the last transform, 3 that others follow.)",
			"接受第一个与本端策略相符的变换，将在第 2 条消息中返回。加密引擎接管该 SA，前缀中会出现它的连接号：12.4 从下一行起，15.x 要到密钥生成之后。（Next payload 为 %d：0 表示它是最后一个变换，3 表示后面还有。）", e.Next)
	}
	return say(l, "The policy is agreed. The crypto engine now makes our Diffie-Hellman pair and takes over the SA, so the prefix carries its connection id, from the next line on in 12.4, once the keys exist in 15.x. (Next payload %d: 0 means no further transform.)",
		"策略协商一致。接下来加密引擎生成本端的 DH 密钥对并接管该 SA，前缀中会出现它的连接号：12.4 从下一行起，15.x 要到密钥生成之后。（Next payload 为 %d：0 表示没有更多变换。）", e.Next)
}

func (e ISAKMPMismatch) Explain(l Language) string {
	if e.Fallback {
		return say(l, "The default policy has DES, SHA, group 1 and RSA signatures, and does not fit either. What matters are the configured policies above.",
			"默认策略为 DES、SHA、group 1 和 RSA 签名，同样不符。应查看的是上面已配置的各条策略。")
	}
	names := func(n map[uint64]string) (offered, wanted string) { return nameOf(n, e.Offered), nameOf(n, e.Wanted) }
	switch e.What {
	case MismatchEncryption:
		offered, wanted := names(encryptionNames)
		return say(l, "The cipher offered is %s, that of our policy is %s; compare `encryption` in both routers' `crypto isakmp policy`.",
			"对端提议的加密算法是 %s，本端策略要求 %s；请对照两端 `crypto isakmp policy` 下的 `encryption`。", offered, wanted)
	case MismatchKeyLength:
		return say(l, "The cipher is the same, but the key offered has %d bits and that of our policy %d; compare `encryption aes 128|192|256` on both routers.",
			"加密算法相同，但对端提议的密钥长 %d 位，本端策略为 %d 位；请对照两端的 `encryption aes 128|192|256`。", e.Offered, e.Wanted)
	case MismatchHash:
		offered, wanted := names(hashNames)
		return say(l, "The hash offered is %s, that of our policy is %s; compare `hash` on both routers.",
			"对端提议的散列算法是 %s，本端策略要求 %s；请对照两端的 `hash`。", offered, wanted)
	case MismatchGroup:
		return say(l, "The Diffie-Hellman group offered is %d, that of our policy is %d; compare `group` on both routers.",
			"对端提议的 DH 组是 %d，本端策略要求 %d；请对照两端的 `group`。", e.Offered, e.Wanted)
	case MismatchPreshared:
		return say(l, "The peer offers pre-shared key authentication, but this policy wants another method; compare `authentication` on both routers.",
			"对端提议预共享密钥认证，但该策略要求别的认证方式；请对照两端的 `authentication`。")
	case MismatchNoKey:
		return say(l, "Both sides want a pre-shared key, but none is configured for the peer; see `crypto isakmp key` and the keyrings.",
			"两端都要求预共享密钥，但本端没有配置该对端的密钥；请检查 `crypto isakmp key` 和 keyring。")
	case MismatchXauth:
		return say(l, "The peer wants pre-shared key with XAUTH, a method for remote access clients that this policy does not have.",
			"对端要求预共享密钥加 XAUTH（远程接入客户端的认证方式），该策略不支持。")
	case MismatchNoCertificate:
		return say(l, "Both sides want RSA signatures, but this router has no certificate that is valid now; see `show crypto pki trustpoints status`.",
			"两端都要求 RSA 签名，但本端没有当前有效的证书；请查看 `show crypto pki trustpoints status`。")
	case MismatchRSASig:
		return say(l, "The peer wants to authenticate with RSA signatures and certificates, which this policy does not have; compare `authentication` on both routers.",
			"对端要求用 RSA 签名和证书认证，该策略不支持；请对照两端的 `authentication`。")
	}
	return say(l, "The authentication method offered is %s, which this policy does not have; compare `authentication` on both routers.",
		"对端提议的认证方式是 %s，该策略不支持；请对照两端的 `authentication`。", nameOf(authNames, e.Offered))
}
