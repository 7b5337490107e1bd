package attach

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"syscall"
	"time"
)

var past = time.Unix(1, 0)

// Client is an open session on a router. Read returns what the screen gets; after
// io.EOF, Status holds the session's exit status. Writes are keys. Reads belong to
// one goroutine.
type Client struct {
	Status byte

	conn    *net.UnixConn
	in      *bufio.Reader
	pending []byte
	ended   bool
}

// Dial opens a session on the router whose console socket is path.
func Dial(path string, r Request) (*Client, error) {
	conn, err := dial(path)
	if silent(err) {
		if other, err2 := dial(spare(path)); !silent(err2) {
			conn, err = other, err2
		}
	}
	switch {
	case silent(err):
		return nil, fmt.Errorf("no router runs at %s; start one with `conft run`", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("no permission for %s; use the account that started the router", path)
	case err != nil:
		return nil, err
	}
	content, err := json.Marshal(r)
	if err == nil {
		err = writeFrame(conn, kindOpen, content)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return &Client{conn: conn, in: bufio.NewReader(conn)}, nil
}

func dial(path string) (*net.UnixConn, error) {
	return net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
}

// silent reports that nobody listens.
func silent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED)
}

// Read implements io.Reader. A router that vanishes is io.ErrUnexpectedEOF.
func (c *Client) Read(b []byte) (int, error) {
	for len(c.pending) == 0 {
		if c.ended {
			return 0, io.EOF
		}
		kind, content, err := readFrame(c.in)
		switch {
		case err != nil:
			return 0, errors.Join(io.ErrUnexpectedEOF, err)
		case kind == kindData:
			c.pending = content
		case kind == kindExit && len(content) == 1:
			c.Status, c.ended = content[0], true
		}
	}
	n := copy(b, c.pending)
	c.pending = c.pending[n:]
	return n, nil
}

// Write sends keys or lines.
func (c *Client) Write(b []byte) (int, error) { return writeData(c.conn, b) }

// Resize tells the session the terminal's size.
func (c *Client) Resize(columns, rows int) error {
	b := binary.BigEndian.AppendUint16(nil, uint16(columns))
	return writeFrame(c.conn, kindWindow, binary.BigEndian.AppendUint16(b, uint16(rows)))
}

// CloseWrite tells the session that no more keys come, which ends it when it has
// read those that came.
func (c *Client) CloseWrite() error { return c.conn.CloseWrite() }

// Close ends the session.
func (c *Client) Close() error { return c.conn.Close() }
