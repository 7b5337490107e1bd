package router

import (
	"encoding/hex"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// TCPConn is one row of `show tcp brief`.
type TCPConn struct {
	ID            uint32 // the kernel's inode of the socket, 0 once it is closed
	Local, Remote netip.AddrPort
	State         string // ESTAB, LISTEN, TIMEWAIT …
}

// tcpStates are IOS's names, by the kernel's numbers.
var tcpStates = [...]string{1: "ESTAB", 2: "SYNSENT", 3: "SYNRCVD", 4: "FINWAIT1", 5: "FINWAIT2", 6: "TIMEWAIT",
	7: "CLOSED", 8: "CLOSEWAIT", 9: "LASTACK", 10: "LISTEN", 11: "CLOSING"}

// TCP returns the TCP connections that end in this router's namespace.
func (r *Router) TCP() []TCPConn { return parseTCP(readFile("/proc/self/net/tcp")) }

// parseTCP reads the text of /proc/net/tcp.
func parseTCP(text string) []TCPConn {
	var out []TCPConn
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 10 {
			continue
		}
		local, ok := kernelAddr(f[1])
		remote, ok2 := kernelAddr(f[2])
		state, err := strconv.ParseUint(f[3], 16, 8)
		if !ok || !ok2 || err != nil || int(state) >= len(tcpStates) {
			continue
		}
		inode, _ := strconv.ParseUint(f[9], 10, 32)
		out = append(out, TCPConn{uint32(inode), local, remote, tcpStates[state]})
	}
	slices.SortStableFunc(out, func(a, b TCPConn) int { return a.Local.Compare(b.Local) })
	return out
}

// kernelAddr reads "0100007F:0016": the address as it lies in the memory of a
// little-endian machine, and a port.
func kernelAddr(s string) (netip.AddrPort, bool) {
	a, p, _ := strings.Cut(s, ":")
	b, err := hex.DecodeString(a)
	port, err2 := strconv.ParseUint(p, 16, 16)
	if err != nil || err2 != nil || len(b) != 4 {
		return netip.AddrPort{}, false
	}
	slices.Reverse(b)
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b)), uint16(port)), true
}
