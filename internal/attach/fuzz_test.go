package attach

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"testing"
)

// Whatever a client sends, its keys are those of its whole data frames, and a frame is
// never longer than it may be.
func FuzzFrames(f *testing.F) {
	frame := func(kind byte, content string) []byte {
		var b bytes.Buffer
		writeFrame(&b, kind, []byte(content))
		return b.Bytes()
	}
	f.Add(frame(kindData, "show clock\r"))
	f.Add(append(frame(kindWindow, "\x00\x50\x00\x18"), frame(kindData, "?")...))
	f.Add(append(frame(kindWindow, "\x00"), frame('?', "x")...))
	f.Add(frame(kindData, ""))
	f.Add(binary.BigEndian.AppendUint32([]byte{kindData}, maxFrame+1))
	f.Add(frame(kindData, "cut")[:6])
	f.Fuzz(func(t *testing.T, b []byte) {
		var want []byte
		for rest := b; len(rest) >= 5; {
			n := int(binary.BigEndian.Uint32(rest[1:]))
			if n > maxFrame || n > len(rest)-5 {
				break
			}
			if rest[0] == kindData {
				want = append(want, rest[5:5+n]...)
			}
			rest = rest[5+n:]
		}
		c := &Conn{in: bufio.NewReader(bytes.NewReader(b)), resize: make(chan [2]int, 1)}
		got, err := io.ReadAll(c)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("keys %q, want %q (%v)", got, want, err)
		}
		client := &Client{in: bufio.NewReader(bytes.NewReader(b))}
		if text, _ := io.ReadAll(client); len(text) > len(b) {
			t.Fatalf("a screen of %d octets out of %d", len(text), len(b))
		}
	})
}
