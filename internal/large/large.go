// Package large makes configurations of many lines, for benchmarks.
package large

import (
	"fmt"
	"strings"
)

// Configuration is one of about so many lines, of the kinds that grow in a real one, for
// a router with GigabitEthernet0/0 and 0/1: of 100 lines 10 are static routes, 9 are of a
// peer behind the crypto map of 0/1, with its key and its access list, and a tenth of a
// loopback interface; the rest are access lists, of which 0/0 has one.
func Configuration(lines int) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	ip := func(n int) string { return fmt.Sprintf("%d.%d.%d.%d", n>>24&255, n>>16&255, n>>8&255, n&255) }
	peers, loopbacks, routes := lines/100, lines/1000, lines/10

	line("hostname HUB\ncrypto isakmp policy 10\n encr aes 256\n authentication pre-share\n group 14")
	for i := range peers {
		line("crypto isakmp key key%d address %s", i, ip(13<<24+i))
	}
	line("crypto ipsec transform-set TS esp-aes 256 esp-sha-hmac")
	for i := range peers {
		line("crypto map HUB %d ipsec-isakmp\n description site %[1]d\n set peer %s\n set transform-set TS\n match address VPN%[1]d", i+1, ip(13<<24+i))
	}
	for i := range loopbacks {
		line("interface Loopback%d\n description loopback %[1]d\n ip address %s 255.255.255.255", i, ip(10<<24+200<<16+i))
	}
	line("interface GigabitEthernet0/0\n ip address 10.1.1.1 255.255.255.0\n no shutdown\n ip access-group BRANCH0 in")
	line("interface GigabitEthernet0/1\n ip address 12.12.12.1 255.255.255.0\n no shutdown\n crypto map HUB")
	for i := range routes {
		line("ip route %s 255.255.255.0 12.12.12.%d", ip(14<<24+i<<8), 2+i%200)
	}
	for i := range peers {
		line("ip access-list extended VPN%d\n permit ip 192.168.0.0 0.0.255.255 %s 0.0.0.255\n permit ip 172.16.0.0 0.0.255.255 %[2]s 0.0.0.255", i+1, ip(14<<24+i<<8))
	}
	const length = 250 // of a list
	for i := range (lines - routes - 9*peers - 3*loopbacks) / length {
		line("ip access-list extended BRANCH%d", i)
		for j := range length - 1 {
			net := ip(10<<24 + i<<12 + j<<4)
			switch j % 4 {
			case 0:
				line(" permit tcp %s 0.0.0.15 host 192.168.%d.%d eq %d", net, j%250, i%250, 1+j)
			case 1:
				line(" deny udp any %s 0.0.0.15 range 100 %d", net, 200+j)
			case 2:
				line(" permit ip host %s 172.16.0.0 0.15.255.255", net)
			case 3:
				line(" remark branch %d rule %d", i, j)
			}
		}
	}
	line("end")
	return b.String()
}
