// Package confdiff compares two configurations as texts: line by line within the
// blocks they stand in, so that a line which has only moved is no difference, except
// where order is meaning, in access lists. It is pure.
package confdiff

import (
	"slices"
	"strings"
)

// Diff is what has to be done to one configuration to make it another.
type Diff struct{ added, removed []*node }

// node is a line with the lines of its block. A node that is only the way to a
// difference has changed unset.
type node struct {
	text    string
	kids    []*node
	changed bool
}

// Compare returns what is to be added to a and removed from it to give b.
func Compare(a, b string) Diff {
	return compare(parse(a), parse(b), false)
}

// Contextual returns the difference as `show archive config differences` prints it:
// first what only the second configuration has, marked "+", then what only the first
// has, marked "-", each below the unmarked first lines of its block.
func (d Diff) Contextual() []string {
	return mark(mark(nil, d.added, "+", 0), d.removed, "-", 0)
}

func mark(out []string, nodes []*node, sign string, depth int) []string {
	for _, n := range nodes {
		s := ""
		if n.changed {
			s = sign
		}
		out = mark(append(out, strings.Repeat(" ", depth)+s+n.text), n.kids, sign, depth+1)
	}
	return out
}

// Commands returns the lines that make the first configuration the second when they are
// typed: what is removed is negated first, then comes what is added.
func (d Diff) Commands() []string {
	return plain(negate(nil, d.removed, 0), d.added, 0)
}

func negate(out []string, nodes []*node, depth int) []string {
	for _, n := range nodes {
		blanks := strings.Repeat(" ", depth)
		if n.changed {
			out = append(out, blanks+Negated(n.text))
		} else {
			out = negate(append(out, blanks+n.text), n.kids, depth+1)
		}
	}
	return out
}

// Added returns the lines that the second configuration has in addition, with the first
// lines of their blocks.
func (d Diff) Added() []string { return plain(nil, d.added, 0) }

func plain(out []string, nodes []*node, depth int) []string {
	for _, n := range nodes {
		out = plain(append(out, strings.Repeat(" ", depth)+n.text), n.kids, depth+1)
	}
	return out
}

// Negated returns what undoes a line.
func Negated(line string) string {
	if rest, ok := strings.CutPrefix(line, "no "); ok {
		return rest
	}
	return "no " + line
}

// parse reads a text into blocks by its indentation. Comments, blank lines and what
// heads a listing are no part of a configuration.
func parse(text string) []*node {
	root := &node{}
	type open struct {
		indent int
		node   *node
	}
	stack := []open{{-1, root}}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		words := strings.TrimLeft(line, " \t")
		if words == "" || words[0] == '!' || line == "end" || listing(line) {
			continue
		}
		indent := len(line) - len(words)
		for stack[len(stack)-1].indent >= indent {
			stack = stack[:len(stack)-1]
		}
		n := &node{text: words}
		above := stack[len(stack)-1].node
		above.kids = append(above.kids, n)
		stack = append(stack, open{indent, n})
	}
	return root.kids
}

func listing(line string) bool {
	return strings.HasPrefix(line, "Building configuration") || strings.HasPrefix(line, "Current configuration :") || strings.HasPrefix(line, "Using ")
}

// compare compares the lines of one block: those that have no equal on the other side
// differ with their blocks, and of those that have one the blocks are compared.
func compare(a, b []*node, ordered bool) (d Diff) {
	equal := match(a, b, ordered)
	back := make(map[*node]Diff, len(b))
	for i, n := range a {
		other := equal[i]
		if other == nil {
			d.removed = append(d.removed, n.all())
			continue
		}
		within := compare(n.kids, other.kids, isOrdered(n.text))
		back[other] = within
		if len(within.removed) > 0 {
			d.removed = append(d.removed, &node{text: n.text, kids: within.removed})
		}
	}
	for _, n := range b {
		if within, ok := back[n]; !ok {
			d.added = append(d.added, n.all())
		} else if len(within.added) > 0 {
			d.added = append(d.added, &node{text: n.text, kids: within.added})
		}
	}
	return d
}

// all is the whole block as changed.
func (n *node) all() *node {
	c := &node{text: n.text, changed: true}
	for _, k := range n.kids {
		c.kids = append(c.kids, k.all())
	}
	return c
}

func isOrdered(header string) bool { return strings.HasPrefix(header, "ip access-list ") }

// match finds for each line of a its equal in b, nil where there is none.
// Lines of a numbered access list keep their order among themselves.
func match(a, b []*node, ordered bool) []*node {
	found := make([]*node, len(a))
	lists := map[string][2][]int{} // by what their order is kept within: indices of both sides
	for side, nodes := range [2][]*node{a, b} {
		for i, n := range nodes {
			list := n.text
			if words := strings.Fields(n.text); ordered {
				list = ""
			} else if len(words) > 2 && words[0] == "access-list" {
				list = "access-list " + words[1]
			}
			at := lists[list]
			at[side] = append(at[side], i)
			lists[list] = at
		}
	}
	for _, l := range lists {
		for i, j := range common(pick(a, l[0]), pick(b, l[1])) {
			found[l[0][i]] = b[l[1][j]]
		}
	}
	return found
}

func pick(nodes []*node, at []int) []string {
	out := make([]string, len(at))
	for i, n := range at {
		out[i] = nodes[n].text
	}
	return out
}

// most bounds the table of common: longer lists are compared in its place from both
// ends only.
const most = 1 << 22

// common returns a longest common subsequence, as indices of a to indices of b.
func common(a, b []string) map[int]int {
	out := map[int]int{}
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		out[head] = head
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
		out[len(a)-tail] = len(b) - tail
	}
	x, y := a[head:len(a)-tail], b[head:len(b)-tail]
	if len(x) == 0 || len(y) == 0 || len(x)*len(y) > most {
		return out
	}
	length := make([][]int32, len(x)+1)
	for i := range length {
		length[i] = make([]int32, len(y)+1)
	}
	for i := range slices.Backward(x) {
		for j := range slices.Backward(y) {
			if x[i] == y[j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i] == y[j]:
			out[head+i] = head + j
			i++
			j++
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return out
}
