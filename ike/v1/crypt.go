package v1

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"

	"conft/ike/payload"
	"conft/internal/suite"
)

// ivChain encrypts the messages of one exchange in CBC mode, each message
// beginning with the last block of the one before, in whichever direction it
// went (RFC 2409, appendix B). It is owned by the machine of that exchange.
type ivChain struct {
	block cipher.Block
	iv    []byte
}

// phase1Chain starts the chain of phase 1.
//
//	IV = hash(g^xi | g^xr), truncated to a block
func phase1Chain(h suite.Hash, block cipher.Block, gxi, gxr []byte) ivChain {
	d := h.New()
	d.Write(gxi)
	d.Write(gxr)
	return ivChain{block, d.Sum(nil)[:block.BlockSize()]}
}

// phase2Chain starts the chain of an exchange that phase 1 protects; c is the
// chain of phase 1 at its end.
//
//	IV = hash(last phase 1 CBC output block | M-ID), truncated to a block
func (c ivChain) phase2Chain(h suite.Hash, mid uint32) ivChain {
	d := h.New()
	d.Write(c.iv)
	d.Write(octets(mid))
	return ivChain{c.block, d.Sum(nil)[:c.block.BlockSize()]}
}

// seal encrypts what follows the header of msg, in place where there is room for
// the padding, and advances the chain. Padding is zero, and there is none where the
// payloads fill their last block.
func (c *ivChain) seal(msg []byte) []byte {
	size := c.block.BlockSize()
	for (len(msg)-payload.HeaderLen)%size != 0 {
		msg = append(msg, 0)
	}
	msg[19] |= payload.FlagEncryption
	binary.BigEndian.PutUint32(msg[24:], uint32(len(msg)))
	body := msg[payload.HeaderLen:]
	cipher.NewCBCEncrypter(c.block, c.iv).CryptBlocks(body, body)
	c.iv = lastBlock(body, size)
	return msg
}

var errNotBlocks = errors.New("isakmp: encrypted message is not made of whole blocks")

// open decrypts what follows the header of msg into a new slice, and returns with
// it the chain behind this message. c itself stays where it was: what did not
// authenticate must not disturb the exchange.
func (c ivChain) open(msg []byte) (payloads []byte, next ivChain, err error) {
	size := c.block.BlockSize()
	if len(msg) <= payload.HeaderLen || (len(msg)-payload.HeaderLen)%size != 0 {
		return nil, c, errNotBlocks
	}
	body := msg[payload.HeaderLen:]
	payloads = make([]byte, len(body))
	cipher.NewCBCDecrypter(c.block, c.iv).CryptBlocks(payloads, body)
	return payloads, ivChain{c.block, lastBlock(body, size)}, nil
}

// lastBlock copies the last block, for the message may be reused.
func lastBlock(b []byte, size int) []byte {
	return append([]byte(nil), b[len(b)-size:]...)
}
