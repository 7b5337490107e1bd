package vty

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"conft/internal/config"
	"conft/internal/echotest"
)

// BenchmarkEcho is that of the shell over SSH: 16 clients, one of whom types, and one more that reads nothing.
func BenchmarkEcho(b *testing.B) {
	for _, rate := range []int{0, 6_000, 18_000} {
		b.Run(fmt.Sprint(rate), func(b *testing.B) { benchmarkEcho(b, rate) })
	}
}

func benchmarkEcho(b *testing.B, rate int) {
	const sessions = 16
	d := serve(b)
	d.set(func(c *config.Config) {
		c.Lines.Grow(config.MaxVTYs)
		for len(c.Lines.VTY) < sessions+1 {
			c.Lines.VTY = append(c.Lines.VTY, config.NewVTY())
		}
		for i := range c.Lines.VTY {
			c.Lines.VTY[i].Login = config.LoginNone
		}
	})
	open := func(out io.Writer) (keys io.Writer) {
		s, err := d.in("admin", ssh.Password("cisco")).NewSession()
		if err != nil {
			b.Fatal(err)
		}
		s.Stdout = out
		if keys, err = s.StdinPipe(); err != nil {
			b.Fatal(err)
		}
		if err := s.RequestPty("xterm", 24, 80, nil); err != nil {
			b.Fatal(err)
		}
		if err := s.Shell(); err != nil {
			b.Fatal(err)
		}
		io.WriteString(keys, "terminal monitor\r")
		return keys
	}
	screen := make(chan []byte, 1<<16)
	user := open(writer(func(p []byte) { screen <- bytes.Clone(p) }))
	for range sessions - 1 {
		open(io.Discard)
	}
	hung := make(chan struct{})
	open(writer(func([]byte) { <-hung }))
	ctx, stop := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	defer func() {
		stop()
		close(hung)
		wait.Wait()
	}()
	if rate > 0 {
		wait.Go(func() { echotest.Flood(ctx, rate, d.hub.Emit) })
	}
	echotest.Type(b, user, screen)
	b.ReportMetric(float64(d.hub.Counters().Dropped), "dropped")
}

// writer takes what is written.
type writer func([]byte)

func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }
