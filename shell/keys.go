package shell

import "unicode/utf8"

// key is one key: a character, a control character, or one of the constants.
type key rune

// Keys that have no character of their own.
const (
	keyNone key = -1 - iota
	keyUp
	keyDown
	keyLeft
	keyRight
)

// meta marks a letter typed behind Esc.
const meta key = 1 << 24

// Control characters by their names on the keyboard.
const (
	ctrlA     key = 0x01
	ctrlB     key = 0x02
	ctrlC     key = 0x03
	ctrlD     key = 0x04
	ctrlE     key = 0x05
	ctrlF     key = 0x06
	backspace key = 0x08
	tab       key = '\t'
	lineFeed  key = '\n'
	ctrlK     key = 0x0b
	ctrlL     key = 0x0c
	enter     key = '\r'
	ctrlN     key = 0x0e
	ctrlP     key = 0x10
	ctrlR     key = 0x12
	ctrlT     key = 0x14
	ctrlU     key = 0x15
	ctrlV     key = 0x16
	ctrlW     key = 0x17
	ctrlX     key = 0x18
	ctrlY     key = 0x19
	ctrlZ     key = 0x1a
	escape    key = 0x1b
	ctrlCaret key = 0x1e // Ctrl-Shift-6
	del       key = 0x7f
)

// decoder makes keys of octets. CR, LF and CR LF are one Enter.
type decoder struct {
	state   decoderState
	afterCR bool
	partial []byte // of a UTF-8 character
}

type decoderState uint8

const (
	ground decoderState = iota
	escaped
	sequence // behind ESC [ or ESC O
)

// feed takes one octet; it returns keyNone while a key is incomplete.
func (d *decoder) feed(b byte) key {
	afterCR := d.afterCR
	d.afterCR = false
	switch d.state {
	case escaped:
		d.state = ground
		switch {
		case b == '[' || b == 'O':
			d.state = sequence
			return keyNone
		case 'A' <= b && b <= 'Z':
			return meta | key(b+'a'-'A')
		case 'a' <= b && b <= 'z':
			return meta | key(b)
		}
		return keyNone
	case sequence:
		if b < 0x40 { // parameters
			return keyNone
		}
		d.state = ground
		switch b {
		case 'A':
			return keyUp
		case 'B':
			return keyDown
		case 'C':
			return keyRight
		case 'D':
			return keyLeft
		}
		return keyNone
	}
	switch {
	case b == 0:
		return keyNone // telnet's CR NUL
	case b == '\n':
		if afterCR {
			return keyNone
		}
		return enter
	case b == '\r':
		d.afterCR = true
		d.partial = nil
		return enter
	case key(b) == escape:
		d.state = escaped
		return keyNone
	case b < utf8.RuneSelf:
		d.partial = nil
		return key(b)
	}
	d.partial = append(d.partial, b)
	if !utf8.FullRune(d.partial) {
		return keyNone
	}
	r, n := utf8.DecodeRune(d.partial)
	d.partial = nil
	if r == utf8.RuneError && n <= 1 || cell(r) == 0 {
		return keyNone // not a character, or one that has no cell to stand in
	}
	return key(r)
}

// printable reports whether the key is a character of text.
func (k key) printable() bool { return k >= ' ' && k != del && k < meta && (k < 0x80 || k >= 0xa0) }

// edits reports whether the key is one of those that `terminal no editing` takes away: all but
// those that delete the last character, word or line, repaint, complete or quote.
func (k key) edits() bool {
	switch k {
	case ctrlA, ctrlB, ctrlD, ctrlE, ctrlF, ctrlK, ctrlN, ctrlP, ctrlT, ctrlY, keyUp, keyDown, keyLeft, keyRight:
		return true
	}
	return k >= meta
}
