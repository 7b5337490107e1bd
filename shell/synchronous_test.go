package shell

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"conft/debug"
	"conft/internal/config"
)

// With `logging synchronous` what a running command prints is not interrupted, but by severities
// that do not wait; as many lines wait as the limit says, and the number of the others is told.
func TestSynchronous(t *testing.T) {
	const stamp = "*Mar  1 00:01:43.499: "
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		sync := config.NewSynchronous()
		sync.Limit = 2
		f.c.Lines.Console.Synchronous = sync
		o := consoleOf(f)
		o.Console = true
		o.Exec = execTable(ping)
		l := start(t, o)
		emit := func(severity uint8, text string) {
			f.hub.Emit(debug.Notice{Level: severity, Facility: "TEST", Mnemonic: "LINE", Text: text})
		}
		l.keys("ping\r")
		time.Sleep(1500 * time.Millisecond)
		l.seen()
		for _, text := range []string{"one", "two", "three", "four"} {
			emit(5, text)
		}
		if got := l.seen(); got != "" {
			t.Errorf("while the command runs: %q", got)
		}
		emit(2, "urgent")
		if got := l.seen(); got != "\r\n"+stamp+"%TEST-2-LINE: urgent\r\n" {
			t.Errorf("what does not wait: %q", got)
		}
		time.Sleep(5 * time.Second)
		want := "!!!!\r\nSuccess rate is 100 percent\r\n" + stamp + "%TEST-5-LINE: one\r\n" + stamp + "%TEST-5-LINE: two\r\n" +
			"%SYS-3-MSGLOST: 2 messages lost because of queue overflow\r\nR1>"
		if got := l.seen(); got != want {
			t.Errorf("at the end %q\nwant %q", got, want)
		}
		l.keys("show")
		emit(5, "typing")
		if got := l.seen(); got != "\r\n"+stamp+"%TEST-5-LINE: typing\r\nR1>show" {
			t.Errorf("while something is typed: %q", got)
		}

		// Every severity is printed at once with `level all`, and without the line.
		for _, set := range []config.Synchronous{{On: true, Level: config.AllSeverities}, {}} {
			f.c.Lines.Console.Synchronous = set
			l.keys("\x15ping\r")
			emit(7, "now")
			if got := l.seen(); !strings.HasSuffix(got, "now\r\n") {
				t.Errorf("%+v: %q", set, got)
			}
			time.Sleep(6 * time.Second)
		}
		l.end()
	})
}
