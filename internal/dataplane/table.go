package dataplane

import (
	"iter"
	"maps"
	"sync/atomic"
)

// table is a map whose readers never wait. It is in parts, each of which is replaced as a
// whole by whoever changes it, so that with ten thousand entries a change copies forty.
// Changes are guarded by Path.mu. The zero table is empty.
type table[V any] [256]atomic.Pointer[map[uint64]V]

// part is that of a key. The multiplier is that of Fibonacci hashing.
func (t *table[V]) part(k uint64) *atomic.Pointer[map[uint64]V] {
	return &t[k*0x9E3779B97F4A7C15>>56]
}

// get returns the zero value for a key that is not there.
func (t *table[V]) get(k uint64) (v V) {
	if m := t.part(k).Load(); m != nil {
		v = (*m)[k]
	}
	return v
}

func (t *table[V]) put(k uint64, v V) {
	t.change(k, func(m map[uint64]V) { m[k] = v })
}

func (t *table[V]) drop(k uint64) {
	t.change(k, func(m map[uint64]V) { delete(m, k) })
}

func (t *table[V]) change(k uint64, f func(map[uint64]V)) {
	next := map[uint64]V{}
	if m := t.part(k).Load(); m != nil {
		next = maps.Clone(*m)
	}
	f(next)
	t.part(k).Store(&next)
}

// all goes through the values, in no order.
func (t *table[V]) all() iter.Seq[V] {
	return func(yield func(V) bool) {
		for i := range t {
			if m := t[i].Load(); m != nil {
				for _, v := range *m {
					if !yield(v) {
						return
					}
				}
			}
		}
	}
}
