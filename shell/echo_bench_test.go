package shell

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"conft/debug"
)

// BenchmarkEcho is a user who types while 16 sessions, his among them, show debug lines:
// how long a key takes to be seen. Lines come at the rate of a hub of 300 phase 1s a second,
// 60 lines each; one of the terminals takes nothing at all.
func BenchmarkEcho(b *testing.B) {
	for _, rate := range []int{0, 18_000} {
		b.Run(fmt.Sprint(rate), func(b *testing.B) { benchmarkEcho(b, rate) })
	}
}

func benchmarkEcho(b *testing.B, rate int) {
	const sessions = 16
	const pace = 2 * time.Millisecond // between keys: the lines of that time are on their way to the terminals
	f := newFake()
	var wait sync.WaitGroup
	ctx, stop := context.WithCancel(context.Background())
	var user net.Conn
	var ends []net.Conn
	for i := range sessions + 1 {
		mine, its := net.Pipe()
		o := options(f, its)
		o.Console = true // shows the log
		s := New(o)
		wait.Go(func() { s.Run(ctx) })
		switch {
		case i == 0:
			user = mine
		case i < sessions:
			go io.Copy(io.Discard, mine)
		}
		ends = append(ends, mine)
	}
	defer func() {
		stop()
		for _, e := range ends {
			e.Close()
		}
		wait.Wait()
	}()
	if rate > 0 {
		wait.Go(func() {
			tick := time.NewTicker(time.Millisecond)
			defer tick.Stop()
			for n := 0; ; n++ {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
				}
				for range rate / 1000 {
					f.hub.Emit(debug.Notice{Level: 7, Facility: "BENCH", Mnemonic: "LINE", Text: "ISAKMP:(1001):Old State = IKE_I_MM1  New State = IKE_I_MM2"})
				}
			}
		})
	}
	screen := make(chan []byte, 1<<16)
	go func() {
		defer close(screen)
		for {
			buf := make([]byte, 16<<10)
			n, err := user.Read(buf)
			if err != nil {
				return
			}
			screen <- buf[:n]
		}
	}()
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
		time.Sleep(pace)
		if i%10 == 9 {
			io.WriteString(user, "\x15")
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
}
