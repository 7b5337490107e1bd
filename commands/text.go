package commands

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"conft/internal/acl"
	"conft/shell/grammar"
)

// ipText is the dotted form of an address or mask in host byte order.
func ipText(v uint32) string { return acl.IPv4(v).String() }

// contiguous reports whether a mask is ones followed by zeros.
func contiguous(mask uint32) bool { return ^mask&(^mask+1) == 0 }

func maskLen(mask uint32) int { return bits.OnesCount32(mask) }

// classfulMask is the mask of the address's class: A, B or C.
func classfulMask(ip uint32) uint32 {
	switch {
	case ip>>31 == 0:
		return 0xff000000
	case ip>>30 == 2:
		return 0xffff0000
	}
	return 0xffffff00
}

// uptimeText is "2 weeks, 1 day, 3 hours, 54 minutes"; zero parts are left out
// but the minutes.
func uptimeText(d time.Duration) string {
	minutes := int(d / time.Minute)
	const hour, day, week, year = 60, 24 * 60, 7 * 24 * 60, 365 * 24 * 60
	var parts []string
	for _, u := range []struct {
		name string
		len  int
	}{{"year", year}, {"week", week}, {"day", day}, {"hour", hour}, {"minute", 1}} {
		n := minutes / u.len
		minutes %= u.len
		if n > 0 || u.len == 1 {
			parts = append(parts, plural(n, u.name))
		}
	}
	return strings.Join(parts, ", ")
}

// hoursText is "04:00:00".
func hoursText(d time.Duration) string {
	s := int(d / time.Second)
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

// writeUnless writes a number that is not the usual one; where defaults are written too, also
// that, unless it is the 0 that cannot be typed.
func writeUnless(w *grammar.Writer, words string, n, usual int) {
	if n != usual || w.All() && usual > 0 {
		w.Line(words, strconv.Itoa(n))
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
