package iketest

import (
	"bytes"
	"fmt"
	"net/netip"

	"conft/ike/exchange"
)

// Plane is a data plane that carries no packets, but knows whether one would cross.
type Plane struct {
	Pairs   map[uint32]exchange.SAPair // by inbound SPI
	Refuse  error                      // what Install returns
	current map[exchange.Selector]uint32
	enabled []uint32 // in the order they were enabled
	traffic map[uint32]exchange.Traffic
	// Shelters are the flows under protection without regard to their SAs.
	Shelters map[exchange.Flow]bool
}

// NewPlane returns a data plane without SAs.
func NewPlane() *Plane {
	return &Plane{Pairs: make(map[uint32]exchange.SAPair), current: make(map[exchange.Selector]uint32), traffic: make(map[uint32]exchange.Traffic), Shelters: make(map[exchange.Flow]bool)}
}

// Install implements ike.IPsec.
func (p *Plane) Install(pair exchange.SAPair) error {
	if p.Refuse != nil {
		return p.Refuse
	}
	if _, taken := p.Pairs[pair.InboundSPI]; taken {
		return fmt.Errorf("iketest: SPI %#x installed twice", pair.InboundSPI)
	}
	p.Pairs[pair.InboundSPI] = pair
	return nil
}

// Enable implements ike.IPsec.
func (p *Plane) Enable(spi uint32) {
	pair := p.Pairs[spi]
	p.current[pair.Selector] = spi
	p.enabled = append(p.enabled, spi)
}

// Remove implements ike.IPsec.
func (p *Plane) Remove(spi uint32) {
	pair := p.Pairs[spi]
	delete(p.Pairs, spi)
	if p.current[pair.Selector] != spi {
		return
	}
	delete(p.current, pair.Selector)
	for _, s := range p.enabled { // the last one enabled that is still there
		if other, ok := p.Pairs[s]; ok && other.Selector == pair.Selector {
			p.current[pair.Selector] = s
		}
	}
}

// Move implements ike.IPsec.
func (p *Plane) Move(spi uint32, remote netip.AddrPort) {
	pair := p.Pairs[spi]
	pair.Remote = remote
	p.Pairs[spi] = pair
}

// Traffic implements ike.IPsec.
func (p *Plane) Traffic(spi uint32) exchange.Traffic { return p.traffic[spi] }

// Carry counts packets of a pair.
func (p *Plane) Carry(spi uint32, sent, received uint64) {
	t := p.traffic[spi]
	p.traffic[spi] = exchange.Traffic{Sent: t.Sent + sent, Received: t.Received + received}
}

// Shelter implements ike.IPsec.
func (p *Plane) Shelter(f exchange.Flow) error {
	if p.Refuse != nil {
		return p.Refuse
	}
	p.Shelters[f] = true
	return nil
}

// Release implements ike.IPsec.
func (p *Plane) Release(f exchange.Flow) { delete(p.Shelters, f) }

// Ping sends a packet of the selector to the other router and its answer back, and says
// why either would not arrive.
func (r *Router) Ping(to *Router, s exchange.Selector) error {
	if err := r.cross(to, s); err != nil {
		return fmt.Errorf("%s to %s: %w", r.Name, to.Name, err)
	}
	if err := to.cross(r, exchange.Selector{Local: s.Remote, Remote: s.Local}); err != nil {
		return fmt.Errorf("%s to %s: %w", to.Name, r.Name, err)
	}
	return nil
}

func (r *Router) cross(to *Router, s exchange.Selector) error {
	spi, ok := r.Plane.current[s]
	if !ok {
		return fmt.Errorf("no outbound SA")
	}
	out := r.Plane.Pairs[spi]
	in, ok := to.Plane.Pairs[out.OutboundSPI]
	if !ok {
		return fmt.Errorf("no inbound SA with SPI %#x", out.OutboundSPI)
	}
	if in.Set != out.Set || !bytes.Equal(in.Inbound.Encryption, out.Outbound.Encryption) || !bytes.Equal(in.Inbound.Authentication, out.Outbound.Authentication) ||
		!bytes.Equal(in.Inbound.AH, out.Outbound.AH) || in.AH.InboundSPI != out.AH.OutboundSPI || in.Transport != out.Transport {
		return fmt.Errorf("keys of SPI %#x differ", out.OutboundSPI)
	}
	if in.Selector.Local != s.Remote || in.Selector.Remote != s.Local || in.UDPEncap != out.UDPEncap {
		return fmt.Errorf("selectors or encapsulation of SPI %#x differ", out.OutboundSPI)
	}
	r.Plane.Carry(spi, 1, 0)
	to.Plane.Carry(out.OutboundSPI, 0, 1)
	return nil
}
