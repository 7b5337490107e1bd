package grammar

import (
	"regexp"
	"strings"
)

// A list of interfaces is read as a whole by the command it belongs to. Here is what may come
// next inside of one, for `?` and Tab.
var (
	listNumber = regexp.MustCompile(`^([A-Za-z]+) *((?:\d+/)*\d+)$`)
	listRange  = regexp.MustCompile(`^([A-Za-z]+) *(?:\d+/)*\d+ *- *(\d+)?$`)

	listComma  = &token{text: ",", help: "comma"}
	listHyphen = &token{text: "-", help: "hyphen"}
)

// listNext are the tokens that may follow the list before; end tells that it may end there.
func listNext(before string) (next []*token, end bool) {
	one := strings.TrimLeft(before[strings.LastIndexByte(before, ',')+1:], " \t")
	m := listRange.FindStringSubmatch(one)
	switch {
	case one == "":
		for _, t := range interfaceTypes {
			next = append(next, &token{text: t.name, help: t.help})
		}
		return next, false
	case listNumber.MatchString(one):
		return []*token{listComma, listHyphen}, true
	case m != nil && m[2] != "":
		return []*token{listComma}, true
	case m != nil:
		one = m[1]
	}
	for _, t := range interfaceTypes {
		if len(one) <= len(t.name) && strings.EqualFold(t.name[:len(one)], one) {
			next = append(next, t.number())
		}
	}
	return next, false
}
