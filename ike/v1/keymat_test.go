package v1

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/binary"
	"net/netip"
	"testing"

	"conft/ike/payload"
	"conft/internal/suite"
)

// phase1 is what phase 1 of a recording exchanged and derived.
type phase1 struct {
	cky                    cookies
	saib, gxi, gxr, ni, nr []byte
	keys                   *keys
	chain                  ivChain // before message 5
}

func replayPhase1(t *testing.T, r *recording) *phase1 {
	t.Helper()
	p := new(phase1)
	_, m1 := r.clear(t, 0)
	h, m3 := r.clear(t, 2)
	_, m4 := r.clear(t, 3)
	p.cky = cookiesOf(h)
	p.saib = body(t, m1, payload.TypeSA, 0)
	p.gxi, p.ni = body(t, m3, payload.TypeKE, 0), body(t, m3, payload.TypeNonce, 0)
	p.gxr, p.nr = body(t, m4, payload.TypeKE, 0), body(t, m4, payload.TypeNonce, 0)

	gxy := r.secret["gxy"]
	skeyid := skeyidSignature(r.hash, p.ni, p.nr, gxy)
	if r.psk != "" {
		skeyid = skeyidPreShared(r.hash, []byte(r.psk), p.ni, p.nr)
	}
	p.keys = newKeys(r.hash, skeyid, gxy, p.cky)
	block, err := r.encryption.New(p.keys.encryptionKey(r.keyLen))
	if err != nil {
		t.Fatal(err)
	}
	p.chain = phase1Chain(r.hash, block, p.gxi, p.gxr)
	return p
}

// open decrypts message i and checks that sealing it again gives what was sent.
func (r *recording) open(t *testing.T, i int, c ivChain) (payload.Header, []payload.Raw, ivChain) {
	t.Helper()
	m := r.messages[i].octets
	h, err := payload.DecodeHeader(m)
	if err != nil {
		t.Fatalf("message %d: %v", i+1, err)
	}
	plain, next, err := c.open(m)
	if err != nil {
		t.Fatalf("message %d: %v", i+1, err)
	}
	chain, err := payload.DecodePadded(h.Next, plain)
	if err != nil {
		t.Fatalf("message %d: %v", i+1, err)
	}
	w := payload.NewWriter(payload.Header{InitiatorCookie: h.InitiatorCookie, ResponderCookie: h.ResponderCookie,
		Version: h.Version, Exchange: h.Exchange, MessageID: h.MessageID})
	for _, raw := range chain {
		w.Add(raw.Type, payload.Opaque(raw.Body))
	}
	again := w.Message()
	if len(m)-len(again) == c.block.BlockSize() { // strongSwan pads a full block
		again = append(again, make([]byte, c.block.BlockSize())...)
	}
	if sealed := c.seal(again); !bytes.Equal(sealed, m) {
		t.Errorf("message %d sealed again:\n%x, sent was\n%x", i+1, sealed, m)
	}
	if !bytes.Equal(c.iv, next.iv) {
		t.Errorf("message %d: sealing and opening end with different IVs", i+1)
	}
	return h, chain, next
}

func (r *recording) want(t *testing.T, name string, got []byte) {
	t.Helper()
	if want := r.secret[name]; !bytes.Equal(got, want) {
		t.Errorf("%s is %x, want %x", name, got, want)
	}
}

func TestPhase1KeysOfRecordings(t *testing.T) {
	eachRecording(t, func(t *testing.T, r *recording) {
		p := replayPhase1(t, r)
		r.want(t, "SKEYID", p.keys.skeyid)
		r.want(t, "SKEYID_d", p.keys.skeyidD)
		r.want(t, "SKEYID_a", p.keys.skeyidA)
		r.want(t, "SKEYID_e", p.keys.skeyidE)
		r.want(t, "Ka", p.keys.encryptionKey(r.keyLen))
		r.want(t, "IV", p.chain.iv)
	})
}

func TestPhase1HashesOfRecordings(t *testing.T) {
	eachRecording(t, func(t *testing.T, r *recording) {
		p := replayPhase1(t, r)
		_, m5, next := r.open(t, 4, p.chain)
		_, m6, _ := r.open(t, 5, next)
		hashI := p.keys.hashI(p.gxi, p.gxr, p.cky, p.saib, body(t, m5, payload.TypeID, 0))
		hashR := p.keys.hashR(p.gxi, p.gxr, p.cky, p.saib, body(t, m6, payload.TypeID, 0))
		r.want(t, "HASH_I", hashI)
		r.want(t, "HASH_R", hashR)
		if r.psk == "" {
			verifySignature(t, m5, hashI)
			verifySignature(t, m6, hashR)
			return
		}
		if !bytes.Equal(body(t, m5, payload.TypeHash, 0), hashI) {
			t.Error("message 5 bears another HASH_I")
		}
		if !bytes.Equal(body(t, m6, payload.TypeHash, 0), hashR) {
			t.Error("message 6 bears another HASH_R")
		}
	})
}

