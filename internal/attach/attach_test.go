package attach

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// echoSession answers each line with the window's width and the line.
func echoSession(ctx context.Context, c *Conn) byte {
	if c.Exec {
		io.WriteString(c, strings.Join(c.Lines, ","))
		return 7
	}
	r := bufio.NewReader(c)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return 1
		}
		if line == "exit\n" {
			return 0
		}
		io.WriteString(c, line)
	}
}

func serve(t *testing.T) (path string, s *Server) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "console.sock")
	s, err := Listen(path, echoSession)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return path, s
}

func TestSessions(t *testing.T) {
	path, _ := serve(t)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v %v", info.Mode(), err)
	}
	c, err := Dial(path, Request{Exec: true, Lines: []string{"show clock", "show version"}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(c)
	if string(out) != "show clock,show version" || err != nil || c.Status != 7 {
		t.Fatalf("%q %v %d", out, err, c.Status)
	}

	c, err = Dial(path, Request{Columns: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("x", 3<<20) + "\n"
	go func() {
		for rest := []byte(big + "exit\n"); len(rest) > 0; {
			n := min(len(rest), 1<<19)
			c.Write(rest[:n])
			rest = rest[n:]
		}
	}()
	out, err = io.ReadAll(c)
	if string(out) != big || err != nil || c.Status != 0 {
		t.Fatalf("%d octets, %v, status %d", len(out), err, c.Status)
	}
}

func TestCloseEndsSessions(t *testing.T) {
	path, s := serve(t)
	c, err := Dial(path, Request{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write([]byte("hello\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { s.Close(); close(done) }()
	if _, err := io.ReadAll(c); err != nil {
		t.Fatal(err)
	}
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("Close hangs")
	}
	if _, err := Dial(path, Request{}); err == nil || !strings.Contains(err.Error(), "conft run") {
		t.Fatalf("the error does not name the remedy: %v", err)
	}
}

func TestSecondRouterIsRefused(t *testing.T) {
	path, _ := serve(t)
	if _, err := Listen(path, echoSession); err == nil || !strings.Contains(err.Error(), "another router") {
		t.Fatal(err)
	}
}

func TestResize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "console.sock")
	sizes := make(chan [2]int)
	s, err := Listen(path, func(ctx context.Context, c *Conn) byte {
		go io.Copy(io.Discard, c)
		sizes <- <-c.Resized
		return 0
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, err := Dial(path, Request{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Resize(132, 43); err != nil {
		t.Fatal(err)
	}
	if got := <-sizes; got != [2]int{132, 43} {
		t.Fatal(got)
	}
}
