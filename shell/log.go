package shell

import (
	"fmt"
	"strings"

	"conft/debug"
	"conft/internal/config"
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
			sync := s.line().Synchronous
			batch := []logText{s.logText(line, sync)}
			for range min(len(g.sub.C), logBatch-1) { // what came together leaves together
				if line, ok := <-g.sub.C; ok {
					batch = append(batch, s.logText(line, sync))
				}
			}
			if n := g.sub.Dropped(); n > lost {
				batch = append(batch, logText{text: fmt.Sprintf(msgLost, n-lost)})
				lost = n
			}
			s.screen.log(batch, sync.Limit)
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

const msgLost = "%%SYS-3-MSGLOST: %d messages lost because of queue overflow\n"

// logText is a log line, and below it the note for learners.
func (s *Session) logText(line debug.Line, sync config.Synchronous) logText {
	late := sync.On && int(line.Severity) > sync.Level
	if line.Note == "" {
		return logText{line.Text + "\n", late}
	}
	var b strings.Builder
	b.WriteString(line.Text + "\n")
	width, _ := s.screen.size()
	if width == 0 {
		width = noScroll
	}
	for text := range strings.Lines(line.Note) {
		for _, part := range wrapCells(strings.TrimRight(text, "\n"), max(width-1-len(noteIndent), minRoom)) {
			b.WriteString(noteIndent + part + "\n")
		}
	}
	return logText{b.String(), late}
}
