package debug

// Notes on certificates and signatures.

var pkiNotes = [...]note{
	PKIAdded:      {"A certificate from the peer's message was read; nothing in it is believed yet. Octets: ", "读入对端发来的一张证书，其内容暂不可信。字节数："},
	PKIPath:       {"From these certificates a chain to a trusted authority is searched. Certificates: ", "将在这些证书中寻找一条通向可信 CA 的链。证书数："},
	PKISuitable:   {"The chain ends at the authority of this trustpoint: ", "证书链的终点是该 trustpoint 的 CA："},
	PKILegacy:     {"The authority signed with an algorithm that is weak today; it is accepted because old devices know no better. Algorithm: ", "CA 使用了如今已不安全的签名算法；为兼容老设备予以接受。算法："},
	PKIVerified:   {"Signatures, dates and uses of the chain are right, the peer has proved to hold the private key, and the certificate names the identity it claims.", "证书链的签名、有效期和用途都正确，对端证明了自己持有私钥，且证书中含有它所声明的身份。"},
	PKIRevocation: {"The authority's list of revoked certificates (CRL) is asked, as revocation-check says.", "按 revocation-check 的配置查询 CA 的证书吊销列表（CRL）。"},
	PKIFetch:      {"No valid CRL is at hand, so it is fetched from ", "本地没有有效的 CRL，从以下地址获取："},
	PKIUnchecked:  {"The trustpoint accepts certificates whose revocation cannot be checked (revocation-check crl none), and this is one: ", "该 trustpoint 允许接受无法检查吊销状态的证书（revocation-check crl none），本次即是："},
	PKIValid:      {"The peer's certificate is accepted by trustpoint ", "对端证书已被接受，trustpoint 为"},
	PKIRejected:   {"The peer's certificate is refused: ", "拒绝对端证书："},
}

func (e PKITransaction) Explain(l Language) string {
	text := pkiNotes[e.Step].in(l)
	if e.Text == "" {
		return text
	}
	return say(l, "%s%s.", "%s%s。", text, printable(e.Text))
}

var certNotes = [...]note{
	CertWanted:        {"The peer asks for a certificate for signatures (RFC 2408, section 3.10).", "对端请求本端的签名证书（RFC 2408 第 3.10 节）。"},
	CertProcessing:    {"The peer's X.509 certificate, whose key has to fit its signature (RFC 2408, section 3.9).", "对端的 X.509 证书，其公钥须能验证它的签名（RFC 2408 第 3.9 节）。"},
	CertNotCached:     {"The peer's public key is taken from this certificate, which is judged first.", "对端公钥取自这张证书，证书须先通过验证。"},
	CertNoDN:          {"The certificate has no subject that could be read: its owner has to be known by another name in it.", "证书中没有可读的主题名称：只能靠证书中的其他名称识别其所有者。"},
	CertNoOU:          {"IOS looks in the organizational unit for the group of a remote user; between sites it does not matter that there is none.", "IOS 用证书的 OU 字段查找远程用户所属的组；站点之间的隧道没有该字段也无妨。"},
	CertAddrNotIn:     {"Our identity would be our address, but our certificate does not hold it, so the peer could not check it.", "本端本应以地址作为身份，但证书中没有该地址，对端将无法核对。"},
	CertUsingFQDN:     {"So we call ourselves by the host name in our certificate.", "因此改用证书中的主机名作为身份。"},
	CertUsingDN:       {"So we call ourselves by the subject of our certificate.", "因此改用证书的主题名称作为身份。"},
	CertSignatureFail: {"The signature is not that of the certificate's key over the hash: the peer does not have the private key.", "签名与证书公钥及 HASH 不符：对端并不持有相应的私钥。"},
	CertRefused:       {"The certificate breaks a rule, which the log message below names; nothing the peer says with it is believed.", "证书违反了某项规则（见下面的日志），对端凭它所声明的一切都不可信。"},
}

func (e ISAKMPCertStep) Explain(l Language) string { return certNotes[e.Step].in(l) }

func (e ISAKMPCertRequest) Explain(l Language) string {
	if e.Own {
		return say(l, "We ask for a certificate that %s has issued, one of the authorities of our trustpoints (RFC 2408, section 3.10).",
			"本端请求由 %s 签发的证书，它是本端 trustpoint 的 CA（RFC 2408 第 3.10 节）。", printable(e.Issuer))
	}
	return say(l, "The peer trusts %s and wants a certificate that it has issued.", "对端信任 %s，希望得到由它签发的证书。", printable(e.Issuer))
}

func (e ISAKMPTrustpoint) Explain(l Language) string {
	return say(l, "Our certificate of trustpoint %s is one that the peer can check.", "trustpoint %s 中本端的证书正是对端能够验证的。", e.Trustpoint)
}

func (e ISAKMPCert) Explain(l Language) string {
	if e.Trustpoint != "" {
		return say(l, "The private key of trustpoint %s signs our hash; that is our proof (RFC 2409, section 5.1).",
			"用 trustpoint %s 的私钥对本端的 HASH 签名，作为身份证明（RFC 2409 第 5.1 节）。", e.Trustpoint)
	}
	return say(l, "Our certificate, of %s, goes with the message so that the peer can check the signature.",
		"随消息附上本端的证书（%s），供对端验证签名。", printable(e.Subject))
}

func (e CryptoInvalidCert) Explain(l Language) string {
	return say(l, "%s presented a certificate that cannot be accepted: %s.", "%s 出示的证书不能接受：%s。", e.Peer, printable(e.Reason))
}
