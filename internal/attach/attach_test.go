package attach

import (
	"bufio"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// echoSession answers each line with the window's width and the line.
func echoSession(ctx context.Context, c *Conn) byte {
	if c.Exec {
		io.WriteString(c, strings.Join(slices.Collect(c.Lines()), ","))
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
	// Lines are more than a frame holds; the last has no end.
	c, err := Dial(path, Request{Exec: true})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Repeat("show clock\n", maxFrame/10)
	go func() {
		io.WriteString(c, lines+"no interface Loopback1")
		c.CloseWrite()
	}()
	out, err := io.ReadAll(c)
	if want := strings.ReplaceAll(strings.TrimSuffix(lines, "\n"), "\n", ","); string(out) != want || err != nil || c.Status != 7 {
		t.Fatalf("%d octets of %d, %v, %d", len(out), len(want), err, c.Status)
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

// A client that is stopped, as by Ctrl-Z, reads nothing: the router ends all the same.
func TestCloseDoesNotWaitForAStoppedClient(t *testing.T) {
	path := filepath.Join(t.TempDir(), "console.sock")
	writing := make(chan struct{})
	s, err := Listen(path, func(_ context.Context, c *Conn) byte {
		close(writing)
		for {
			if _, err := c.Write(make([]byte, 4096)); err != nil {
				return 1
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Dial(path, Request{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	<-writing
	done := make(chan struct{})
	go func() { s.Close(); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("Close waits for a client that reads nothing")
	}
}

// A session that is hung up ends though its client reads nothing, and takes no other with it; a client
// that reads is told.
func TestHangUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "console.sock")
	conns := make(chan *Conn, 2)
	ended := make(chan error, 2)
	s, err := Listen(path, func(ctx context.Context, c *Conn) byte {
		conns <- c
		for c.Exec {
			if _, err := c.Write(make([]byte, 4096)); err != nil {
				ended <- err
				return 1
			}
		}
		<-ctx.Done()
		return 7
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	stopped, err := Dial(path, Request{Exec: true}) // writes without end
	if err != nil {
		t.Fatal(err)
	}
	defer stopped.Close()
	first := <-conns
	other, err := Dial(path, Request{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	second := <-conns
	first.HangUp()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("a client that reads nothing cannot be hung up")
	}
	second.HangUp()
	if b, err := io.ReadAll(other); err != nil || len(b) > 0 || other.Status != 7 {
		t.Errorf("the other got %q, %v and status %d", b, err, other.Status)
	}
}

// Nobody but the owner can connect, whatever the umask, from the moment it exists.
func TestSocketIsBornPrivate(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	path, _ := serve(t)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if mask := syscall.Umask(0); mask != 0 {
		t.Errorf("the umask is left at %o", mask)
	}
}

// What is in the socket's place and no socket is left alone; a symbolic link is not
// followed.
func TestOtherFileInPlaceOfTheSocket(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "precious")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, link} {
		if s, err := Listen(path, echoSession); err == nil {
			s.Close()
			t.Errorf("%s was replaced", path)
		}
		if b, err := os.ReadFile(path); string(b) != "text" {
			t.Errorf("%s: %q %v", path, b, err)
		}
	}
}

// A frame longer than any is refused before memory is given to it.
func TestOversizedFrame(t *testing.T) {
	path, _ := serve(t)
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte{kindOpen, 0xff, 0xff, 0xff, 0xff}); err != nil {
		t.Fatal(err)
	}
	conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("%d octets, %v", n, err)
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

// No more keys end a session, after those that came.
func TestEndOfKeys(t *testing.T) {
	path, _ := serve(t)
	c, err := Dial(path, Request{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "one\ntwo\n")
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(c)
	if string(out) != "one\ntwo\n" || err != nil || c.Status != 1 {
		t.Errorf("%q %v %d", out, err, c.Status)
	}
}
