package debug

import "fmt"

// The teacher's notes stand in the files explain_*.go, one for each part of a
// negotiation. They say in one or two sentences what a line means: which message
// of the exchange, which payload, what was decided and why, and where the RFC
// says so, with the values of the event at hand.

// say returns the note in a language. Verbs that are not used by both languages
// in the same order are indexed, as in %[1]s.
func say(l Language, english, chinese string, args ...any) string {
	switch l {
	case English:
		return fmt.Sprintf(english, args...)
	case Chinese:
		return fmt.Sprintf(chinese, args...)
	}
	return ""
}

// note is a text without values, in English and Chinese.
type note [2]string

func (n note) in(l Language) string {
	switch l {
	case English:
		return n[0]
	case Chinese:
		return n[1]
	}
	return ""
}

// weakness adds what has to be said about an old cipher.
func weakness(l Language, cipher string) string {
	switch cipher {
	case "DES-CBC", "ESP_DES":
		return say(l, " (a 56-bit key, broken today)", "（56 位密钥，如今已不安全）")
	case "3DES-CBC", "ESP_3DES":
		return say(l, " (three keys of 56 bits, outdated)", "（3 把 56 位密钥，已过时）")
	}
	return ""
}

// nameOf returns the name of a number on the wire.
func nameOf(names map[uint64]string, v uint64) string {
	if name, ok := names[v]; ok {
		return name
	}
	return fmt.Sprintf("number %d", v)
}

// name says the number of a message: main mode has 1 to 6, quick mode 7 to 9, and
// aggressive mode 1 to 3 in place of main mode.
func (a At) name(l Language) string {
	switch n := a.Message; {
	case n >= 1 && n <= 6:
		return say(l, "message %d (main mode)", "主模式第 %d 条消息", n)
	case n >= 7 && n <= 9:
		return say(l, "message %d (quick mode %d of 3)", "第 %d 条消息（快速模式第 %d 条）", n, n-6)
	case a.aggressive():
		return say(l, "message %d (aggressive mode)", "野蛮模式第 %d 条消息", n-AM1+1)
	}
	return say(l, "an informational message", "信息交换（Informational）消息")
}

// rfc is the section that defines the message.
func (a At) rfc(l Language) string {
	switch n := a.Message; {
	case (n >= 1 && n <= 6 || a.aggressive()) && a.Signed:
		return section(l, 2409, "5.1")
	case n >= 1 && n <= 6 || a.aggressive():
		return section(l, 2409, "5.4")
	case n >= 7 && n <= 9:
		return section(l, 2409, "5.5")
	}
	return section(l, 2409, "5.7")
}

// section cites an RFC.
func section(l Language, rfc int, number string) string {
	return say(l, "RFC %d, section %s", "RFC %d 第 %s 节", rfc, number)
}

// inClear is what an informational message carries that cannot be protected.
var inClear = note{"HDR and a notification, in clear text, for its sender has no keys yet", "HDR 和通知载荷；发送方此时尚无密钥，故为明文"}

