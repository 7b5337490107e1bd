package debug

// Notes on aggressive mode, keyrings and ISAKMP profiles.

// aggressive reports whether the line belongs to aggressive mode.
func (a At) aggressive() bool { return a.Message >= AM1 && a.Message <= AM3 }

// aggressiveContents is what each message carries.
var aggressiveContents = [...]note{
	{"HDR, SA, KE, Ni, IDii: policies, Diffie-Hellman public value, nonce and the initiator's identity at once, all in clear text",
		"HDR、SA、KE、Ni、IDii：策略、DH 公开值、随机数和发起方身份一次发出，全部是明文"},
	{"HDR, SA, KE, Nr, IDir, HASH_R: the chosen policy, the responder's values, its identity and its proof, in clear text; whoever receives HASH_R can try guesses of the key on it offline",
		"HDR、SA、KE、Nr、IDir、HASH_R：选中的策略、响应方的各项参数、身份和证明，全部是明文；拿到 HASH_R 的人可以离线猜测密钥"},
	{"HDR*, HASH_I: the initiator's proof that it knows the pre-shared key",
		"HDR*、HASH_I：发起方知道预共享密钥的证明"},
}

// aggressiveSigned is what they carry where signatures authenticate.
var aggressiveSigned = [...]note{
	aggressiveContents[0],
	{"HDR, SA, KE, Nr, IDir, CERT, SIG_R: the chosen policy, the responder's values, its identity, certificate and signature, in clear text",
		"HDR、SA、KE、Nr、IDir、CERT、SIG_R：选中的策略、响应方的各项参数、身份、证书和签名，全部是明文"},
	{"HDR*, CERT, SIG_I: the initiator's certificate and signature", "HDR*、CERT、SIG_I：发起方的证书和签名"},
}

// aggressiveStates are the notes on the states of aggressive mode, by the state entered.
var aggressiveStates = map[string]note{
	"IKE_I_AM1": {"The initiator leaves IKE_READY: message 1 of aggressive mode is about to be sent. Three messages replace the six of main mode.",
		"发起方离开 IKE_READY：即将发送野蛮模式第 1 条消息。野蛮模式用三条消息代替主模式的六条。"},
	"IKE_R_AM2": {"The responder has answered message 1 with message 2 and waits for message 3, the initiator's proof. The initiator is not authenticated yet.",
		"响应方已用第 2 条消息应答第 1 条，等待第 3 条，即发起方的证明。此时发起方尚未通过认证。"},
}

func (e ISAKMPTunnelAttributes) Explain(l Language) string {
	return say(l, "`crypto isakmp peer` names this peer with `set aggressive-mode`, so aggressive mode is used with the identity and password given there.",
		"`crypto isakmp peer` 为该对端配置了 `set aggressive-mode`，因此采用野蛮模式，并使用其中指定的身份和密码。")
}

func (e ISAKMPTunnelPassword) Explain(l Language) string {
	return say(l, "The password of `set aggressive-mode password` is the pre-shared key of this SA.",
		"用 `set aggressive-mode password` 配置的密码作为本 SA 的预共享密钥。")
}

func (e ISAKMPBeginAggressive) Explain(l Language) string {
	if e.Signed {
		return say(l, "Aggressive mode begins: three messages instead of six. The price is that identities and certificates are not hidden (RFC 2409, section 5).",
			"野蛮模式开始：只用三条消息。代价是身份和证书不受保护（RFC 2409 第 5 节）。")
	}
	return say(l, "Aggressive mode begins: three messages instead of six. The price is that identities are not hidden, and that the hash of message 2 can be attacked offline (RFC 2409, section 5).",
		"野蛮模式开始：只用三条消息。代价是身份不受保护，且第 2 条消息中的 HASH 可被离线破解（RFC 2409 第 5 节）。")
}

func (e ISAKMPNoHostKey) Explain(l Language) string {
	return say(l, "In aggressive mode the name comes in message 1, so the key is looked up by it first. No `crypto isakmp key ... hostname %s` exists; the peer's address is tried next.",
		"野蛮模式的身份在第 1 条消息中就以明文出现，因此先按名称查找密钥。没有 `crypto isakmp key … hostname %s` 配置，接着按对端地址查找。", printable(e.Host))
}

func (e ISAKMPHostKeyFound) Explain(l Language) string {
	return say(l, "A pre-shared key is configured for the name %s, which the peer gave in message 1. That works in aggressive mode only: main mode hides the name until the key is needed.",
		"已按对端在第 1 条消息中给出的名称 %s 找到预共享密钥。只有野蛮模式能这样查找：主模式在需要密钥之前看不到名称。", printable(e.Host))
}

func (e ISAKMPKeyringKey) Explain(l Language) string {
	if e.Host {
		return say(l, "The pre-shared key was found in keyring %s, by the peer's name.", "在密钥环 %s 中按对端名称找到了预共享密钥。", e.Keyring)
	}
	return say(l, "The pre-shared key was found in keyring %s, by the peer's address; the longest match counts.",
		"在密钥环 %s 中按对端地址找到了预共享密钥，取最长匹配。", e.Keyring)
}

func (e ISAKMPKeyNotInProfile) Explain(l Language) string {
	return say(l, "The peer's identity selects an ISAKMP profile, but the key that the exchange was made with is not one of that profile's keyrings. The peer is not authenticated.",
		"对端身份选中了一个 ISAKMP profile，但本次交换所用的密钥不在该 profile 的密钥环中，对端不予认证。")
}

func (e ISAKMPProfileXauth) Explain(l Language) string {
	return say(l, "Does ISAKMP profile %s demand extended authentication (XAUTH)? Between sites it does not.",
		"查看 ISAKMP profile %s 是否要求扩展认证（XAUTH）；站点之间不需要。", e.Profile)
}
