package kernel

import (
	"net"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"
)

// MaxRecord is how many addresses a recorded route has room for.
const MaxRecord = 9

// The Record Route option, RFC 791, section 3.1:
//
//	+--------+--------+--------+---------//--------+
//	|00000111| length | pointer|     route data    |
//	+--------+--------+--------+---------//--------+
const (
	optionEnd    = 0
	optionNop    = 1
	optionRecord = 7
	recordHeader = 3
)

// recordOption is the option with room for n addresses.
func recordOption(n int) []byte {
	b := make([]byte, (recordHeader+4*n+3)&^3)
	b[0], b[1], b[2] = optionRecord, byte(recordHeader+4*n), recordHeader+1
	return b
}

// recorded reads the route that the options of an IP header have recorded.
func recorded(header []byte) (route []netip.Addr) {
	if len(header) < ipHeaderLen {
		return nil
	}
	for b := header[ipHeaderLen:]; len(b) > 0 && b[0] != optionEnd; {
		if b[0] == optionNop {
			b = b[1:]
			continue
		}
		if len(b) < 2 || int(b[1]) < 2 || int(b[1]) > len(b) {
			return nil
		}
		option := b[:b[1]]
		b = b[b[1]:]
		if option[0] != optionRecord || len(option) < recordHeader {
			continue
		}
		data := option[recordHeader:]
		used := min(max(int(option[2])-recordHeader-1, 0), len(data))
		for a := range slices.Chunk(data[:used&^3], 4) {
			route = append(route, netip.AddrFrom4([4]byte(a)))
		}
		return route
	}
	return nil
}

// readICMP reads a message with the IP header before it.
func readICMP(conn net.PacketConn, buf []byte) (header, msg []byte, from netip.Addr, err error) {
	n, _, _, addr, err := conn.(*net.IPConn).ReadMsgIP(buf, nil)
	if err != nil {
		return nil, nil, from, err
	}
	from, _ = netip.AddrFromSlice(addr.IP)
	length := int(buf[0]&15) * 4
	if n < ipHeaderLen || n < length || length < ipHeaderLen {
		return nil, nil, from, nil
	}
	return buf[:length], buf[length:n], from.Unmap(), nil
}

func setRecord(fd, n int) error {
	if n == 0 {
		return nil
	}
	return unix.SetsockoptString(fd, unix.IPPROTO_IP, unix.IP_OPTIONS, string(recordOption(n)))
}
