package kernel

import "errors"

// A TUN is where protected packets leave the kernel and decrypted ones enter.
// Reads and writes may run side by side, but each by one goroutine at a time.
// Close of the Kernel, or an Apply without it, ends a pending Read with os.ErrClosed.
type TUN interface {
	// Read fills bufs[i][offset:offset+sizes[i]] with packets, at most
	// len(bufs) of them, and returns their number. Large segments are split.
	Read(bufs [][]byte, sizes []int, offset int) (int, error)
	// Write writes the packets bufs[i][offset:]; neighbours of one flow are
	// coalesced in place. offset must be at least TUNHeadroom.
	Write(bufs [][]byte, offset int) (int, error)
	// BatchSize is the len(bufs) that Read wants.
	BatchSize() int
}

// TUNHeadroom is the room Write needs before each packet (a virtio header).
const TUNHeadroom = 10

// TUN returns the device of that name, or nil when no crypto link of the
// applied state has it.
func (k *Kernel) TUN(name string) TUN { return nil }

var _ = errors.ErrUnsupported
