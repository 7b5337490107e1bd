package attach

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"testing"
)

// FuzzServer sends the router's socket anything: every frame is read or refused, and
// what a session reads ends.
func FuzzServer(f *testing.F) {
	var b bytes.Buffer
	writeFrame(&b, kindOpen, []byte(`{"Columns":80,"Rows":24}`))
	writeFrame(&b, kindData, []byte("enable\r"))
	writeFrame(&b, kindWindow, []byte{0, 80, 0, 24})
	f.Add(b.Bytes())
	f.Add([]byte{kindData, 0, 0, 0, 9, 1})
	f.Add([]byte{kindData, 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{kindWindow, 0, 0, 0, 1, 7, 'Z', 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, octets []byte) {
		near, far := net.Pipe()
		near.Close()
		c := &Conn{conn: far, in: bufio.NewReader(bytes.NewReader(octets)), resize: make(chan [2]int, 1)}
		n, err := io.Copy(io.Discard, c)
		if err != nil || n > int64(len(octets)) {
			t.Errorf("%d octets out of %d, %v", n, len(octets), err)
		}
	})
}
