package payload

import "encoding/binary"

// Body is what a payload holds behind its generic header.
type Body interface {
	// AppendBody appends the body without its generic header.
	AppendBody(b []byte) []byte
}

// Opaque is a body without structure: key exchange data, a nonce, a hash, a
// signature, a vendor ID or a NAT-D hash.
type Opaque []byte

// AppendBody appends the octets.
func (o Opaque) AppendBody(b []byte) []byte { return append(b, o...) }

// Writer builds a message: it fills in the next-payload octets, the length of
// each payload and that of the header. A message must fit a UDP datagram.
type Writer struct {
	buf  []byte
	next int // index of the octet that names the next payload
}

// NewWriter starts a message. Next and Length of the header are ignored.
func NewWriter(h Header) *Writer {
	h.Next = TypeNone
	return &Writer{buf: h.Append(make([]byte, 0, 512)), next: 16}
}

// Add appends a payload.
func (w *Writer) Add(t Type, body Body) {
	start := w.open(t)
	w.buf = body.AppendBody(w.buf)
	w.close(start)
}

// Space appends a payload of n zero octets and returns where its body lies in
// Message, for a hash over what follows it.
func (w *Writer) Space(t Type, n int) (start, end int) {
	start = w.open(t)
	w.buf = append(w.buf, make([]byte, n)...)
	w.close(start)
	return start, len(w.buf)
}

// Message returns the finished message. It shares its octets with the writer.
func (w *Writer) Message() []byte {
	binary.BigEndian.PutUint32(w.buf[24:], uint32(len(w.buf)))
	return w.buf
}

// open appends the generic header and returns where the body begins.
func (w *Writer) open(t Type) int {
	w.buf[w.next] = byte(t)
	w.next = len(w.buf)
	w.buf = append(w.buf, byte(TypeNone), 0, 0, 0)
	return len(w.buf)
}

func (w *Writer) close(start int) {
	binary.BigEndian.PutUint16(w.buf[start-2:], uint16(len(w.buf)-start+genericLen))
}
