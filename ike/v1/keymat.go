package v1

import (
	"encoding/binary"
	"net/netip"

	"conft/ike/payload"
	"conft/internal/suite"
)

// Key derivation and authentication of RFC 2409, section 5. prf is the HMAC of the
// negotiated hash; ni and nr, gxi and gxr, saib, idii and idir are bodies of
// payloads without their generic header, the RFC's <P>_b.

// cookies are CKY-I | CKY-R.
type cookies [16]byte

func cookiesOf(h payload.Header) (c cookies) {
	copy(c[:8], h.InitiatorCookie[:])
	copy(c[8:], h.ResponderCookie[:])
	return c
}

func (c *cookies) initiator() []byte { return c[:8] }
func (c *cookies) responder() []byte { return c[8:] }

// skeyidPreShared is SKEYID for authentication with a pre-shared key.
//
//	SKEYID = prf(pre-shared-key, Ni_b | Nr_b)
func skeyidPreShared(h suite.Hash, psk, ni, nr []byte) []byte {
	return h.PRF(psk, ni, nr)
}

// skeyidSignature is SKEYID for authentication with signatures.
//
//	SKEYID = prf(Ni_b | Nr_b, g^xy)
func skeyidSignature(h suite.Hash, ni, nr, gxy []byte) []byte {
	nonces := append(append(make([]byte, 0, len(ni)+len(nr)), ni...), nr...)
	return h.PRF(nonces, gxy)
}

// keys is the key material of an ISAKMP SA. It is owned by the phase-1 machine.
type keys struct {
	hash    suite.Hash
	skeyid  []byte // authenticates phase 1
	skeyidD []byte // derives the keys of other SAs
	skeyidA []byte // authenticates what follows phase 1
	skeyidE []byte // encrypts
}

// newKeys derives the rest from skeyid, which it keeps.
//
//	SKEYID_d = prf(SKEYID, g^xy | CKY-I | CKY-R | 0)
//	SKEYID_a = prf(SKEYID, SKEYID_d | g^xy | CKY-I | CKY-R | 1)
//	SKEYID_e = prf(SKEYID, SKEYID_a | g^xy | CKY-I | CKY-R | 2)
func newKeys(h suite.Hash, skeyid, gxy []byte, cky cookies) *keys {
	k, prf := &keys{hash: h, skeyid: skeyid}, h.Keyed(skeyid)
	k.skeyidD = prf(gxy, cky[:], []byte{0})
	k.skeyidA = prf(k.skeyidD, gxy, cky[:], []byte{1})
	k.skeyidE = prf(k.skeyidA, gxy, cky[:], []byte{2})
	return k
}

// clear erases the keys; the SA is dead.
func (k *keys) clear() {
	clear(k.skeyid)
	clear(k.skeyidD)
	clear(k.skeyidA)
	clear(k.skeyidE)
}

// hashI authenticates the initiator.
//
//	HASH_I = prf(SKEYID, g^xi | g^xr | CKY-I | CKY-R | SAi_b | IDii_b)
func (k *keys) hashI(gxi, gxr []byte, cky cookies, saib, idii []byte) []byte {
	return k.hash.PRF(k.skeyid, gxi, gxr, cky.initiator(), cky.responder(), saib, idii)
}

// hashR authenticates the responder.
//
//	HASH_R = prf(SKEYID, g^xr | g^xi | CKY-R | CKY-I | SAi_b | IDir_b)
func (k *keys) hashR(gxi, gxr []byte, cky cookies, saib, idir []byte) []byte {
	return k.hash.PRF(k.skeyid, gxr, gxi, cky.responder(), cky.initiator(), saib, idir)
}

// hash1 authenticates the first message of quick mode and any Informational
// message. rest is everything behind the HASH payload, generic headers included
// and padding excluded.
//
//	HASH(1) = prf(SKEYID_a, M-ID | SA | Ni [ | KE ] [ | IDci | IDcr ])
//	HASH(1) = prf(SKEYID_a, M-ID | N/D)
func (k *keys) hash1(mid uint32, rest []byte) []byte {
	return k.hash.PRF(k.skeyidA, octets(mid), rest)
}

// hash2 authenticates the responder in quick mode.
//
//	HASH(2) = prf(SKEYID_a, M-ID | Ni_b | SA | Nr [ | KE ] [ | IDci | IDcr ])
func (k *keys) hash2(mid uint32, ni, rest []byte) []byte {
	return k.hash.PRF(k.skeyidA, octets(mid), ni, rest)
}

// hash3 shows the responder of quick mode that the initiator is alive.
//
//	HASH(3) = prf(SKEYID_a, 0 | M-ID | Ni_b | Nr_b)
func (k *keys) hash3(mid uint32, ni, nr []byte) []byte {
	return k.hash.PRF(k.skeyidA, []byte{0}, octets(mid), ni, nr)
}

// keymat derives n octets of key for the SA that receives on spi. gxy is the
// shared secret of quick mode, nil without perfect forward secrecy.
//
//	KEYMAT = K1 | K2 | K3 | ...
//	K1 = prf(SKEYID_d, [ g(qm)^xy | ] protocol | SPI | Ni_b | Nr_b)
//	K2 = prf(SKEYID_d, K1 | [ g(qm)^xy | ] protocol | SPI | Ni_b | Nr_b)
func (k *keys) keymat(n int, gxy []byte, p payload.Protocol, spi uint32, ni, nr []byte) []byte {
	prf := k.hash.Keyed(k.skeyidD)
	return expand(n, k.hash.Size(), nil, func(last []byte) []byte {
		return prf(last, gxy, []byte{byte(p)}, octets(spi), ni, nr)
	})
}

// expand joins blocks of size octets, each made from the one before, and cuts n octets off.
// No other copy of them is left.
func expand(n, size int, last []byte, next func(last []byte) []byte) []byte {
	out := make([]byte, 0, n+size)
	for len(out) < n {
		block := next(last)
		out = append(out, block...)
		clear(block)
		last = out[len(out)-size:]
	}
	clear(out[n:])
	return out[:n:n]
}

// encryptionKey is the key of n octets under which messages are encrypted
// (RFC 2409, appendix B). That weak DES keys be passed over is not obeyed: one key in
// 2^52 is weak, and a peer that takes it as it comes could not be talked to.
//
//	Ka = SKEYID_e if that is long enough, else K1 | K2 | K3 | ...
//	K1 = prf(SKEYID_e, 0)
//	K2 = prf(SKEYID_e, K1)
func (k *keys) encryptionKey(n int) []byte {
	if n <= len(k.skeyidE) {
		return append([]byte(nil), k.skeyidE[:n]...)
	}
	return expand(n, k.hash.Size(), []byte{0}, func(last []byte) []byte { return k.hash.PRF(k.skeyidE, last) })
}

// natdHash is the content of a NAT-D payload (RFC 3947, section 3.2).
//
//	HASH = HASH(CKY-I | CKY-R | IP | Port)
func natdHash(h suite.Hash, cky cookies, a netip.AddrPort) []byte {
	d := h.New()
	d.Write(cky[:])
	d.Write(binary.BigEndian.AppendUint16(a.Addr().Unmap().AsSlice(), a.Port()))
	return d.Sum(nil)
}

// octets is v in network byte order.
func octets(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
