//go:build !nullcopy

package esp

import "crypto/cipher"

func newAEAD(block cipher.Block) (cipher.AEAD, error) { return cipher.NewGCM(block) }
