package router

import (
	"net/netip"

	"conft/ike"
	"conft/internal/dataplane"
	"conft/internal/kernel"
	"conft/internal/packet"
)

const portNATT = 4500

// ikeSockets carry IKE messages: UDP 500, which the router reads, and UDP 4500,
// which the data plane reads because ESP shares it.
type ikeSockets struct{ plain, encap *kernel.Conn }

// serve gives what arrives on port 500 to the engine until the socket is closed.
func (s *ikeSockets) serve(e *ike.Engine) {
	batch := make([]dataplane.Datagram, s.plain.BatchSize())
	for i := range batch {
		batch[i].Buf = make([]byte, ike.MaxDatagram+1) // one octet more than is looked at
	}
	for {
		n, err := s.plain.Receive(batch)
		if err != nil {
			return
		}
		for _, d := range batch[:n] {
			e.Receive(d.Local, d.Remote, d.Buf[:d.N])
		}
	}
}

// send implements ike.Options.Send.
func (s *ikeSockets) send(local, remote netip.AddrPort, datagram []byte) error {
	conn := s.plain
	if local.Port() == portNATT {
		conn = s.encap
	}
	_, err := conn.Send([]packet.Datagram{{Buf: datagram, N: len(datagram), Local: local, Remote: remote, Long: true}})
	return err
}

func (s *ikeSockets) close() {
	s.plain.Close()
	s.encap.Close()
}
