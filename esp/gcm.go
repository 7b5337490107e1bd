package esp

import (
	"crypto/cipher"
	"encoding/binary"

	"conft/internal/suite"
)

// gcm protects with AES-GCM (RFC 4106).
type gcm struct {
	aead  cipher.AEAD // shared by the SA's protections
	nonce [suite.GCMSaltLen + gcmIVLen]byte
}

const gcmIVLen = 8

// newGCM returns the constructor of an SA's protections.
func newGCM(k Keys) (func() protection, error) {
	key, salt := k.EncKey[:len(k.EncKey)-suite.GCMSaltLen], k.EncKey[len(k.EncKey)-suite.GCMSaltLen:]
	block, err := k.Transform.New(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	own := [suite.GCMSaltLen]byte(salt)
	return func() protection {
		p := &gcm{aead: aead}
		copy(p.nonce[:], own[:])
		return p
	}, nil
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
