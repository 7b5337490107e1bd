package router

import (
	"testing"

	"conft/internal/kernel"
)

// What `clear ip nat statistics` leaves of the kernel's counters, also when those begin anew.
func TestNATCounts(t *testing.T) {
	r := &Router{natCleared: 2}
	at := func(packets, flows uint64, there int, clear bool, want natCounts) {
		t.Helper()
		if got := r.natCounts(kernel.NATCounters{Packets: packets, Flows: flows}, there, clear); got != want {
			t.Errorf("%d packets, %d flows, %d there: %+v, want %+v", packets, flows, there, got, want)
		}
	}
	at(100, 10, 5, false, natCounts{90, 10, 3})
	at(100, 10, 5, true, natCounts{})
	at(130, 12, 5, false, natCounts{28, 2, 2})
	at(20, 4, 1, false, natCounts{16, 4, 1})
}
