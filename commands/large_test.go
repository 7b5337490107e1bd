package commands

import (
	"fmt"
	"strings"
	"testing"
)

// large is a configuration of about n lines, of the kinds that grow in a real one.
func large(n int) string {
	var b strings.Builder
	b.WriteString("hostname HUB\ncrypto ipsec transform-set TS esp-aes esp-sha-hmac\n")
	for i := range n / 10 {
		fmt.Fprintf(&b, "crypto isakmp key key%d address 10.%d.%d.%d\n", i, i>>16, i>>8&255, i&255)
		fmt.Fprintf(&b, "crypto map HUB %d ipsec-isakmp\n set peer 10.%d.%d.%d\n set transform-set TS\n match address A%d\n", i+1, i>>16, i>>8&255, i&255, i)
		fmt.Fprintf(&b, "ip route 11.%d.%d.0 255.255.255.0 10.%d.%d.%d\n", i>>8, i&255, i>>16, i>>8&255, i&255)
		fmt.Fprintf(&b, "ip access-list extended A%d\n permit ip 192.168.0.0 0.0.255.255 11.%d.%d.0 0.0.0.255\n permit tcp host 192.168.0.1 11.%d.%d.0 0.0.0.255 eq 22\n deny udp any any range 1 5\n", i, i>>8, i&255, i>>8, i&255)
	}
	return b.String()
}

func BenchmarkLoad(b *testing.B) {
	for _, lines := range []int{10_000, 100_000} {
		text := large(lines)
		b.Run(fmt.Sprint(lines), func(b *testing.B) {
			for b.Loop() {
				c := newRouter()
				if err := Load(c, text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
