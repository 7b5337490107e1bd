package ike

import (
	"container/heap"
	"time"

	"conft/ike/exchange"
)

// timerKey names a timer: whose it is (an *sa, *pair or *request) and which one.
type timerKey struct {
	owner any
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
	known map[any][]*deadline // by their owner, which has few
	order uint64
}

func (t *timers) set(k timerKey, at time.Time) {
	t.order++
	if d := t.find(k); d != nil {
		d.at, d.order = at, t.order
		heap.Fix(&t.heap, d.index)
		return
	}
	if t.known == nil {
		t.known = make(map[any][]*deadline)
	}
	d := &deadline{timerKey: k, at: at, order: t.order}
	t.known[k.owner] = append(t.known[k.owner], d)
	heap.Push(&t.heap, d)
}

func (t *timers) find(k timerKey) *deadline {
	for _, d := range t.known[k.owner] {
		if d.timer == k.timer {
			return d
		}
	}
	return nil
}

func (t *timers) stop(k timerKey) {
	if d := t.find(k); d != nil {
		heap.Remove(&t.heap, d.index)
		remove(t.known, k.owner, d)
	}
}

// stopAll stops the timers of an owner that is gone.
func (t *timers) stopAll(owner any) {
	for _, d := range t.known[owner] {
		heap.Remove(&t.heap, d.index)
	}
	delete(t.known, owner)
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
