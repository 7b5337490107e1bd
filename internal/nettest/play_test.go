package nettest

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"conft/internal/netns"
)

// A step is some keys and everything that the screen then gets, octet by octet: "\n" is CR LF,
// and "…" is anything on one line that a test cannot know, such as a time.
type step struct{ keys, shows string }

// Play types each step when the screen has what the one before it shows.
func (x *Terminal) Play(steps ...step) {
	x.t.Helper()
	for _, s := range steps {
		x.Type(s.keys)
		x.Shows(s.keys, s.shows)
	}
}

// Shows waits until what the screen has got since the last Expect is all of a text.
func (x *Terminal) Shows(keys, want string) {
	x.t.Helper()
	pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.ReplaceAll(want, "\n", "\r\n")), "…", "[^\r\n]*")
	re := regexp.MustCompile("^" + pattern + "$")
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for {
		x.mu.Lock()
		fresh := string(x.all[x.read:])
		if re.MatchString(fresh) {
			x.read += len(fresh)
			x.mu.Unlock()
			return
		}
		x.mu.Unlock()
		select {
		case <-x.change:
		case <-limit.C:
			x.t.Fatalf("%q showed\n%q\nwant\n%q", keys, strings.ReplaceAll(fresh, "\r\n", "\n"), want)
		}
	}
}

// desk is a console at R1# with nothing that comes by itself.
func desk(t *testing.T) *Terminal {
	t.Helper()
	t.Parallel()
	Root(t)
	return deskIn(t, Namespace(t, "r"))
}

func deskIn(t *testing.T, ns *netns.NS) *Terminal {
	t.Helper()
	x, dir := console(t, ns)
	x.dir = dir
	x.Shows("", "\n")
	x.Play(step{"\r", "\nRouter>"}, step{"enable\r", "enable\nRouter#"},
		step{"configure terminal\r", "configure terminal\nEnter configuration commands, one per line.  End with CNTL/Z.\nRouter(config)#"},
		step{"no logging console\r", "no logging console\nRouter(config)#"}, step{"no ip domain lookup\r", "no ip domain lookup\nRouter(config)#"},
		step{"hostname R1\r", "hostname R1\nR1(config)#"}, step{"end\r", "end\nR1#"})
	return x
}
