package esp

import (
	"crypto/cipher"
	"encoding/binary"
	"slices"

	"conft/internal/suite"
)

// gcm protects with AES-GCM (RFC 4106).
type gcm struct {
	aead  cipher.AEAD // shared by the SA's protections
	nonce [suite.GCMSaltLen + gcmIVLen]byte
}

const gcmIVLen = 8

func newGCM(k Keys) (source, error) {
	cut := len(k.EncKey) - suite.GCMSaltLen
	block, err := k.Transform.New(k.EncKey[:cut])
	if err != nil {
		return source{}, err
	}
	aead, err := newAEAD(block)
	if err != nil {
		return source{}, err
	}
	salt := slices.Clone(k.EncKey[cut:])
	create := func() protection {
		p := &gcm{aead: aead}
		copy(p.nonce[:], salt)
		return p
	}
	return source{create, salt}, nil
}

// seal uses the sequence number as IV. "For a given key, the IV MUST NOT repeat", RFC
// 4106, section 3.1, and under one key no sequence number returns.
func (p *gcm) seal(pkt []byte, seq uint32) {
	binary.BigEndian.PutUint64(pkt[headerLen:], uint64(seq))
	copy(p.nonce[suite.GCMSaltLen:], pkt[headerLen:])
	const body = headerLen + gcmIVLen
	plain := pkt[body : len(pkt)-gcmTagLen]
	// The additional data is SPI and sequence number, RFC 4106, section 5.
	p.aead.Seal(plain[:0], p.nonce[:], plain, pkt[:headerLen])
}

func (p *gcm) open(pkt []byte) bool {
	const body = headerLen + gcmIVLen
	copy(p.nonce[suite.GCMSaltLen:], pkt[headerLen:body])
	_, err := p.aead.Open(pkt[body:body], p.nonce[:], pkt[body:], pkt[:headerLen])
	return err == nil
}

func (p *gcm) clear() { clear(p.nonce[:]) }
