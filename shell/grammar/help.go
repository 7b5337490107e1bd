package grammar

import (
	"slices"
	"strings"
)

// Answer is what `?` finds.
type Answer struct {
	Title string // heads the list at an empty line
	Word  bool   // the `?` stood right behind a word: only matching tokens
	Items []Item
}

// Item is one possible next word; Token "<cr>" means that the line may end.
type Item struct{ Token, Help string }

// ask answers a `?` typed behind line. An Answer without items means that
// nothing is possible there.
func (t *table) ask(line string, r Rights) (Answer, error) {
	before, part := cutWord(line)
	var a Answer
	threads, _, err := t.read(nil, before, r)
	if err != nil {
		return a, err
	}
	a.Word = part != ""
	if len(threads) == 0 && !a.Word {
		a.Title = t.title
	}
	end := false
	for _, th := range threads {
		end = end || th.pos.last && !a.Word
	}
	next, complete := t.next(threads, r)
	end = end && complete
	for _, p := range next {
		if p.kind == wholeInterface {
			continue // its types are listed
		}
		if a.Word && !p.begins(part) {
			continue
		}
		if item := (Item{p.text, p.help}); !slices.Contains(a.Items, item) {
			a.Items = append(a.Items, item)
		}
	}
	slices.SortFunc(a.Items, func(x, y Item) int { return strings.Compare(x.Token, y.Token) })
	if end {
		a.Items = append(a.Items, Item{Token: "<cr>"})
	}
	if n := strings.IndexAny(part, "0123456789"); n > 0 && len(a.Items) == 0 { // a name with its number, as in g0/0
		return t.ask(before+part[:n]+" "+part[n:], r)
	}
	if strings.HasSuffix(part, "/") {
		a.Word = false // the number of a port is a word of its own
	}
	return a, nil
}

// next are the tokens that may follow what the threads have read; end tells that a list of
// interfaces, where they are in one, may end there.
func (t *table) next(threads []thread, r Rights) (next []*token, end bool) {
	if len(threads) > 0 && threads[0].pos.list {
		return listNext(threads[0].text)
	}
	if len(threads) > 0 && threads[0].pos.kind == restOfLine {
		next = append(next, threads[0].pos.token) // it goes on
	}
	for _, p := range t.candidates(threads) {
		if !r.may(p) {
			continue
		}
		if p.list {
			types, _ := listNext("")
			next = append(next, types...)
			continue
		}
		next = append(next, p.token)
	}
	return next, true
}

// complete returns the rest of the last word of line, and a blank, when only one
// keyword begins with it.
func (t *table) complete(line string, r Rights) (string, bool) {
	before, part := cutWord(line)
	if part == "" {
		return "", false
	}
	threads, _, err := t.read(nil, before, r)
	if err != nil {
		return "", false
	}
	var found *token
	next, _ := t.next(threads, r)
	for _, p := range next {
		if p.kind != keyword && (p.kind != file || len(part) > len(p.text)) || !p.begins(part) {
			continue
		}
		if found != nil && found.text != p.text {
			return "", false
		}
		found = p
	}
	switch {
	case found == nil:
		return "", false
	case found.kind == file:
		return found.text[len(part):], true // the name follows
	}
	return found.text[len(part):] + " ", true
}

// cutWord separates the word that the cursor stands behind.
func cutWord(line string) (before, part string) {
	n := strings.LastIndexAny(line, " \t") + 1
	return line[:n], line[n:]
}

// Format lays the answer out for a terminal of the given width, 0 for no limit.
func (a Answer) Format(width int) []string {
	longest := 0
	for _, it := range a.Items {
		longest = max(longest, len(it.Token))
	}
	if a.Word {
		return a.columns(longest+2, width)
	}
	var out []string
	if a.Title != "" {
		out = append(out, a.Title)
	}
	for _, it := range a.Items {
		if it.Help == "" {
			out = append(out, "  "+it.Token)
			continue
		}
		head := "  " + it.Token + strings.Repeat(" ", longest-len(it.Token)) + "  "
		for _, text := range wrap(it.Help, width-len(head)) {
			out = append(out, head+text)
			head = strings.Repeat(" ", len(head))
		}
	}
	return out
}

// columns sets tokens side by side.
func (a Answer) columns(cell, width int) []string {
	var out []string
	line := ""
	for _, it := range a.Items {
		if width > 0 && line != "" && len(line)+cell > width {
			out = append(out, line)
			line = ""
		}
		line += it.Token + strings.Repeat(" ", cell-len(it.Token))
	}
	return append(out, line)
}

// wrap breaks text at blanks; a width that leaves no room breaks nothing.
func wrap(text string, width int) []string {
	const least = 10
	if width < least {
		return []string{text}
	}
	var out []string
	for len(text) > width {
		n := strings.LastIndexByte(text[:width+1], ' ')
		if n <= 0 {
			break
		}
		out = append(out, text[:n])
		text = text[n+1:]
	}
	return append(out, text)
}
