package shell

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"conft/internal/echotest"
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
		wait.Go(func() { echotest.Flood(ctx, rate, f.hub.Emit) })
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
	echotest.Type(b, user, screen)
}
