package shell

import "unicode"

// editor holds what line editing remembers between lines.
type editor struct {
	killed []string // deleted texts, newest first
	yanked int      // which one Ctrl-Y or Esc Y recalled last
	quote  bool     // the next character is literal
}

const maxKilled = 10

func (e *editor) kill(text string) {
	if text == "" {
		return
	}
	e.killed = append([]string{text}, e.killed...)
	e.killed = e.killed[:min(len(e.killed), maxKilled)]
}

// yank inserts the i-th deleted text.
func (e *editor) yank(l *editLine, i int) {
	if len(e.killed) == 0 {
		return
	}
	e.yanked = i % len(e.killed)
	for _, r := range e.killed[e.yanked] {
		l.insert(r)
	}
}

// edit carries out an editing key; false when the key is not one.
func (e *editor) edit(l *editLine, h *history, k key) bool {
	if e.quote {
		e.quote = false
		if k.printable() {
			l.insert(rune(k))
		}
		return true
	}
	switch k {
	case ctrlA:
		l.at = 0
	case ctrlE:
		l.at = len(l.text)
	case ctrlB, keyLeft:
		l.at = l.left()
	case ctrlF, keyRight:
		l.at = l.right()
	case meta | 'b':
		l.at = l.wordLeft()
	case meta | 'f':
		l.at = l.wordRight()
	case backspace, del:
		l.cut(l.left())
	case ctrlD:
		l.cut(l.right())
	case ctrlK:
		e.kill(l.cut(len(l.text)))
	case ctrlU, ctrlX:
		e.kill(l.cut(0))
	case ctrlW:
		e.kill(l.cut(l.blankLeft()))
	case meta | 'd':
		e.kill(l.cut(l.wordRight()))
	case ctrlY:
		e.yank(l, 0)
	case meta | 'y':
		e.yank(l, e.yanked+1)
	case ctrlT:
		l.swap()
	case meta | 'c':
		l.change(unicode.ToUpper, unicode.ToLower)
	case meta | 'u':
		l.change(unicode.ToUpper, unicode.ToUpper)
	case meta | 'l':
		l.change(unicode.ToLower, unicode.ToLower)
	case ctrlV, meta | 'q':
		e.quote = true
	case ctrlP, keyUp:
		h.older(l)
	case ctrlN, keyDown:
		h.newer(l)
	default:
		if !k.printable() {
			return false
		}
		l.insert(rune(k))
	}
	return true
}

// history is the lines typed in one kind of mode, oldest first.
type history struct {
	lines []string
	size  int
	back  int    // how far the shown line is from the newest; 0 is the new line
	fresh string // the new line, while an old one is shown
}

// add keeps a line that was entered; a repetition is kept once.
func (h *history) add(line string) {
	h.back = 0
	if line == "" || len(h.lines) > 0 && h.lines[len(h.lines)-1] == line {
		return
	}
	h.lines = append(h.lines, line)
	h.resize(h.size)
}

func (h *history) resize(size int) {
	h.size = size
	h.lines = h.lines[max(0, len(h.lines)-size):]
	h.back = 0
}

func (h *history) older(l *editLine) {
	if h.back < len(h.lines) {
		if h.back == 0 {
			h.fresh = string(l.text)
		}
		h.back++
		l.set(h.lines[len(h.lines)-h.back])
	}
}

func (h *history) newer(l *editLine) {
	switch h.back {
	case 0:
		return
	case 1:
		l.set(h.fresh)
	default:
		l.set(h.lines[len(h.lines)-h.back+1])
	}
	h.back--
}
