// Package attach joins a terminal to a running router over its console socket:
// the server side runs a session on each connection, the client side is `conft`,
// `conft exec` and the lab. The socket's mode (0600) is the whole of its access
// control.
package attach

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A frame is one octet of kind, four octets of length (big-endian) and that many
// octets of content.
//
//	client to router: open (JSON of Request, first and once), data (keys or lines), window (columns, rows)
//	router to client: data (screen), exit (one octet of status, last)
const (
	kindOpen   = 'O'
	kindData   = 'D'
	kindWindow = 'W'
	kindExit   = 'X'
)

const maxFrame = 1 << 20

// Request opens a session.
type Request struct {
	Exec    bool // run the lines that follow at privilege 15 and end; otherwise a console
	Columns int
	Rows    int
}

// writeData sends octets in as many frames as they need.
func writeData(w io.Writer, b []byte) (sent int, err error) {
	for sent < len(b) {
		n := min(len(b)-sent, maxFrame)
		if err := writeFrame(w, kindData, b[sent:sent+n]); err != nil {
			return sent, err
		}
		sent += n
	}
	return sent, nil
}

func writeFrame(w io.Writer, kind byte, content []byte) error {
	b := make([]byte, 5, 5+len(content))
	b[0] = kind
	binary.BigEndian.PutUint32(b[1:], uint32(len(content)))
	_, err := w.Write(append(b, content...))
	return err
}

func readFrame(r *bufio.Reader) (kind byte, content []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > maxFrame {
		return 0, nil, fmt.Errorf("attach: a frame of %d octets", n)
	}
	content = make([]byte, n)
	if _, err := io.ReadFull(r, content); err != nil {
		return 0, nil, errors.Join(io.ErrUnexpectedEOF, err)
	}
	return head[0], content, nil
}
