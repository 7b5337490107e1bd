package grammar

import (
	"errors"
	"strings"
)

// Known is a command that other routers have in this mode, and this one has neither here
// nor in the modes in it: it is answered by what is to be said of it instead of by a ^ marker, and
// what belongs to it goes the same way. `?` does not list it. Where a Line or
// Block of any open mode reads a line, that one has it; of several Known the innermost
// mode's answers.
type Known[T any] struct {
	// Words are keywords and placeholders that the command begins with, without `no`;
	// "..." stands for any words before the keyword behind it, which is then typed in full.
	Words string
	Block bool   // what follows are the lines of a sub-mode
	Own   string // keyword of that sub-mode which the outermost mode has too
	// End returns what ends the text of several lines that begins with rest, the rest
	// of this line; "" when there is none, or when it ends in this line.
	End func(rest string) string
	// Answer returns what is to be noted, or why the command is refused. The name is
	// Words in full; no tells that the command is negated or set to its default.
	Answer func(name string, no bool) (note string, err error)
}

// KnownList is several of them, the first that fits answers.
type KnownList[T any] []Known[T]

func (l KnownList[T]) add(t *table) {
	for _, k := range l {
		k.add(t)
	}
}

func (k Known[T]) add(t *table) {
	e := &known{block: k.Block, own: k.Own, end: k.End, answer: k.Answer}
	for _, w := range strings.Fields(k.Words) {
		e.words = append(e.words, newToken(w))
	}
	t.known = append(t.known, e)
}

// known is a Known, its type erased.
type known struct {
	words  []*token
	block  bool
	own    string
	end    func(string) string
	answer func(string, bool) (string, error)
}

// knownLine is a line that is a known command.
type knownLine struct {
	*known
	name  string
	no    bool
	exact bool // no keyword of it is abbreviated
	rest  string
}

// enough reports whether an abbreviation may stand for the keyword of a known
// command: nothing else tells it from a mistake.
func (t *token) enough(s string) bool {
	return len(s) == len(t.text) || len(s) >= 3 && !strings.Contains(t.text, "-")
}

// knownLine finds the command that a line is and the depth of the mode that knows it: the
// innermost that does. A line that a mode has read beyond that, by what match says of it,
// is a wrong one of the mode; or as far as that, if it only abbreviates the known command.
func (p Position[T]) knownLine(line string, err error) (*knownLine, int) {
	var e *Error
	for depth := len(p.stack); depth >= 0; depth-- {
		if k := p.table(depth).knownLine(line); k != nil {
			if errors.As(err, &e) && e.Kind == Invalid {
				if end := len(line) - len(k.rest); e.Offset > end || e.Offset == end && !k.exact {
					return nil, 0
				}
			}
			return k, depth
		}
	}
	return nil, 0
}

// knownLine finds the command of this mode that a line is, the first that fits.
func (t *table) knownLine(line string) *knownLine {
	w, ok := nextWord(line, 0)
	if !ok {
		return nil
	}
	no := strings.EqualFold(w.text, "no") || strings.EqualFold(w.text, "default")
	start := 0
	if no {
		start = w.offset + len(w.text)
	}
	for _, k := range t.known {
		if name, end, exact, ok := k.accept(line, start); ok {
			return &knownLine{k, name, no, exact, strings.TrimLeft(line[end:], " \t")}
		}
	}
	return nil
}

const anyWords = "..."

// accept reads the words of the command and returns them in full.
func (k *known) accept(line string, offset int) (name string, end int, exact, ok bool) {
	exact = true
	anywhere := false // the next word may be any number of words away
	for _, t := range k.words {
		if t.text == anyWords {
			anywhere = true
			name += " " + anyWords
			continue
		}
		w, ok := nextWord(line, offset)
		for anywhere && ok && !strings.EqualFold(w.text, t.text) {
			w, ok = nextWord(line, w.offset+len(w.text))
		}
		text, fits := t.accept(w.text)
		if !ok || !fits || t.kind == keyword && !t.enough(w.text) {
			return "", 0, false, false
		}
		exact = exact && (t.kind != keyword || len(w.text) == len(text))
		name += " " + text
		offset = w.offset + len(w.text)
		anywhere = false
	}
	return name[1:], offset, exact, true
}

// opens reports whether a line was meant to open a block, whatever is wrong with
// it: as far as it can be read, nothing else begins like it.
func (t *table) opens(line string) bool {
	var threads []thread
	for offset := 0; ; {
		w, ok := nextWord(line, offset)
		if !ok {
			break
		}
		next, end, err := t.step(threads, line, w, everything)
		if err != nil {
			break
		}
		threads, offset = next, end
	}
	for _, th := range threads {
		if th.pos.form.form != plain || th.pos.form.cmd.sub == nil {
			return false
		}
	}
	return threads != nil
}

// lost is where the lines of a refused block are typed: none reaches the modes
// around it, up to one that the outermost mode knows.
type lost struct{ own string }

// skips reports whether a line belongs to the refused block, given how the
// outermost mode reads it.
func (l *lost) skips(line string, err error) bool {
	if l == nil {
		return false
	}
	var e *Error
	w, _ := nextWord(line, 0)
	return errors.As(err, &e) || l.own != "" && strings.EqualFold(w.text, l.own)
}
