package commands

import (
	"strconv"
	"strings"

	"conft/internal/acl"
)

// aceText is an entry of an extended list as the running configuration holds it,
// without the list and sequence number: "permit tcp any host 10.1.1.1 eq www log".
func aceText(e acl.Entry) string { return string(acl.AppendEntry(nil, &e)) }

// entryText is likewise an entry of the list.
func entryText(l *acl.List, e acl.Entry) string { return string(l.AppendEntry(nil, &e)) }

// number finds the value of a keyword or of a decimal number.
func number(names []acl.Name, s string) (uint16, error) {
	for _, e := range names {
		if strings.EqualFold(e.Word, s) {
			return e.Number, nil
		}
	}
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return 0, refuse("Invalid number %s", s)
	}
	return uint16(n), nil
}
