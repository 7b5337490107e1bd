package esp

import "sync"

// A protection computes on one packet at a time: the whole of it, SPI to ICV.
type protection interface {
	// seal writes the IV, encrypts and writes the ICV around what stands in pkt.
	seal(pkt []byte, seq uint32)

	// open verifies the ICV, then decrypts. If it reports false, pkt holds no plaintext
	// and may be overwritten.
	open(pkt []byte) bool

	// clear overwrites the key octets that it holds itself.
	clear()
}

// source makes the protections of an SA.
type source struct {
	create func() protection // nil once closed
	secret []byte            // the key octets that create still needs
}

// freeList hands the protections of an SA to the workers that ask for one. Unlike a
// sync.Pool it keeps them over a garbage collection, and forgets them on demand.
type freeList struct {
	mu     sync.Mutex
	free   []protection // guarded by mu
	source              // guarded by mu
}

// get returns nil once the list is closed.
func (f *freeList) get() protection {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(f.free); n > 0 {
		p := f.free[n-1]
		f.free = f.free[:n-1]
		return p
	}
	if f.create == nil {
		return nil
	}
	return f.create()
}

func (f *freeList) put(p protection) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.create == nil {
		p.clear()
		return
	}
	f.free = append(f.free, p)
}

// close overwrites the key octets and lets go of the key schedules, which are out of reach
// inside the crypto packages. A protection in use goes when its packet is done.
func (f *freeList) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.free {
		p.clear()
	}
	clear(f.secret)
	f.free, f.source = nil, source{}
}

// newFreeList checks k and prepares everything that the protections of an SA share.
func newFreeList(k Keys, d direction) (*freeList, error) {
	if err := k.check(); err != nil {
		return nil, err
	}
	var s source
	var err error
	if k.Transform.Combined() {
		s, err = newGCM(k)
	} else {
		s, err = newCBC(k, d)
	}
	if err != nil {
		return nil, err
	}
	return &freeList{source: s}, nil
}

// direction is the side of an SA that a protection serves.
type direction bool

const (
	outward direction = true
	inward  direction = false
)
