package esp

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"testing"

	"conft/internal/suite"
)

// The figures per packet size: a full packet, and one that carries no data.
var sizes = []int{1400, 64}

func benchSuites() []Keys {
	var chosen []Keys
	for _, k := range suites() {
		switch {
		case k.Transform.Combined() && k.KeyBits != 192,
			k.Transform == suite.ESPAES && k.KeyBits == 128 && (k.Auth == suite.HMACSHA || k.Auth == suite.HMACSHA256),
			k.Transform == suite.ESPAES && k.KeyBits == 256 && k.Auth == suite.HMACSHA512,
			k.Transform == suite.ESP3DES && k.Auth == suite.HMACSHA,
			k.Transform == suite.ESPDES && k.Auth == suite.HMACMD5,
			k.Transform == suite.ESPNull && k.Auth == suite.HMACSHA:
			chosen = append(chosen, k)
		}
	}
	return chosen
}

func BenchmarkSeal(b *testing.B) {
	for _, size := range sizes {
		for _, k := range benchSuites() {
			b.Run(fmt.Sprintf("%s/%d", name(k), size), func(b *testing.B) {
				out, _ := pair(b, k)
				buf := make([]byte, out.Headroom()+size+out.Tailroom())
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					seq, _ := out.NextSeq()
					out.Seal(buf, out.Headroom(), size, seq, ipv4)
				}
			})
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	for _, size := range sizes {
		for _, k := range benchSuites() {
			b.Run(fmt.Sprintf("%s/%d", name(k), size), func(b *testing.B) {
				out, in := pair(b, k)
				pkt := sealed(out, make([]byte, size), 1, ipv4)
				work := make([]byte, len(pkt))
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					copy(work, pkt) // Open decrypts in place
					if _, _, _, err := in.Open(work); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkBareAEAD is the control for GCM: crypto/cipher alone on the octets that
// Seal encrypts and authenticates.
func BenchmarkBareAEAD(b *testing.B) {
	for _, size := range sizes {
		for _, bits := range []int{128, 256} {
			b.Run(fmt.Sprintf("%d/%d", bits, size), func(b *testing.B) {
				block, err := aes.NewCipher(octets(bits/8, 1))
				if err != nil {
					b.Fatal(err)
				}
				aead, err := cipher.NewGCM(block)
				if err != nil {
					b.Fatal(err)
				}
				length := (size + trailerLen + 3) / 4 * 4
				nonce, header := make([]byte, aead.NonceSize()), make([]byte, headerLen)
				buf := make([]byte, length+aead.Overhead())
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					aead.Seal(buf[:0], nonce, buf[:length], header)
				}
			})
		}
	}
}

// BenchmarkSealParallel shows what the workers of one SA lose to each other.
func BenchmarkSealParallel(b *testing.B) {
	for _, k := range benchSuites() {
		b.Run(name(k), func(b *testing.B) {
			out, _ := pair(b, k)
			b.SetBytes(1400)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				buf := make([]byte, out.Headroom()+1400+out.Tailroom())
				for pb.Next() {
					seq, _ := out.NextSeq()
					out.Seal(buf, out.Headroom(), 1400, seq, ipv4)
				}
			})
		})
	}
}
