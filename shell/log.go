package shell

import (
	"fmt"
	"strings"

	"conft/debug"
)

// logs is the goroutine that prints log lines on a terminal.
type logs struct {
	sub  *debug.Subscription
	done chan struct{}
}

// logQueue is how many lines wait for a slow terminal before lines are lost.
const logQueue = 1024

// logBatch is how many lines are printed at once: enough to keep the line being
// typed from flickering, few enough to be bounded.
const logBatch = 64

// subscribe makes the terminal show log lines.
func (s *Session) subscribe(k debug.Kind) {
	g := &logs{sub: s.backend.Hub().Subscribe(k, logQueue, s.explain), done: make(chan struct{})}
	s.logs = g
	go func() {
		defer close(g.done)
		var lost uint64
		for line := range g.sub.C {
			var b strings.Builder
			s.appendLog(&b, line)
			for range min(len(g.sub.C), logBatch-1) { // what came together leaves together
				if line, ok := <-g.sub.C; ok {
					s.appendLog(&b, line)
				}
			}
			if n := g.sub.Dropped(); n > lost {
				fmt.Fprintf(&b, "%%SYS-3-MSGLOST: %d messages lost because of queue overflow\n", n-lost)
				lost = n
			}
			s.screen.log([]byte(b.String()))
		}
	}()
}

// unsubscribe stops log lines and waits until the last one is printed.
func (s *Session) unsubscribe() {
	if s.logs != nil {
		s.logs.sub.Close()
		<-s.logs.done
		s.logs = nil
	}
}

// noteIndent sets the teacher's notes off from the lines they explain.
const noteIndent = "    "

// appendLog appends a log line, and below it the note for learners.
func (s *Session) appendLog(b *strings.Builder, line debug.Line) {
	b.WriteString(line.Text)
	b.WriteByte('\n')
	if line.Note == "" {
		return
	}
	width, _ := s.screen.size()
	if width == 0 {
		width = noScroll
	}
	for text := range strings.Lines(line.Note) {
		for _, part := range wrapCells(strings.TrimRight(text, "\n"), max(width-1-len(noteIndent), minRoom)) {
			b.WriteString(noteIndent + part + "\n")
		}
	}
}
