package ike

import (
	"container/heap"
	"time"

	"conft/ike/exchange"
)

// timed is part of what has timers: an sa, a pair or a request. It has few at once.
type timed struct{ deadlines []*deadline }

func (t *timed) armed() *timed { return t }

// timerKey names a timer: whose it is and which one.
type timerKey struct {
	owner interface{ armed() *timed }
	timer exchange.Timer
}

// deadline is a timer that is set.
type deadline struct {
	timerKey
	at    time.Time
	order uint64 // of those at the same time, the one set first is first
	index int    // in the heap
}

// timers are the deadlines, the earliest first. Setting a timer again moves it.
type timers struct {
	heap  deadlines
	order uint64
}

func (t *timers) set(k timerKey, at time.Time) {
	t.order++
	o := k.owner.armed()
	if d := o.find(k.timer); d != nil {
		d.at, d.order = at, t.order
		heap.Fix(&t.heap, d.index)
		return
	}
	d := &deadline{timerKey: k, at: at, order: t.order}
	o.deadlines = append(o.deadlines, d)
	heap.Push(&t.heap, d)
}

func (t *timed) find(timer exchange.Timer) *deadline {
	for _, d := range t.deadlines {
		if d.timer == timer {
			return d
		}
	}
	return nil
}

func (t *timers) stop(k timerKey) {
	o := k.owner.armed()
	if d := o.find(k.timer); d != nil {
		heap.Remove(&t.heap, d.index)
		o.deadlines = take(o.deadlines, d)
	}
}

// stopAll stops the timers of an owner that is gone.
func (t *timers) stopAll(o *timed) {
	for _, d := range o.deadlines {
		heap.Remove(&t.heap, d.index)
	}
	o.deadlines = nil
}

// earliest returns the next deadline.
func (t *timers) earliest() (time.Time, bool) {
	if len(t.heap) == 0 {
		return time.Time{}, false
	}
	return t.heap[0].at, true
}

// due takes the next timer that has run out at now.
func (t *timers) due(now time.Time) (timerKey, bool) {
	if len(t.heap) == 0 || t.heap[0].at.After(now) {
		return timerKey{}, false
	}
	k := t.heap[0].timerKey
	t.stop(k)
	return k, true
}

// deadlines implements heap.Interface.
type deadlines []*deadline

func (h deadlines) Len() int { return len(h) }
func (h deadlines) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].order < h[j].order
	}
	return h[i].at.Before(h[j].at)
}
func (h deadlines) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}
func (h *deadlines) Push(x any) {
	d := x.(*deadline)
	d.index = len(*h)
	*h = append(*h, d)
}
func (h *deadlines) Pop() any {
	old := *h
	d := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return d
}
