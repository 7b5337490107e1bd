package packet

import "encoding/binary"

// FragmentPayload is how many octets of payload a fragment of at most mtu octets
// carries: a multiple of eight (RFC 791, section 3.2). 0 means that the header
// alone does not fit.
func (p *Parsed) FragmentPayload(mtu int) int { return max(0, mtu-p.HeaderLen) &^ 7 }

// AppendFragment appends to dst the fragment of pkt, which p describes, that
// carries payload octets from up to to. pkt may itself be a fragment.
func (p *Parsed) AppendFragment(dst, pkt []byte, from, to int) []byte {
	at := len(dst)
	dst = append(dst, pkt[:p.HeaderLen]...)
	dst = append(dst, pkt[p.HeaderLen+from:p.HeaderLen+to]...)
	p.setFragment(dst[at:], from, to)
	return dst
}

// TruncateFragment makes pkt its own first fragment, of n payload octets.
func (p *Parsed) TruncateFragment(pkt []byte, n int) []byte {
	pkt = pkt[:p.HeaderLen+n]
	p.setFragment(pkt, 0, n)
	return pkt
}

func (p *Parsed) setFragment(f []byte, from, to int) {
	offset := uint16(p.FragmentOffset+from) / 8
	if p.MF || p.HeaderLen+to < p.Len {
		offset |= 0x2000
	}
	binary.BigEndian.PutUint16(f[2:], uint16(len(f)))
	binary.BigEndian.PutUint16(f[6:], offset)
	if from > 0 {
		blankOptions(f[HeaderLen:p.HeaderLen])
	}
	binary.BigEndian.PutUint16(f[10:], 0)
	binary.BigEndian.PutUint16(f[10:], Checksum(f[:p.HeaderLen]))
}

// blankOptions overwrites with no-operation the options that only the first
// fragment carries: those without the copied flag (RFC 791, section 3.1).
func blankOptions(o []byte) {
	for len(o) > 0 && o[0] != 0 {
		n := 1
		if o[0] != 1 {
			if len(o) < 2 || o[1] < 2 || int(o[1]) > len(o) {
				return
			}
			n = int(o[1])
		}
		if o[0]&0x80 == 0 {
			for i := range o[:n] {
				o[i] = 1
			}
		}
		o = o[n:]
	}
}
