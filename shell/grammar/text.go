package grammar

import "strings"

// Text is a command whose last argument is a text between two delimiters, which may go
// on over several lines: `banner motd @`. Set gets the text, its lines separated by "\n".
// Syntax and Help are those of the words before it; Help names the text "LINE".
type Text[T any] struct {
	Syntax string
	Help   Help
	Set    func(T, Args, string) error
	No     func(T, Args) error
	Write  func(T, *Writer)
}

func (x Text[T]) add(t *table) {
	c := &command{syntax: x.Syntax + " ![LINE]", help: x.Help, priv: maxPriv}
	c.text = func(v any, a Args, text string) error { return x.Set(v.(T), a, text) }
	c.do[plain] = func(any, Args) error { return nil }
	c.do[negated], c.do[defaulted] = on(x.No), on(x.No)
	if x.Write != nil {
		c.write = func(v any, w *Writer) { x.Write(v.(T), w) }
	}
	t.commands = append(t.commands, c)
}

// collected is a text whose end has not been typed yet. It is never changed in place.
type collected struct {
	frame
	line      string  // that began it
	stack     []frame // of the mode that has the command
	delimiter string
	text      string
}

// listed is how listings write the delimiter of the router, Control-C.
const listed = "^C"

// delimiterOf is any character, or the two that stand for Control-C in a listing.
func delimiterOf(rest string) string {
	if strings.HasPrefix(rest, listed) {
		return listed
	}
	for _, r := range rest {
		return string(r)
	}
	return ""
}

// begin reads the first line of a text: what stands behind the words of the command.
func (m *match) begin(stack []frame, line string) (c *collected, complete bool) {
	rest := m.args.String("LINE")
	c = &collected{frame: frame{m.cmd, m.args}, line: line, stack: stack, delimiter: delimiterOf(rest)}
	return c.add(rest[len(c.delimiter):])
}

// add takes a line up to the delimiter.
func (c *collected) add(line string) (next *collected, complete bool) {
	line, _, complete = strings.Cut(line, c.delimiter)
	d := *c
	d.text += line
	if !complete {
		d.text += "\n"
	}
	return &d, complete
}

// Text writes a text between delimiters behind the words of its command.
func (w *Writer) Text(words, text string) { w.Line(words, listed+text+listed) }

// Collecting returns the delimiter that ends the text being typed, "" outside of one.
func (p Position[T]) Collecting() string {
	if p.text == nil {
		return ""
	}
	return p.text.delimiter
}

// collect takes one line of a text on v.
func (p Position[T]) collect(v T, line string) (Step[T], error) {
	text, complete := p.text.add(line)
	if !complete {
		p.text = text
		return Step[T]{Next: p}, nil
	}
	return p.setText(v, text)
}

// setText carries out the command of a complete text.
func (p Position[T]) setText(v T, c *collected) (Step[T], error) {
	p.stack, p.text = c.stack, nil
	on, err := p.open(v)
	if err != nil {
		return Step[T]{Next: p}, err
	}
	step := Step[T]{Next: p, Changed: true, Logged: c.line, Depth: len(c.stack)}
	c.args.notes = &step.Notes
	if err := c.block.text(on, c.args, c.text); err != nil {
		return Step[T]{Next: p}, err
	}
	return step, nil
}
