package grammar

import "strings"

// Writer collects the text of a configuration.
type Writer struct {
	b     strings.Builder
	depth int  // blanks that a line begins with
	body  bool // something was written since the last header or "!"
	open  bool // blocks were written whose "!" is due
	all   bool // defaults are written too
	may   Rights
}

// Write returns the text of a configuration: each entry of the mode in table
// order, sub-modes indented, lines ended by "\n".
func (m *Mode[T]) Write(v T) string {
	return m.WriteFor(v, nil, false)
}

// WriteFor is Write of what somebody may configure who has only some rights; nil are all.
// With all it has the lines that say what is so by default.
func (m *Mode[T]) WriteFor(v T, r *Rights, all bool) string {
	w := Writer{all: all, may: r.orEverything()}
	m.t.write(v, &w)
	w.endBlocks()
	return w.b.String()
}

// All reports whether defaults are to be written too.
func (w *Writer) All() bool { return w.all }

// Line writes one line: the words that are not empty, separated by a blank.
func (w *Writer) Line(words ...string) {
	if w.depth == 0 {
		w.endBlocks()
	}
	w.line(words...)
}

func (w *Writer) line(words ...string) {
	for range w.depth {
		w.b.WriteByte(' ')
	}
	blank := false
	for _, s := range words {
		if s == "" {
			continue
		}
		if blank {
			w.b.WriteByte(' ')
		}
		w.b.WriteString(s)
		blank = true
	}
	w.b.WriteByte('\n')
	w.body = true
}

// block writes one block. At the outermost level a block with a body is
// followed by "!", if its kind has gaps there; one that is only its header is not.
func (w *Writer) block(header string, gaps Gaps, indent int, body func()) {
	if gaps != GapLast {
		w.endBlocks()
	}
	w.line(header)
	w.depth += indent
	w.body = false
	body()
	w.depth -= indent
	if w.depth > 0 || !w.body {
		return
	}
	switch gaps {
	case GapAfter:
		w.separator()
	case GapLast:
		w.open = true
	}
}

// endBlocks writes the one "!" after blocks that are joined.
func (w *Writer) endBlocks() {
	if w.open {
		w.open = false
		w.b.WriteString("!\n")
	}
}

func (w *Writer) separator() {
	w.endBlocks()
	w.b.WriteString("!\n")
}

func (t *table) write(v any, w *Writer) {
	for _, c := range t.commands {
		if c.write != nil && w.may.levels.of(c) <= w.may.level {
			c.write(v, w)
		}
	}
}
