package config

// DFBit is `crypto ipsec df-bit`: the DF bit of outer headers in tunnel mode.
type DFBit uint8

// Of an interface DFDefault is what holds globally, there it is DFCopy.
const (
	DFDefault DFBit = iota
	DFClear
	DFSet
	DFCopy
)

// Fragmentation is `crypto ipsec fragmentation`: when packets that are too long in their
// outer headers are fragmented.
type Fragmentation uint8

// Of an interface FragmentDefault is what holds globally, there it is FragmentBefore.
const (
	FragmentDefault Fragmentation = iota
	FragmentBefore
	FragmentAfter
)

// Oversize returns what holds on an interface.
func (c *Config) Oversize(i *Interface) (DFBit, Fragmentation) {
	df, f := i.DFBit, i.Fragmentation
	if df == DFDefault {
		df = c.DFBit
	}
	if df == DFDefault {
		df = DFCopy
	}
	if f == FragmentDefault {
		f = c.Fragmentation
	}
	if f == FragmentDefault {
		f = FragmentBefore
	}
	return df, f
}
