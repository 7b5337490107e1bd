package shell

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
)

// editLine is the line being typed and what the terminal shows of it. It
// moves the cursor with backspaces alone: IOS sends no escape sequences, and
// programs that read its echo understand none.
type editLine struct {
	prompt string
	hidden bool // a password
	width  int  // of the terminal, 0 without limit
	text   []rune
	at     int // cursor, index of text

	start int    // first character shown, when the line is scrolled
	shown []rune // on the terminal behind the prompt
	col   int    // cell of the terminal's cursor behind the prompt
}

// noScroll is the width from which a line is never scrolled: programs set 511 or 512 to have
// every line they send echoed as it is.
const noScroll = 511

// minRoom is the least room for text behind a prompt that reaches nearly to the end of a row.
const minRoom = 4

// room returns the cells that text may use, 0 without limit: those left in the row in which the
// prompt ends. The last column stays empty: terminals differ in what they do behind it.
func (l *editLine) room() int {
	if l.width == 0 || l.width >= noScroll {
		return 0
	}
	return max(l.width-cells(l.prompt)%l.width-1, minRoom)
}

// view returns what is to be shown, and the cell of the cursor in it.
func (l *editLine) view() ([]rune, int) {
	if l.hidden {
		return nil, 0
	}
	room := l.room()
	if room == 0 || cells(l.text) <= room {
		l.start = 0
		return l.text, cells(l.text[:l.at])
	}
	// "$" stands for the characters before start, and for those behind the end.
	jump := min(10, room/2)
	if l.at < l.start+1 {
		l.start = max(0, l.at-jump)
	}
	for cells(l.text[l.start:l.at])+1 > room {
		l.start = l.skip(l.start, jump)
	}
	out := slices.Clone(l.text[l.start:])
	if l.start > 0 {
		out[0] = '$'
	}
	if cells(out) > room {
		n, end := 0, 0
		for end < len(out) && n+cell(out[end]) <= room-1 {
			n += cell(out[end])
			end++
		}
		out = append(out[:end], '$')
	}
	return out, cells(out[:min(l.at-l.start, len(out))])
}

// skip returns the index some cells to the right of i, at most the cursor.
func (l *editLine) skip(i, n int) int {
	for n > 0 && i < l.at {
		n -= cell(l.text[i])
		i++
	}
	return i
}

// paint appends what brings the terminal from what it shows to what it should.
func (l *editLine) paint(b []byte) []byte {
	want, col := l.view()
	same := 0
	for same < len(want) && same < len(l.shown) && want[same] == l.shown[same] {
		same++
	}
	if same < len(want) || same < len(l.shown) {
		b = l.moveTo(b, cells(l.shown[:same]))
		b = append(b, string(want[same:])...)
		left := max(cells(l.shown)-cells(want), 0)
		b = append(b, strings.Repeat(" ", left)...)
		l.col = cells(want) + left
		l.shown = append(l.shown[:0], want...)
	}
	return l.moveTo(b, col)
}

// moveTo moves the cursor: to the left by backspaces, to the right by
// printing again what stands there.
func (l *editLine) moveTo(b []byte, col int) []byte {
	if col < l.col {
		b = append(b, bytes.Repeat([]byte{'\b'}, l.col-col)...)
	}
	n := 0
	for _, r := range l.shown {
		if n >= col {
			break
		}
		if n >= l.col {
			b = append(b, string(r)...)
		}
		n += cell(r)
	}
	l.col = col
	return b
}

// draw appends prompt and text for a terminal whose cursor is in column 0.
func (l *editLine) draw(b []byte) []byte {
	l.shown, l.col = l.shown[:0], 0
	return l.paint(append(b, l.prompt...))
}

// finish appends what moves the cursor behind the text, before Enter.
func (l *editLine) finish(b []byte) []byte {
	l.at = len(l.text)
	return l.moveTo(b, cells(l.shown))
}

// column returns the cell of the terminal in which an octet of the text stands.
func (l *editLine) column(offset int) int {
	n := cells(l.prompt) + cells(string(l.text)[:offset])
	return max(n-cells(l.text[:l.start]), cells(l.prompt))
}

func (l *editLine) insert(r rune) {
	const longest = 4096 // characters of a line; the rest is not accepted
	if len(l.text) < longest {
		l.text = slices.Insert(l.text, l.at, r)
		l.at++
	}
}

// tab inserts blanks up to the next stop of eight.
func (l *editLine) tab() {
	for range 8 - cells(l.text[:l.at])%8 {
		l.insert(' ')
	}
}

// set replaces the text and puts the cursor behind it.
func (l *editLine) set(text string) {
	l.text = []rune(text)
	l.at = len(l.text)
}

// cut removes the characters between the cursor and to and returns them.
func (l *editLine) cut(to int) string {
	from, to := min(l.at, to), max(l.at, to)
	s := string(l.text[from:to])
	l.text = slices.Delete(l.text, from, to)
	l.at = from
	return s
}

func (l *editLine) left() int  { return max(l.at-1, 0) }
func (l *editLine) right() int { return min(l.at+1, len(l.text)) }

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// wordLeft and wordRight return the next beginning or end of a word.
func (l *editLine) wordLeft() int {
	i := l.at
	for i > 0 && !inWord(l.text[i-1]) {
		i--
	}
	for i > 0 && inWord(l.text[i-1]) {
		i--
	}
	return i
}

func (l *editLine) wordRight() int {
	i := l.at
	for i < len(l.text) && !inWord(l.text[i]) {
		i++
	}
	for i < len(l.text) && inWord(l.text[i]) {
		i++
	}
	return i
}

// blankLeft returns the beginning of the blank-free word left of the cursor.
func (l *editLine) blankLeft() int {
	i := l.at
	for i > 0 && l.text[i-1] == ' ' {
		i--
	}
	for i > 0 && l.text[i-1] != ' ' {
		i--
	}
	return i
}

// swap exchanges the characters left of the cursor and at it, at the end of the line the last
// two, and moves behind them.
func (l *editLine) swap() {
	if l.at == 0 || len(l.text) < 2 {
		return
	}
	l.at = min(l.at+1, len(l.text))
	l.text[l.at-1], l.text[l.at-2] = l.text[l.at-2], l.text[l.at-1]
}

// change maps the characters up to the end of the word and moves behind it.
func (l *editLine) change(first, rest func(rune) rune) {
	end := l.wordRight()
	f := first
	for ; l.at < end; l.at++ {
		if r := l.text[l.at]; inWord(r) {
			l.text[l.at] = f(r)
			f = rest
		}
	}
}