// The hash is signed as it is, in PKCS #1 format without the identifier of a hash
// algorithm (RFC 2409, section 5.1).
func verifySignature(t *testing.T, m []payload.Raw, hash []byte) {
	t.Helper()
	c, err := payload.DecodeCert(body(t, m, payload.TypeCert, 0))
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(c.Data)
	if err != nil {
		t.Fatal(err)
	}
	sig := body(t, m, payload.TypeSig, 0)
	if err := rsa.VerifyPKCS1v15(cert.PublicKey.(*rsa.PublicKey), crypto.Hash(0), hash, sig); err != nil {
		t.Error("the signature does not cover the hash:", err)
	}
}

// Quick mode and informational messages: each HASH, each IV, and KEYMAT.
func TestPhase2OfRecordings(t *testing.T) {
	eachRecording(t, func(t *testing.T, r *recording) {
		p := replayPhase1(t, r)
		_, _, next := r.open(t, 4, p.chain)
		_, _, end := r.open(t, 5, next)

		chains := make(map[uint32]ivChain)
		var quick [][]payload.Raw
		for i := 6; i < len(r.messages); i++ {
			h, err := payload.DecodeHeader(r.messages[i].octets)
			if err != nil {
				t.Fatal(err)
			}
			c, ok := chains[h.MessageID]
			if !ok {
				c = end.phase2Chain(r.hash, h.MessageID)
			}
			_, m, next := r.open(t, i, c)
			chains[h.MessageID] = next

			var want []byte
			if h.Exchange == payload.ExchangeInformational {
				want = p.keys.hash1(h.MessageID, behind(m))
			} else {
				quick = append(quick, m)
				want = quickHash(t, p.keys, h.MessageID, quick)
				r.want(t, []string{"HASH(1)", "HASH(2)", "HASH(3)"}[len(quick)-1], want)
			}
			if !bytes.Equal(body(t, m, payload.TypeHash, 0), want) {
				t.Errorf("message %d bears another HASH than %x", i+1, want)
			}
		}
		if len(quick) != 3 {
			t.Fatalf("%d messages of quick mode", len(quick))
		}
		checkKEYMAT(t, r, p.keys, quick)
	})
}

// quickHash is the hash that the last of the messages must bear.
func quickHash(t *testing.T, k *keys, mid uint32, quick [][]payload.Raw) []byte {
	m, ni := quick[len(quick)-1], body(t, quick[0], payload.TypeNonce, 0)
	switch len(quick) {
	case 1:
		return k.hash1(mid, behind(m))
	case 2:
		return k.hash2(mid, ni, behind(m))
	}
	return k.hash3(mid, ni, body(t, quick[1], payload.TypeNonce, 0))
}

// The SPI in KEYMAT is the receiver's: the initiator sends under the responder's.
func checkKEYMAT(t *testing.T, r *recording, k *keys, quick [][]payload.Raw) {
	ni, nr := body(t, quick[0], payload.TypeNonce, 0), body(t, quick[1], payload.TypeNonce, 0)
	n := r.encLen + r.authLen
	for from, side := range []string{"r", "i"} {
		sa, err := payload.DecodeSA(body(t, quick[from], payload.TypeSA, 0))
		if err != nil {
			t.Fatal(err)
		}
		spi := binary.BigEndian.Uint32(sa.Proposals[0].SPI)
		key := k.keymat(n, r.secret["g(qm)^xy"], payload.ProtocolESP, spi, ni, nr)
		if len(key) != n {
			t.Fatalf("KEYMAT of %d octets, want %d", len(key), n)
		}
		r.want(t, "enc-"+side, key[:r.encLen])
		r.want(t, "auth-"+side, key[r.encLen:])
	}
}

// The first NAT-D payload is the address the message goes to. strongSwan's other
// one is deliberately wrong where it makes believe there is a NAT.
func TestNATDOfRecordings(t *testing.T) {
	eachRecording(t, func(t *testing.T, r *recording) {
		for i, to := range map[int]netip.AddrPort{2: recordedResponder, 3: recordedInitiator} {
			h, m := r.clear(t, i)
			want := natdHash(r.hash, cookiesOf(h), to)
			if got := body(t, m, payload.TypeNATD, 0); !bytes.Equal(got, want) {
				t.Errorf("message %d: NAT-D is %x, want %x", i+1, got, want)
			}
		}
	})
}

func TestClearErasesEveryKey(t *testing.T) {
	k := newKeys(suite.SHA, skeyidPreShared(suite.SHA, []byte("cisco"), []byte("ni"), []byte("nr")), []byte("gxy"), cookies{1})
	held := [][]byte{k.skeyid, k.skeyidD, k.skeyidA, k.skeyidE}
	k.clear()
	for _, key := range held {
		if !bytes.Equal(key, make([]byte, suite.SHA.Size())) {
			t.Errorf("%x is left", key)
		}
	}
}
