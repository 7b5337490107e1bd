package esp

import "fmt"

const (
	defaultWindow = 64
	maxWindow     = 1024
	wordBits      = 64
)

// window is the anti-replay window in the form of RFC 6479: a ring of words, one more
// than the window needs, of which whole words are cleared as it moves on, so that
// nothing is ever shifted. Not safe for concurrent use.
type window struct {
	size uint64
	last uint64 // the highest number accepted
	ring [maxWindow/wordBits + 1]uint64
}

// NoWindow as the size of a window lets every number pass.
const NoWindow = 1 << 30

func newWindow(size int) (*window, error) {
	switch size {
	case NoWindow:
		return nil, nil
	case 0:
		size = defaultWindow
	}
	if size < 0 || size > maxWindow {
		return nil, fmt.Errorf("%w: anti-replay window of %d packets", ErrSuite, size)
	}
	return &window{size: uint64(size)}, nil
}

func (w *window) word(block uint64) *uint64 { return &w.ring[block%uint64(len(w.ring))] }

// check reports whether seq is neither left of the window nor marked in it. The first
// packet of an SA has the number 1, so there is no 0 (RFC 4303, section 2.2).
func (w *window) check(seq uint32) bool {
	n := uint64(seq)
	switch {
	case n == 0 || n+w.size <= w.last:
		return false
	case n > w.last:
		return true
	}
	return *w.word(n / wordBits)>>(n%wordBits)&1 == 0
}

// accept checks seq again, for it may have come twice since, and marks it.
func (w *window) accept(seq uint32) bool {
	if !w.check(seq) {
		return false
	}
	n := uint64(seq)
	if n > w.last {
		from, to := w.last/wordBits, n/wordBits
		for b := max(from+1, to-min(to, uint64(len(w.ring)-1))); b <= to; b++ {
			*w.word(b) = 0
		}
		w.last = n
	}
	*w.word(n / wordBits) |= 1 << (n % wordBits)
	return true
}
