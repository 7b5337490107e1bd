package commands

import (
	"iter"
	"regexp"
	"strconv"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

// rangeBlock configures several interfaces with the same lines. It is never written:
// each interface has its own block.
var rangeBlock = grammar.Block[*config.Config, []*interfaceScope]{
	Syntax: "interface range INTERFACES",
	Help:   grammar.Help{"interface": "Select an interface to configure", "range": "interface range command"},
	Open: func(c *config.Config, a grammar.Args) ([]*interfaceScope, error) {
		var list []*interfaceScope
		for _, name := range interfaceRange(a.String("INTERFACES")) {
			if i := openInterface(c, name); i != nil {
				list = append(list, i)
				continue
			}
			list = nil
			break
		}
		if list == nil {
			return nil, a.Invalid("INTERFACES")
		}
		return list, nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		names := interfaceRange(a.String("INTERFACES"))
		if names == nil {
			return a.Invalid("INTERFACES")
		}
		for _, name := range names {
			if err := removeInterface(c, name); err != nil {
				return err
			}
		}
		return nil
	},
	Default: func(c *config.Config, a grammar.Args) error {
		names := interfaceRange(a.String("INTERFACES"))
		if names == nil {
			return a.Invalid("INTERFACES")
		}
		for _, name := range names {
			if !resetInterface(c, a, name) {
				return a.Invalid("INTERFACES")
			}
		}
		return nil
	},
	Each: func(*config.Config) iter.Seq2[string, []*interfaceScope] {
		return func(func(string, []*interfaceScope) bool) {}
	},
	Sub: grammar.Many("config-if-range", interfaceMode),
}

// maxRange is how many interfaces a range has at most.
const maxRange = 256

// part is "GigabitEthernet 0/0 - 3": a type, a number, and the last one's last number.
var part = regexp.MustCompile(`^([A-Za-z]+) *((?:\d+/)*)(\d+)(?: *- *(\d+))?$`)

// interfaceRange returns the names of a range, nil when it is none.
func interfaceRange(text string) (names []string) {
	for one := range strings.SplitSeq(text, ",") {
		m := part.FindStringSubmatch(strings.TrimSpace(one))
		if m == nil {
			return nil
		}
		first, err := strconv.Atoi(m[3])
		last := first
		if err == nil && m[4] != "" {
			last, err = strconv.Atoi(m[4])
		}
		if err != nil || last < first || last-first >= maxRange-len(names) {
			return nil
		}
		for n := first; n <= last; n++ {
			name, ok := grammar.Interface(m[1] + m[2] + strconv.Itoa(n))
			if !ok {
				return nil
			}
			names = append(names, name)
		}
	}
	return names
}
