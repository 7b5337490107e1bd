package grammar

// Many is the mode of several values that are configured together, as with `interface
// range`: each of its lines is carried out on every value in turn, all in the line's one
// transaction. It writes nothing: each value is written by its own mode. A mode with Blocks
// or Texts has no such form, and panics.
func Many[T any](prompt string, m *Mode[T]) *Mode[[]T] {
	t := &table{prompt: prompt, title: m.t.title, known: m.t.known}
	for _, c := range m.t.commands {
		if c.sub != nil || c.text != nil {
			panic("grammar: " + c.syntax + " in a mode of several values")
		}
		d := *c
		d.write = nil
		for f, do := range c.do {
			if do != nil && c.control == noControl {
				d.do[f] = func(v any, a Args) error { return onEach(v.([]T), a, do) }
			}
		}
		t.commands = append(t.commands, &d)
	}
	t.finish()
	return &Mode[[]T]{t}
}

// onEach carries out a line on each value; what it notes of several alike is said once.
func onEach[T any](values []T, a Args, do func(any, Args) error) error {
	var notes []string
	all := a.notes
	a.notes = &notes
	said := map[string]bool{}
	for _, v := range values {
		if err := do(v, a); err != nil {
			return err
		}
		for _, n := range notes {
			if all != nil && !said[n] {
				*all = append(*all, n)
			}
			said[n] = true
		}
		notes = notes[:0]
	}
	return nil
}
