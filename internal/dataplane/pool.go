package dataplane

import "syscall"

// slotSize holds the largest IPv4 packet with what ESP puts around it.
const slotSize = 64<<10 + 2*Headroom

// poolSize is how many batches one reader has: one that it fills, one at a
// worker, one at the writer and one in between.
const poolSize = 4

// pool lends batches to one reader and takes them back from its writer. It makes
// them when they are first needed.
type pool[B any] struct {
	create func() *B
	made   int // exclusively owned by the reader
	free   chan *B
}

func newPool[B any](create func() *B) *pool[B] {
	return &pool[B]{create: create, free: make(chan *B, poolSize)}
}

// get waits for a batch when all are under way: the queue of the TUN or of the
// socket then fills, and the kernel drops there.
func (p *pool[B]) get() *B {
	select {
	case b := <-p.free:
		return b
	default:
	}
	if p.made < poolSize {
		p.made++
		return p.create()
	}
	return <-p.free
}

func (p *pool[B]) put(b *B) { p.free <- b }

// drain takes out every batch that is not lent.
func (p *pool[B]) drain(release func(*B)) {
	for {
		select {
		case b := <-p.free:
			release(b)
		default:
			return
		}
	}
}

// arena is the memory of one batch, cut into slots. It is not of the Go heap:
// most of a slot is never touched, and a heap that counted it would let garbage
// grow to the same size before a collection. Nor may it be made of huge pages,
// which are touched as a whole.
type arena struct {
	memory []byte
	slots  [][]byte
}

func newArena(slots int) arena {
	const madvNoHugePage = 15
	a := arena{slots: make([][]byte, slots)}
	m, err := syscall.Mmap(-1, 0, slots*slotSize, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err == nil {
		_ = syscall.Madvise(m, madvNoHugePage) // a kernel without huge pages refuses, and needs no advice
		a.memory = m
	} else {
		m = make([]byte, slots*slotSize)
	}
	for i := range a.slots {
		a.slots[i] = m[i*slotSize : (i+1)*slotSize : (i+1)*slotSize]
	}
	return a
}

// release gives the memory back. Nobody may hold a slot any more.
func (a *arena) release() {
	a.slots = nil
	if a.memory != nil {
		_ = syscall.Munmap(a.memory) // can only fail for a range that is not mapped
		a.memory = nil
	}
}
