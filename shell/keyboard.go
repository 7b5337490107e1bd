package shell

import (
	"context"
	"io"
	"sync/atomic"
	"time"
)

// keyboard is the input side of a terminal. What is typed ahead waits in a
// queue; nothing is thrown away.
type keyboard struct {
	r     io.Reader
	queue chan byte // closed by the reader goroutine at the end of input
	stop  chan struct{}
	more  chan struct{}                      // has one when something was queued
	abort atomic.Pointer[context.CancelFunc] // of the running command
	typed *atomic.Int64                      // when a key was taken last, in nanoseconds

	// Owned by the session's goroutine.
	keys     decoder
	patience func() time.Duration // how long the next key may take, 0 for ever
	lone     bool                 // Esc is a key of its own
}

const typeAhead = 64 << 10 // octets

func newKeyboard(r io.Reader) *keyboard {
	k := &keyboard{r: r, queue: make(chan byte, typeAhead), stop: make(chan struct{}), more: make(chan struct{}, 1)}
	go k.read()
	return k
}

// read is the reader goroutine. Ctrl-C and Ctrl-Shift-6 stop the command that ran when they
// arrived; behind a line that arrived with them they wait for their turn.
func (k *keyboard) read() {
	defer close(k.queue)
	buf := make([]byte, 4096)
	for {
		n, err := k.r.Read(buf)
		cancel := k.abort.Load()
		for _, b := range buf[:n] {
			if cancel != nil && (key(b) == ctrlC || key(b) == ctrlCaret) {
				(*cancel)()
				continue
			}
			select {
			case k.queue <- b:
			case <-k.stop:
				return
			}
		}
		select {
		case k.more <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// close stops the reader goroutine. Where the terminal has no deadlines, the
// goroutine ends when the owner of the terminal closes it.
func (k *keyboard) close() {
	close(k.stop)
	d, ok := k.r.(interface{ SetReadDeadline(time.Time) error })
	if !ok || d.SetReadDeadline(time.Unix(1, 0)) != nil {
		return
	}
	for range k.queue {
	}
	d.SetReadDeadline(time.Time{})
}

// waits reports whether something has been typed ahead, or is within a time.
func (k *keyboard) waits(within time.Duration) bool {
	if within == 0 || len(k.queue) > 0 {
		return len(k.queue) > 0
	}
	limit := time.NewTimer(within)
	defer limit.Stop()
	for len(k.queue) == 0 {
		select {
		case <-k.more:
		case <-limit.C:
			return false
		}
	}
	return true
}

// next returns the next key, io.EOF at the end of input, errIdle when none came in time, what
// has ended the context when that is done.
func (k *keyboard) next(ctx context.Context) (key, error) {
	if ctx.Err() != nil {
		return keyNone, context.Cause(ctx)
	}
	var late <-chan time.Time
	if limit := k.patience(); limit > 0 && len(k.queue) == 0 {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		late = timer.C
	}
	for {
		select {
		case b, ok := <-k.queue:
			if !ok {
				return keyNone, io.EOF
			}
			if key := k.keys.feed(b); key != keyNone {
				k.typed.Store(time.Now().UnixNano())
				return key, nil
			}
			if k.lone && k.keys.state == escaped && !k.waits(sequenceGap) {
				k.keys.state = ground
				return escape, nil
			}
		case <-late:
			return keyNone, errIdle
		case <-ctx.Done():
			return keyNone, context.Cause(ctx)
		}
	}
}

// sequenceGap is how long the octets of an arrow key may lie apart.
const sequenceGap = 50 * time.Millisecond

// single is next where any key is an answer: Esc comes without waiting for what may follow it.
func (k *keyboard) single(ctx context.Context) (key, error) {
	k.lone = true
	defer func() { k.lone = false }()
	return k.next(ctx)
}

// abortable returns a context that Ctrl-C and Ctrl-Shift-6 cancel until done is called.
func (k *keyboard) abortable(parent context.Context) (ctx context.Context, done func()) {
	ctx, cancel := context.WithCancel(parent)
	k.abort.Store(&cancel)
	return ctx, func() {
		k.abort.Store(nil)
		cancel()
	}
}
