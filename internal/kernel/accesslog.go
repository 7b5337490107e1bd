package kernel

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"

	"conft/internal/acl"
	"conft/internal/packet"

	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// AccessHit is a packet that an entry with `log` of an access list matched.
type AccessHit struct {
	List     string
	Standard bool
	Permit   bool
	Input    bool // log-input
	Link     int  // index of the link that it arrived on, 0 for one of the router's own
	MAC      net.HardwareAddr
	Packet   packet.Parsed
}

const (
	// accessCopy is what the log copies of a packet: the longest header, and as much of
	// what follows as an ICMP error quotes at least.
	accessCopy = 128

	// answerPrefix is before the code of the ICMP unreachable that is due.
	answerPrefix = "!"
)

// logged shows packets to WatchAccess, with the name of the list and what becomes of
// them: "pei 101" is permitted, extended, log-input. It counts those that it shows.
func logged(list string, standard bool, e acl.Entry) rule {
	b := []byte("pe-")
	if e.Action == acl.Deny {
		b[0] = 'd'
	}
	if standard {
		b[1] = 's'
	}
	if e.LogInput {
		b[2] = 'i'
	}
	const most = 120 // octets of a name; the kernel takes 127 with what is before it
	return join(limit(logRate, expr.LimitTimeSecond, logBurst), counter(), logTo(accessGroup, accessCopy, string(b)+" "+list[:min(len(list), most)]))
}

// WatchAccess calls hit for the packets that entries with `log` match, as far as
// their rate is below a bound, and answers those that were denied, until ctx ends.
func (k *Kernel) WatchAccess(ctx context.Context, hit func(AccessHit)) error {
	lc := net.ListenConfig{}
	errs, err := lc.ListenPacket(ctx, "ip4:icmp", "")
	if err != nil {
		return privilege("ICMP unreachables", err)
	}
	defer errs.Close()
	if err := deaf(errs); err != nil {
		return fmt.Errorf("kernel: ICMP unreachables: %w", err)
	}
	return watchLog(ctx, accessGroup, accessCopy, func(l logRecord) {
		h := AccessHit{Link: l.in, MAC: l.mac}
		if decodeCut(&h.Packet, l.octets) != nil {
			return
		}
		if code, ok := strings.CutPrefix(l.prefix, answerPrefix); ok {
			if n, err := strconv.ParseUint(code, 10, 8); err == nil {
				unreachableTo(errs, &h.Packet, l.octets, byte(n))
			}
			return
		}
		what, name, ok := strings.Cut(l.prefix, " ")
		if !ok || len(what) != 3 {
			return
		}
		h.List, h.Permit, h.Standard, h.Input = name, what[0] == 'p', what[1] == 's', what[2] == 'i'
		hit(h)
	})
}

// decodeCut decodes the beginning of a packet.
func decodeCut(p *packet.Parsed, b []byte) error {
	if len(b) < packet.HeaderLen {
		return packet.ErrShort
	}
	b = append([]byte(nil), b...)
	if total := int(b[2])<<8 | int(b[3]); total > len(b) {
		b[2], b[3] = byte(len(b)>>8), byte(len(b))
	}
	return p.Decode(b)
}

// unreachableTo tells the sender of a packet why it goes no further. The kernel finds the
// source address. A sender that was translated to an address of the router is not told.
func unreachableTo(errs net.PacketConn, p *packet.Parsed, octets []byte, code byte) {
	if !p.MayAnswer() {
		return
	}
	quote := octets[:min(len(octets), p.HeaderLen+8)]
	b := append([]byte{icmpUnreachable, code, 0, 0, 0, 0, 0, 0}, quote...)
	sum := packet.Checksum(b)
	b[2], b[3] = byte(sum>>8), byte(sum)
	errs.WriteTo(b, &net.IPAddr{IP: acl.IPv4(p.Src).AsSlice()}) // as good as lost
}

// codeProhibited is that of an access list that is in the way (RFC 1812, section 5.3.9).
const codeProhibited = 13

// deaf keeps a raw socket from being given what arrives.
func deaf(c net.PacketConn) error {
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return err
	}
	var set error
	// ICMP_FILTER (linux/icmp.h): a bit for each type that is not wanted.
	const icmpFilter = 1
	if err := raw.Control(func(fd uintptr) { set = unix.SetsockoptInt(int(fd), unix.SOL_RAW, icmpFilter, -1) }); err != nil {
		return err
	}
	return set
}
