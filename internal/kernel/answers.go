package kernel

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"conft/internal/packet"

	"golang.org/x/sys/unix"
)

// icmpAnswer is an ICMP message that came, and what of its IP header matters.
type icmpAnswer struct {
	from    netip.Addr
	options []byte
	msg     []byte
	cut     bool // it came in fragments, of which this is the first
}

// answers is where ICMP messages are read.
type answers interface {
	read(buf []byte) (icmpAnswer, error) // the zero answer for what is none
	SetReadDeadline(time.Time) error
	Close() error
}

// openAnswers opens what a raw socket for ICMP gets. To what went by a source route the
// kernel throws away the answer that comes back by it, unless it routes every other such
// packet too, past the access lists, which no router that protects something should. Then
// they are read from the links.
func openAnswers(icmp net.PacketConn, options string) (answers, error) {
	if !routed(options) {
		return icmpSocket{icmp.(*net.IPConn)}, nil
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, int(swap(unix.ETH_P_IP)))
	if err != nil {
		return nil, privilege("answers by a source route", err)
	}
	return linkSocket{os.NewFile(uintptr(fd), "links")}, nil
}

func routed(options string) bool { return packet.SourceRouted([]byte(options)) }

type icmpSocket struct{ *net.IPConn }

func (s icmpSocket) read(buf []byte) (icmpAnswer, error) {
	n, _, _, _, err := s.ReadMsgIP(buf, nil)
	if err != nil {
		return icmpAnswer{}, err
	}
	return readAnswer(buf[:n]), nil
}

type linkSocket struct{ *os.File }

func (s linkSocket) read(buf []byte) (icmpAnswer, error) {
	n, err := s.Read(buf)
	if err != nil {
		return icmpAnswer{}, err
	}
	return readAnswer(buf[:n]), nil
}

// readAnswer takes an IP packet apart.
func readAnswer(b []byte) (a icmpAnswer) {
	var p packet.Parsed
	if err := p.Decode(b); err != nil || p.Protocol != packet.ICMP || p.FragmentOffset != 0 {
		return a
	}
	a.from = netip.AddrFrom4([4]byte(b[12:16]))
	a.options, a.msg, a.cut = b[ipHeaderLen:p.HeaderLen], b[p.HeaderLen:p.Len], p.MF
	return a
}

func setOptions(fd int, options string) error {
	if options == "" {
		return nil
	}
	if err := unix.SetsockoptString(fd, unix.IPPROTO_IP, unix.IP_OPTIONS, options); err != nil {
		return fmt.Errorf("kernel: IP options: %w", err)
	}
	return nil
}
