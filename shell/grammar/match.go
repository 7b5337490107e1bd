package grammar

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Kind says what is wrong with a line.
type Kind uint8

const (
	Invalid    Kind = iota // a character that fits nothing
	Incomplete             // more words are needed
	Ambiguous              // an abbreviation of several keywords
	Skipped                // a line of a block whose first line was refused
)

// Error is a line that does not match. Its text is for logs; what a console
// prints is the shell's.
type Error struct {
	Kind   Kind
	Offset int    // Invalid: octet of the first character that fits nothing
	Word   string // the first keyword, in full, when it matched
}

func (e *Error) Error() string {
	switch e.Kind {
	case Incomplete:
		return "incomplete command"
	case Ambiguous:
		return "ambiguous command"
	case Skipped:
		return "skipped, the line it belongs to was refused"
	}
	return fmt.Sprintf("invalid input at column %d", e.Offset+1)
}

const maxPriv = 15

// defaultFiles is the file system of names without one, in EXEC commands that name a file.
const defaultFiles = "flash:"

// match is a line that matched: what to run and its arguments.
type match struct {
	*formOf
	args Args
	word string // first keyword
}

func (m *match) run(v any) error { return m.cmd.do[m.form](v, m.args) }

// Removed stands where a secret was.
const Removed = "*"

// withoutSecrets is the line that matched as others than its author may read it.
func (m *match) withoutSecrets(line string) string {
	end := len(line)
	for _, v := range slices.Backward(m.args.values) { // a word or the rest of the line, as it was typed
		if v.secret && v.offset < end { // and once by each of its names
			line, end = line[:v.offset]+Removed+line[v.offset+len(v.text):], v.offset
		}
	}
	return line
}

// thread is one way to read the words so far.
type thread struct {
	pos  *pos
	prev *thread
	value
}

// input is one word of a line.
type input struct {
	text   string
	offset int
}

