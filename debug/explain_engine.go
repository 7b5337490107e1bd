package debug

// Notes on what the crypto engine does.

var engineNotes = [...]note{
	EngineDecrypt:  {"The message is decrypted in CBC mode with a key from SKEYID_e; its IV is the last block of the message before (RFC 2409, appendix B).", "用源自 SKEYID_e 的密钥以 CBC 模式解密报文；IV 是前一报文的最后一个分组（RFC 2409 附录 B）。"},
	EngineHash:     {"The HASH that the message should hold is computed, to be compared with the one it does hold.", "计算该报文应有的 HASH，与报文中的 HASH 比较。"},
	EngineEncrypt:  {"Our message is encrypted behind its header, in the same chain of blocks.", "加密本端报文中头部之后的内容，沿用同一 CBC 链。"},
	EngineDH:       {"A random private value x is drawn, and g^x computed from it, which goes to the peer in the KE payload.", "随机选取私有值 x 并计算 g^x，后者放在 KE 载荷中发给对端。"},
	EngineShared:   {"The peer's public value to the power of our private one is g^xy, which nobody on the path can compute.", "以对端公开值和本端私有值算出 g^xy，路径上的他人无法得到。"},
	EngineSA:       {"SKEYID and from it SKEYID_d, SKEYID_a and SKEYID_e: for the keys of other SAs, to authenticate and to encrypt (RFC 2409, section 5).", "生成 SKEYID 及由它派生的 SKEYID_d、SKEYID_a、SKEYID_e，分别用于派生其他 SA 的密钥、认证和加密（RFC 2409 第 5 节）。"},
	EngineDeleteDH: {"Private value and shared secret are erased: the keys are made, and nobody shall be able to make them again.", "清除私有值和共享秘密：密钥已生成，此后任何人都无法再次得到。"},
	EngineQMKeys:   {"KEYMAT is made from SKEYID_d, both nonces and the SPI, for each direction another (RFC 2409, section 5.5).", "由 SKEYID_d、双方 nonce 和 SPI 生成 KEYMAT，两个方向各不相同（RFC 2409 第 5.5 节）。"},
	EngineIPsecSA:  {"One direction of the tunnel is given its keys.", "为隧道的一个方向装入密钥。"},
}

func (e CryptoEngine) Explain(l Language) string { return engineNotes[e.Step].in(l) }
