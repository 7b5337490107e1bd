package shell

import (
	"strings"
	"unicode"
)

// wide are the ranges of characters that fill two cells of a terminal (East
// Asian Width W and F of UAX #11, as far as terminals agree on them).
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1}, {Lo: 0x2e80, Hi: 0x303e, Stride: 1}, {Lo: 0x3041, Hi: 0xa4cf, Stride: 1},
		{Lo: 0xac00, Hi: 0xd7a3, Stride: 1}, {Lo: 0xf900, Hi: 0xfaff, Stride: 1}, {Lo: 0xfe30, Hi: 0xfe6f, Stride: 1},
		{Lo: 0xff01, Hi: 0xff60, Stride: 1}, {Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x1f300, Hi: 0x1f64f, Stride: 1}, {Lo: 0x1f900, Hi: 0x1f9ff, Stride: 1}, {Lo: 0x20000, Hi: 0x3fffd, Stride: 1},
	},
}

// cell returns the number of terminal cells of a character.
func cell(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.Is(wide, r):
		return 2
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	return 1
}

// cells returns the number of terminal cells of a text without control characters.
func cells[T string | []rune](s T) int {
	n := 0
	for _, r := range []rune(s) {
		n += cell(r)
	}
	return n
}

// Punctuation that must not begin or end a line of Chinese.
const (
	closing = "，。、；：？！）》」』】”’…·,.;:!?)"
	opening = "（《「『【“‘("
)

// wrapCells breaks text into lines of at most width cells: at blanks, and
// between characters where one of them is wide. A word that is too long stays whole.
func wrapCells(text string, width int) []string {
	var out []string
	var line, word strings.Builder
	lineCells, wordCells := 0, 0
	flush := func() { // append the word to the line, or begin a new line with it
		if wordCells == 0 {
			return
		}
		if lineCells > 0 && lineCells+wordCells > width {
			out = append(out, strings.TrimRight(line.String(), " "))
			line.Reset()
			lineCells = 0
		}
		line.WriteString(word.String())
		lineCells += wordCells
		word.Reset()
		wordCells = 0
	}
	var last rune
	for _, r := range text {
		if last != 0 && (cell(r) == 2 || cell(last) == 2) &&
			!strings.ContainsRune(closing, r) && !strings.ContainsRune(opening, last) {
			flush()
		}
		if r == ' ' {
			flush()
			if lineCells > 0 && lineCells < width {
				line.WriteByte(' ')
				lineCells++
			} else if lineCells >= width {
				out = append(out, strings.TrimRight(line.String(), " "))
				line.Reset()
				lineCells = 0
			}
		} else {
			word.WriteRune(r)
			wordCells += cell(r)
		}
		last = r
	}
	flush()
	if lineCells > 0 {
		out = append(out, strings.TrimRight(line.String(), " "))
	}
	return out
}
