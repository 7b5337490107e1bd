package esp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"encoding/binary"
	"hash"
	"slices"
)

// cbc protects with a CBC cipher or none (RFC 2405, 2451, 3602, 2410), then an HMAC over
// the result or none (RFC 2403, 2404, 4868).
type cbc struct {
	layout
	mode blockMode    // nil for ESP_NULL
	ivs  cipher.Block // makes IVs; nil inward and for ESP_NULL
	iv   [aes.BlockSize]byte
	mac  hash.Hash // nil without authentication
	sum  []byte    // scratch of the length of the HMAC
}

// blockMode is what crypto/cipher's CBC modes are, crypto/tls relies on it likewise: one
// that takes a new IV without being built anew for each packet.
type blockMode interface {
	cipher.BlockMode
	SetIV([]byte)
}

func newCBC(k Keys, d direction) (source, error) {
	l := newLayout(k.Transform, k.Auth)
	var block, ivs cipher.Block
	if l.iv > 0 {
		var err error
		if block, err = k.Transform.New(k.EncKey); err != nil {
			return source{}, err
		}
		if d == outward {
			if ivs, err = newIVs(); err != nil {
				return source{}, err
			}
		}
	}
	authKey := slices.Clone(k.AuthKey)
	create := func() protection {
		p := &cbc{layout: l, ivs: ivs}
		if block != nil {
			mode := cipher.NewCBCDecrypter
			if d == outward {
				mode = cipher.NewCBCEncrypter
			}
			p.mode = mode(block, p.iv[:l.iv]).(blockMode)
		}
		if l.icv > 0 {
			p.mac = hmac.New(k.Auth.Hash().New, authKey)
			p.sum = make([]byte, 0, p.mac.Size())
		}
		return p
	}
	return source{create, authKey}, nil
}

// newIVs returns the cipher that turns sequence numbers into IVs. "The IV MUST be chosen
// at random, and MUST be unpredictable", RFC 3602, section 3: AES under a random key is
// both, by SP 800-38A, appendix C, without a draw per packet.
func newIVs() (cipher.Block, error) {
	var key [16]byte
	if _, err := rand.Read(key[:]); err != nil {
		return nil, err
	}
	defer clear(key[:])
	return aes.NewCipher(key[:])
}

func (p *cbc) seal(pkt []byte, seq uint32) {
	end := len(pkt) - p.icv
	if p.mode != nil {
		clear(p.iv[:])
		binary.BigEndian.PutUint32(p.iv[:], seq)
		p.ivs.Encrypt(p.iv[:], p.iv[:])
		iv, body := pkt[headerLen:p.body()], pkt[p.body():end]
		copy(iv, p.iv[:])
		p.mode.SetIV(iv)
		p.mode.CryptBlocks(body, body)
	}
	if p.mac != nil {
		copy(pkt[end:], p.tag(pkt[:end]))
	}
}

func (p *cbc) open(pkt []byte) bool {
	end := len(pkt) - p.icv
	if p.mac != nil && !hmac.Equal(pkt[end:], p.tag(pkt[:end])) {
		return false
	}
	if p.mode != nil {
		body := pkt[p.body():end]
		p.mode.SetIV(pkt[headerLen:p.body()])
		p.mode.CryptBlocks(body, body)
	}
	return true
}

// tag is the truncated HMAC of b, valid until the next call.
func (p *cbc) tag(b []byte) []byte {
	p.mac.Reset()
	p.mac.Write(b)
	return p.mac.Sum(p.sum)[:p.icv]
}

// clear has nothing to overwrite: the keys live in the ciphers and in the HMAC.
func (p *cbc) clear() {}
