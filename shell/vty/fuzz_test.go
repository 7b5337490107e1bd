package vty

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"conft/internal/config"
)

// call is a client's connection to the server.
func (d *desk) call(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", d.at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	return conn
}

// over waits until the server is through with a client that has gone, and nobody is on a line.
func (d *desk) over(t *testing.T) {
	t.Helper()
	pending := func() int {
		d.server.pending.mu.Lock()
		defer d.server.pending.mu.Unlock()
		return d.server.pending.all
	}
	for end := time.Now().Add(20 * time.Second); pending() > 0 || len(d.seats.Taken()) > 0; time.Sleep(100 * time.Microsecond) {
		if time.Now().After(end) {
			t.Fatalf("%d on their way in, still there: %+v", pending(), d.seats.Taken())
		}
	}
}

// Anything may come before there is a key: the server answers or hangs up, and takes the next client.
func FuzzHandshake(f *testing.F) {
	kexInit := func(name string) []byte { // RFC 4253, sections 6 and 7.1
		payload := append([]byte{20}, make([]byte, 16)...)
		for range 10 {
			payload = binary.BigEndian.AppendUint32(payload, uint32(len(name)))
			payload = append(payload, name...)
		}
		payload = append(payload, make([]byte, 5)...)
		padding := 8 - (len(payload)+5)%8 + 8
		b := binary.BigEndian.AppendUint32(nil, uint32(len(payload)+1+padding))
		return append(append(append(b, byte(padding)), payload...), make([]byte, padding)...)
	}
	const version = "SSH-2.0-fuzz\r\n"
	f.Add([]byte(version))
	f.Add([]byte("SSH-1.99-old\n"))
	f.Add([]byte("GET / HTTP/1.1\r\nHost: r\r\n\r\n"))
	f.Add(append([]byte(version), kexInit("curve25519-sha256")...))
	f.Add(append([]byte(version), kexInit("none")...))
	f.Add(append([]byte(version), 0xff, 0xff, 0xff, 0xff, 0, 20))
	f.Add(append([]byte(version), 0, 0, 0, 12, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)) // disconnect
	d := serve(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		conn := d.call(t)
		wrote := make(chan struct{})
		go func() {
			defer close(wrote)
			conn.Write(raw)
			conn.(*net.TCPConn).CloseWrite()
		}()
		if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("the server does not hang up")
		}
		<-wrote
		d.over(t)
	})
}

// Whoever has come in may ask anything of the server: of its connection, of a channel of any kind,
// of a session in any order; and then send octets that no key has sealed.
func FuzzRequests(f *testing.F) {
	op := func(kind byte, text string) []byte { return append([]byte{kind, byte(len(text))}, text...) }
	pty := string(ssh.Marshal(ptyRequest{Term: "xterm", Columns: 80, Rows: 24}))
	huge := string(ssh.Marshal(ptyRequest{Columns: 1 << 31, Rows: 1<<32 - 1, Modes: "\x00"}))
	size := string(ssh.Marshal(windowChange{Columns: 0, Rows: 1}))
	join := func(ops ...[]byte) (all []byte) {
		for _, o := range ops {
			all = append(all, o...)
		}
		return all
	}
	f.Add(join(op(0, pty), op(2, ""), op(7, "show numbers\r"), op(1, size), op(7, " q\x03\x1e\x1b[A")), []byte{0})
	f.Add(join(op(0, huge), op(1, size), op(2, ""), op(1, huge), op(2, ""), op(3, "\x00\x00\x00\x04show"), op(7, "?")), []byte("raw"))
	f.Add(join(op(3, "\x00\x00\x00\x05flood"), op(0, pty), op(8, "tcpip-forward"), op(9, "direct-tcpip")), []byte{})
	f.Add(join(op(3, "\xff\xff\xff\xffx"), op(4, "\x00\x00\x00\x04sftp"), op(5, "\x00\x00\x00\x01A\x00\x00\x00\x01B"), op(6, "INT")), []byte("\x00\x00\x00\x0c"))
	f.Add(join(op(2, ""), op(9, "session"), op(7, "flood\r"), op(10, "")), []byte("SSH-2.0-again\r\n"))
	d := serve(f)
	d.set(func(c *config.Config) {
		for i := range c.Lines.VTY {
			c.Lines.VTY[i].Login = config.LoginNone
		}
	})
	names := []string{"pty-req", "window-change", "shell", "exec", "subsystem", "env", "signal"}
	f.Fuzz(func(t *testing.T, ops, raw []byte) {
		conn := d.call(t)
		c, channels, requests, err := ssh.NewClientConn(conn, "r", &ssh.ClientConfig{User: "u", HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 20 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		go ssh.DiscardRequests(requests)
		go func() {
			for n := range channels {
				n.Reject(ssh.Prohibited, "")
			}
		}()
		ch, fromCh, err := c.OpenChannel("session", nil)
		if err == nil {
			go ssh.DiscardRequests(fromCh)
			go io.Copy(io.Discard, ch)
		}
		for n := 0; len(ops) >= 2 && n < 16 && ch != nil; n++ {
			kind, rest := int(ops[0])%11, ops[2:]
			text := rest[:min(len(rest), int(ops[1]))]
			ops = rest[len(text):]
			switch kind {
			case 7:
				ch.Write(text)
			case 8:
				c.SendRequest(string(text), true, text)
			case 9:
				if other, r, err := c.OpenChannel(string(text), text); err == nil {
					go ssh.DiscardRequests(r)
					other.Close()
				}
			case 10:
				ch.CloseWrite()
			default:
				ch.SendRequest(names[kind], n%2 == 0, text)
			}
		}
		conn.Write(raw)
		conn.Close()
		c.Close()
		d.over(t)
	})
}
