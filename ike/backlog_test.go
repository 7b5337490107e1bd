package ike

import (
	"net/netip"
	"slices"
	"testing"
)

// Whoever asks for much waits for himself, and strangers wait for those who are known.
func TestBacklogTakesTurns(t *testing.T) {
	addr := func(n byte) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, n}) }
	var b backlog
	for range 100 {
		b.add([]Job{{peer: addr(1), stranger: true}})
	}
	b.add([]Job{{peer: addr(2), stranger: true}, {peer: addr(3), stranger: true}})
	for range 3 {
		b.add([]Job{{peer: addr(4)}})
	}
	b.add([]Job{{peer: addr(5)}})
	var got []byte
	for {
		j, ok := b.next()
		if !ok {
			break
		}
		if again, _ := b.next(); again.peer != j.peer {
			t.Fatal("next takes")
		}
		b.take()
		got = append(got, j.peer.As4()[3])
	}
	want := append([]byte{4, 5, 4, 4, 1, 2, 3}, slices.Repeat([]byte{1}, 99)...)
	if !slices.Equal(got, want) {
		t.Errorf("in the order %v", got)
	}
	if len(b.known.jobs)+len(b.strangers.jobs) != 0 {
		t.Error("addresses remain")
	}
}