// nextWord cuts the first word off the rest of a line that begins at offset.
func nextWord(line string, offset int) (input, bool) {
	for offset < len(line) && isBlank(line[offset]) {
		offset++
	}
	end := offset
	for end < len(line) && !isBlank(line[end]) {
		end++
	}
	return input{line[offset:end], offset}, end > offset
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// rooms are for the threads of a line that is read.
var rooms = sync.Pool{New: func() any { return new(make([]thread, 0, 16)) }}

// match reads a whole line. It returns nil and no error for an empty line and
// for a comment.
func (t *table) match(line string, r Rights) (*match, error) {
	w, ok := nextWord(line, 0)
	if !ok || w.text[0] == '!' {
		return nil, nil
	}
	room := rooms.Get().(*[]thread) // nothing of a match is in it
	defer rooms.Put(room)
	threads, rest, err := t.read((*room)[:0], line, r)
	if err != nil {
		return nil, err
	}
	first := firstKeyword(threads)
	if w, more := nextWord(line, rest); more {
		return nil, &Error{Kind: Invalid, Offset: w.offset, Word: first}
	}
	for i := range threads {
		if th := &threads[i]; th.pos.last {
			return &match{th.pos.form, th.args(), first}, nil
		}
	}
	if th := t.asName(line, &threads[0], r); th != nil {
		return &match{th.pos.form, th.args(), first}, nil
	}
	return nil, &Error{Kind: Incomplete, Word: first}
}

// asName reads the last word of a line as a name where it abbreviates a keyword behind
// which more must come: IN in `show ip access-lists IN`, which has `interface` too.
func (t *table) asName(line string, last *thread, r Rights) *thread {
	w, _ := nextWord(line, last.offset)
	if last.pos.kind != keyword || len(w.text) == len(last.pos.text) {
		return nil
	}
	before, _, err := t.read(nil, line[:last.offset], r)
	if err != nil || len(before) == 0 {
		return nil
	}
	for prev, p := range t.candidates(before) {
		if p.kind == word && p.last && r.may(p) {
			return &thread{pos: p, prev: prev, value: value{w.text, w.offset, p.secret}}
		}
	}
	return nil
}

// read follows the words of a line as far as threads, of which there are none yet, can go
// on. It returns the threads after the last word and where the rest of the line begins.
func (t *table) read(threads []thread, line string, r Rights) ([]thread, int, error) {
	offset := 0
	for {
		w, ok := nextWord(line, offset)
		if !ok {
			return threads, offset, nil
		}
		next, end, err := t.step(threads, line, w, r)
		if err != nil {
			err.Word = firstKeyword(threads)
			return nil, 0, err
		}
		threads, offset = next, end
	}
}

// candidates yields the positions that may follow and what each follows.
func (t *table) candidates(threads []thread) iter.Seq2[*thread, *pos] {
	return func(yield func(*thread, *pos) bool) {
		if len(threads) == 0 {
			for _, p := range t.first {
				if !yield(nil, p) {
					return
				}
			}
		}
		var seen []*pos // of one form of a command: only these are reached in two ways
		for i := range threads {
			th := &threads[i]
			if len(seen) > 0 && seen[0].form != th.pos.form {
				seen = seen[:0]
			}
			for _, p := range th.pos.follow {
				if slices.Contains(seen, p) {
					continue
				}
				if len(threads) > 1 {
					seen = append(seen, p)
				}
				if !yield(th, p) {
					return
				}
			}
		}
	}
}

// step reads one word: it keeps the threads whose token the word is. The new ones stand
// behind the old in one array, where there is room.
func (t *table) step(threads []thread, line string, w input, r Rights) ([]thread, int, *Error) {
	best := threads[len(threads):]
	_, more := nextWord(line, w.offset+len(w.text))
	fit := 0 // octets of the word that some keyword begins with
	for prev, p := range t.candidates(threads) {
		n := len(w.text)
		if p.kind == keyword {
			n = commonPrefix(p.text, w.text)
		}
		if n == 0 || !r.may(p) {
			continue
		}
		text := w.text
		switch p.kind {
		case keyword:
			if fit = max(fit, n); n < len(text) {
				continue
			}
		case restOfLine:
			text = strings.TrimRight(line[w.offset:], " \t")
		}
		val, ok := p.accept(text)
		if !ok && t.exec && p.text == defaultFiles && p.bind != p.text && !strings.Contains(text, ":") {
			val, ok = defaultFiles+text, true
		}
		if !ok {
			continue
		}
		if len(best) > 0 {
			switch order := p.rank(w.text, more) - best[0].pos.rank(w.text, more); {
			case order > 0:
				continue
			case order < 0:
				best = best[:0]
			}
		}
		best = append(best, thread{pos: p, prev: prev, value: value{val, w.offset, p.secret}})
	}
	if len(best) == 0 {
		return nil, 0, &Error{Kind: Invalid, Offset: w.offset + fit}
	}
	end := w.offset + len(w.text)
	if best[0].pos.kind == keyword {
		for _, th := range best[1:] {
			if th.pos.text != best[0].pos.text {
				return nil, 0, &Error{Kind: Ambiguous}
			}
		}
	}
	if best[0].pos.kind == restOfLine {
		end = len(line)
	}
	return best, end, nil
}

// rank orders the readings of a word: exact keyword, keyword, one that yields, then by kind,
// and last a keyword behind which nothing may come when there is more:
// `no ip access-group IN in`.
func (p *pos) rank(w string, more bool) int {
	rank := int(p.kind)
	if p.kind == keyword && len(w) == len(p.text) {
		rank = -1
	}
	if p.kind == keyword && len(w) < len(p.text) && p.form.cmd.yields == p.text {
		rank++
	}
	if p.kind == keyword && more && len(p.follow) == 0 {
		rank += math.MaxInt8
	}
	return rank
}

// commonPrefix counts the octets that keyword and word share, in any case.
func commonPrefix(keyword, w string) int {
	n := 0
	for n < len(keyword) && n < len(w) && w[n] < utf8.RuneSelf && lower(keyword[n]) == lower(w[n]) {
		n++
	}
	return n
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// firstKeyword returns the first word of what the threads have read, in full.
func firstKeyword(threads []thread) string {
	if len(threads) == 0 {
		return ""
	}
	th := &threads[0]
	for th.prev != nil {
		th = th.prev
	}
	return th.text
}

// args collects what the thread read.
func (th *thread) args() Args {
	var path []*thread // the last word first
	names := 0
	for ; th != nil; th = th.prev {
		path, names = append(path, th), names+1
		if th.pos.kind == keyword && th.pos.bound() {
			names++
		}
	}
	a := Args{values: make([]named, 0, names)}
	for _, th := range slices.Backward(path) {
		p := th.pos
		if p.kind == interfaceNumber {
			a.values[len(a.values)-1].text += th.text
			continue
		}
		if p.kind == keyword {
			a.values = append(a.values, named{p.text, th.value})
		}
		if p.bound() {
			a.values = append(a.values, named{p.bind, th.value})
		}
	}
	return a
}

// bound reports whether what is read has a name of its own.
func (p *pos) bound() bool { return p.bind != "" && (p.kind != keyword || p.bind != p.text) }
