package attach

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Conn is the terminal of an attached session: reads are keys, writes go to the
// screen. Reads belong to one goroutine; writes are safe for concurrent use.
type Conn struct {
	Request
	Resized <-chan [2]int // columns, rows; the newest is enough

	conn    net.Conn
	hangUp  context.CancelFunc
	in      *bufio.Reader
	pending []byte
	resize  chan [2]int
	mu      sync.Mutex
}

// HangUp ends the session, whatever it is doing: its context is done, and the client has a
// second to take what is left on its screen. It is safe for concurrent use.
func (c *Conn) HangUp() { c.hangUp() }

// Server runs a session for each client of a console socket.
type Server struct {
	listener net.Listener
	session  func(context.Context, *Conn) (status byte)
	cancel   context.CancelFunc
	wait     sync.WaitGroup
}

// lastWords is how long a client has to take what is left on its screen.
const lastWords = time.Second

// MaxPath is how many octets a socket's path may have (sun_path, with its final zero).
const MaxPath = 107

// Listen makes the socket and serves it until Close. A socket that an earlier,
// killed router left is replaced; one that answers is not.
func Listen(path string, session func(context.Context, *Conn) (status byte)) (*Server, error) {
	l, err := bind(path)
	if errors.Is(err, syscall.EROFS) {
		l, err = bind(spare(path))
	}
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{listener: l, session: session, cancel: cancel}
	s.wait.Go(func() { s.accept(ctx) })
	return s, nil
}

// spare is the socket's path where its own is on a file system that is read-only: in a
// directory that is root's alone.
func spare(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	sum := sha256.Sum256([]byte(path))
	return fmt.Sprintf("/run/conft-%x.sock", sum[:8])
}

func bind(path string) (net.Listener, error) {
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
		return nil, fmt.Errorf("attach: %s: another router runs on this directory", path)
	}
	switch info, err := os.Lstat(path); {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return nil, err
	case info.Mode().Type() != os.ModeSocket:
		return nil, fmt.Errorf("attach: %s is not a socket; move it away", path)
	default:
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	// The mode that it is born with: between a bind and a chmod anybody could connect.
	mask := syscall.Umask(0o177)
	defer syscall.Umask(mask)
	return net.Listen("unix", path)
}

// Close ends every session and waits for them.
func (s *Server) Close() {
	s.cancel()
	s.listener.Close()
	s.wait.Wait()
}

func (s *Server) accept(ctx context.Context) {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.wait.Go(func() { s.serve(ctx, conn) })
	}
}

func (s *Server) serve(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		conn.SetReadDeadline(past)
		// A client that is stopped does not read; it must not keep the router from its end.
		conn.SetWriteDeadline(time.Now().Add(lastWords))
	})
	defer stop()
	c := &Conn{conn: conn, hangUp: cancel, in: bufio.NewReader(conn), resize: make(chan [2]int, 1)}
	c.Resized = c.resize
	kind, content, err := readFrame(c.in)
	if err != nil || kind != kindOpen || json.Unmarshal(content, &c.Request) != nil {
		return
	}
	status := s.session(ctx, c)
	c.mu.Lock()
	defer c.mu.Unlock()
	writeFrame(conn, kindExit, []byte{status})
}

// Lines yields the lines that follow an Exec request. One without its end is not carried
// out: its client has died within it, and half a line may mean something else.
func (c *Conn) Lines() iter.Seq[string] {
	return func(yield func(string) bool) {
		for in := bufio.NewReader(c); ; {
			line, err := in.ReadString('\n')
			if err != nil || !yield(strings.TrimSuffix(line, "\n")) {
				return
			}
		}
	}
}

// Read returns keys; io.EOF when the client has gone.
func (c *Conn) Read(b []byte) (int, error) {
	for len(c.pending) == 0 {
		kind, content, err := readFrame(c.in)
		if err != nil {
			return 0, io.EOF
		}
		switch kind {
		case kindData:
			c.pending = content
		case kindWindow:
			if len(content) == 4 {
				c.resized([2]int{int(binary.BigEndian.Uint16(content)), int(binary.BigEndian.Uint16(content[2:]))})
			}
		}
	}
	n := copy(b, c.pending)
	c.pending = c.pending[n:]
	return n, nil
}

// resized replaces a size that nobody has read yet.
func (c *Conn) resized(size [2]int) {
	select {
	case <-c.resize:
	default:
	}
	c.resize <- size
}

// Write sends octets to the client's screen.
func (c *Conn) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return writeData(c.conn, b)
}
