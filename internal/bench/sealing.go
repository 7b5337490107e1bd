package bench

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"time"

	"conft/esp"
	"conft/internal/suite"
)

const (
	packet = 1400 // octets, a full packet in a tunnel
	batch  = 20000
)

// sealing compares ESP's GCM with Go's bare AEAD on the same octets, in turns.
func sealing(o Options) {
	fmt.Fprintf(o.Out, "%-40s %-20s %-20s %s\n", "GCM, packets of 1400 octets, one core", "ESP seal, GB/s", "bare AEAD, GB/s", "longer by")
	for _, bits := range []int{128, 256} {
		key := make([]byte, bits/8+suite.GCMSaltLen)
		out, err := esp.NewOutbound(1, esp.Keys{Transform: suite.ESPGCM16, KeyBits: bits, EncKey: key})
		if err != nil {
			panic(err) // the key is of the right length
		}
		block, _ := aes.NewCipher(key[:bits/8])
		aead, _ := cipher.NewGCM(block)
		buf := make([]byte, out.Headroom()+packet+out.Tailroom())
		bare := buf[out.Headroom():]
		nonce, header := make([]byte, aead.NonceSize()), make([]byte, 8)
		var ours, control, longer spread
		for range 10 * o.Rounds {
			seal := timed(func() {
				seq, _ := out.NextSeq()
				out.Seal(buf, out.Headroom(), packet, seq, 4)
			})
			alone := timed(func() { aead.Seal(bare[:0], nonce, bare[:packet+4], header) }) // 4: padding and trailer
			ours = append(ours, packet/seal)
			control = append(control, packet/alone)
			longer = append(longer, seal/alone-1)
		}
		fmt.Fprintf(o.Out, "%-40s %-20s %-20s %.0f %%\n", fmt.Sprintf("AES-%d-GCM", bits), ours.text(1e9, "%.1f"), control.text(1e9, "%.1f"), 100*longer.median())
	}
	fmt.Fprintln(o.Out)
}

// timed returns the seconds that f takes.
func timed(f func()) float64 {
	start := time.Now()
	for range batch {
		f()
	}
	return time.Since(start).Seconds() / batch
}
