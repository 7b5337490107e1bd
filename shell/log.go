package shell

import (
	"fmt"
	"strings"
	"time"

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

// In a flood lines are gathered for a moment before they are printed: each write costs a client
// of SSH a packet, and the one who types the time in which it is sealed. logStreak is how many
// come one by one at first.
const (
	logGap    = time.Millisecond
	logStreak = 16
)

// subscribe makes the terminal show log lines.
func (s *Session) subscribe(k debug.Kind) {
	g := &logs{sub: s.backend.Hub().Subscribe(k, logQueue, s.explain), done: make(chan struct{})}
	s.logs = g
	go func() {
		defer close(g.done)
		var lost uint64
		var last time.Time // when something was printed
		streak := 0        // how often at short intervals
		for line := range g.sub.C {
			if now := time.Now(); now.Sub(last) > logGap {
				streak, last = 0, now
			} else if streak++; streak > logStreak {
				time.Sleep(logGap)
				last = time.Now()
			}
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

// noteIndent sets the teacher's notes off from the lines they explain; minNote is the least
// room for them.
const (
	noteIndent = "    "
	minNote    = 12
)

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
		for _, part := range wrapCells(strings.TrimRight(text, "\n"), max(width-1-len(noteIndent), minNote)) {
			b.WriteString(noteIndent + part + "\n")
		}
	}
	return logText{b.String(), late}
}
