// Package echotest measures how long a key takes to be seen while log lines flood the
// sessions.
package echotest

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"
	"time"

	"conft/debug"
)

// pace is the time between keys: the lines of that time are on their way to the terminals.
const pace = 2 * time.Millisecond

// Flood emits rate lines a second until ctx is done.
func Flood(ctx context.Context, rate int, emit func(debug.Event)) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for range rate / 1000 {
			emit(debug.Notice{Level: 7, Facility: "BENCH", Mnemonic: "LINE", Text: "ISAKMP:(1001):Old State = IKE_I_MM1  New State = IKE_I_MM2"})
		}
	}
}

// Type types on a session and waits for each key to come on its screen; it reports the median
// and the 99th percentile of that.
func Type(b *testing.B, user io.Writer, screen <-chan []byte) {
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		key := string(rune(0x4e00 + i%5000)) // each looks different, and none is in a log line
		begin := time.Now()
		io.WriteString(user, key)
		var seen []byte
		for !bytes.Contains(seen, []byte(key)) {
			seen = append(seen, <-screen...)
			seen = seen[max(0, len(seen)-16<<10):]
		}
		took = append(took, time.Since(begin))
		<-time.After(pace)
		if i%10 == 9 {
			io.WriteString(user, "\x15")
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
}