// contents is what each message carries; HDR* is an encrypted message.
var contents = [...]note{
	{"HDR*, HASH and a notification or deletion", "HDR*、HASH 以及通知或删除载荷"},
	{"HDR, SA, VIDs: all phase 1 policies the initiator is ready for, in clear text",
		"HDR、SA、厂商 ID：发起方把自己可接受的全部第一阶段策略以明文发出"},
	{"HDR, SA, VIDs: the one policy the responder chose, in clear text",
		"HDR、SA、厂商 ID：响应方以明文返回它选中的那一条策略"},
	{"HDR, KE, Ni: the initiator's Diffie-Hellman public value and nonce, in clear text",
		"HDR、KE、Ni：发起方的 DH 公开值和随机数，明文"},
	{"HDR, KE, Nr: the responder's Diffie-Hellman public value and nonce, the last message in clear text",
		"HDR、KE、Nr：响应方的 DH 公开值和随机数，这是最后一条明文消息"},
	{"HDR*, IDii, HASH_I: the initiator's identity and the proof of it; the first encrypted message",
		"HDR*、IDii、HASH_I：发起方的身份及其证明；从这条消息起开始加密"},
	{"HDR*, IDir, HASH_R: the responder's identity and proof, encrypted",
		"HDR*、IDir、HASH_R：响应方的身份和证明，已加密"},
	{"HDR*, HASH(1), SA, Ni, IDci, IDcr: the IPsec proposals and the traffic to protect, encrypted",
		"HDR*、HASH(1)、SA、Ni、IDci、IDcr：IPsec 提议和要保护的感兴趣流，已加密"},
	{"HDR*, HASH(2), SA, Nr, IDci, IDcr: the proposal chosen, with the responder's SPI, encrypted",
		"HDR*、HASH(2)、SA、Nr、IDci、IDcr：选中的提议和响应方的 SPI，已加密"},
	{"HDR*, HASH(3): the initiator's confirmation, proof that it is alive, encrypted",
		"HDR*、HASH(3)：发起方的确认，证明它确实在线，已加密"},
}

// signedContents is what is otherwise where signatures authenticate.
var signedContents = map[int]note{
	5: {"HDR*, IDii, CERT, SIG_I: the initiator's identity, certificate and signature; the first encrypted message",
		"HDR*、IDii、CERT、SIG_I：发起方的身份、证书和签名；从这条消息起开始加密"},
	6: {"HDR*, IDir, CERT, SIG_R: the responder's identity, certificate and signature, encrypted",
		"HDR*、IDir、CERT、SIG_R：响应方的身份、证书和签名，已加密"},
}

func (a At) contents(l Language) string {
	n := a.Message
	switch note, ok := signedContents[n]; {
	case a.aggressive() && a.Signed:
		return aggressiveSigned[n-AM1].in(l)
	case a.aggressive():
		return aggressiveContents[n-AM1].in(l)
	case ok && a.Signed:
		return note.in(l)
	}
	if n < 0 || n >= len(contents) {
		n = 0
	}
	if n == 0 && a.Conn == 0 {
		return inClear.in(l)
	}
	return contents[n].in(l)
}

// meaning says what an ISAKMP SA state stands for.
func (s State) meaning(l Language) string {
	switch s {
	case MMNoState:
		return say(l, "the SA exists, nothing is agreed yet", "SA 已创建，但尚未协商出任何内容")
	case MMSASetup:
		return say(l, "the phase 1 policy is agreed", "第一阶段策略已协商一致")
	case MMKeyExch:
		return say(l, "keys exist, but nobody is authenticated yet", "密钥已生成，但双方尚未通过认证")
	case MMKeyAuth:
		return say(l, "the peer is authenticated", "对端已通过认证")
	case AGNoState:
		return say(l, "aggressive mode, nothing is agreed yet", "野蛮模式，尚未协商出任何内容")
	case AGInitExch:
		return say(l, "aggressive mode, the peer is not authenticated yet", "野蛮模式，对端尚未通过认证")
	case QMIdle:
		return say(l, "phase 1 is up and idle, ready for quick mode", "第一阶段已建立并处于空闲，可以进行快速模式")
	}
	return say(l, "no state yet", "尚无状态")
}

// we says our part in the exchange.
func (r Role) we(l Language) string {
	if r == Initiator {
		return say(l, "we are the initiator", "本端是发起方")
	}
	return say(l, "we are the responder", "本端是响应方")
}

// seconds says a lifetime, with hours or days beside large round numbers.
func seconds(l Language, n uint64) string {
	switch {
	case n >= 86400 && n%86400 == 0:
		return say(l, "%d s (%d d)", "%d 秒（%d 天）", n, n/86400)
	case n >= 3600 && n%3600 == 0:
		return say(l, "%d s (%d h)", "%d 秒（%d 小时）", n, n/3600)
	}
	return say(l, "%d s", "%d 秒", n)
}
