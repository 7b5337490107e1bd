package payload

// CertEncoding is the kind of a certificate (RFC 2408, section 3.9).
type CertEncoding uint8

const (
	CertPKCS7         CertEncoding = 1
	CertX509Signature CertEncoding = 4
	CertX509Exchange  CertEncoding = 5
	CertCRL           CertEncoding = 7
)

// Cert is a Certificate payload (RFC 2408, section 3.9), or a Certificate
// Request (section 3.10), whose Data is the name of an authority and may be empty.
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Cert Encoding !                                               !
//	+-+-+-+-+-+-+-+-+                                               !
//	~               Certificate Data or Authority                   ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Cert struct {
	Encoding CertEncoding
	Data     []byte
}

// AppendBody appends the payload without its generic header.
func (c *Cert) AppendBody(b []byte) []byte {
	b = append(b, byte(c.Encoding))
	return append(b, c.Data...)
}

// DecodeCert decodes the body of a Certificate payload. The result refers to b.
func DecodeCert(b []byte) (Cert, error) {
	if len(b) < 2 {
		return Cert{}, &DecodeError{TypeCert, len(b), InvalidCertificate, "no certificate data"}
	}
	return Cert{CertEncoding(b[0]), b[1:]}, nil
}

// DecodeCertReq decodes the body of a Certificate Request payload. The result
// refers to b.
func DecodeCertReq(b []byte) (Cert, error) {
	if len(b) < 1 {
		return Cert{}, malformed(TypeCertReq, 0, "no certificate type")
	}
	return Cert{CertEncoding(b[0]), b[1:]}, nil
}
