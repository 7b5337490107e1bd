package shell

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// screen is the output side of a terminal. It is safe for concurrent use.
type screen struct {
	w   io.Writer
	eol string // CR LF on a terminal

	mu     sync.Mutex // guards all below, and the order of writes
	line   *editLine  // being typed, or nil
	inLine bool       // output stopped in the middle of a line
	width  int        // 0 without limit
	length int        // 0 without paging
	busy   bool       // a command runs
	held   []byte     // log lines that wait for its end
	holds  int        // how many
	lost   int        // how many more there were
	gone   bool       // a write failed: nobody reads any more
	b      []byte     // scratch
}

// write sends b. The caller holds the mutex.
func (s *screen) write(b []byte) {
	if len(b) > 0 && !s.gone {
		_, err := s.w.Write(b)
		s.gone = err != nil
	}
	s.b = b[:0]
}

// appendText appends text with the terminal's line ends.
func (s *screen) appendText(b, text []byte) []byte {
	for len(text) > 0 {
		line, rest, ended := bytes.Cut(text, []byte{'\n'})
		b = append(b, line...)
		if ended {
			b = append(b, s.eol...)
		}
		text = rest
		s.inLine = !ended
	}
	return b
}

// print prints output of a command, whose lines end with "\n". It reports
// whether anybody may have read it.
func (s *screen) print(text []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.write(s.appendText(s.b, text))
	return !s.gone
}

// logText is a line of the log, whole, with what explains it.
type logText struct {
	text string
	late bool // it may wait for the end of the command that runs
}

// log prints lines of the log. Those that may wait do so while a command runs, up to a number of them.
func (s *screen) log(lines []logText, limit int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var now []byte
	for _, l := range lines {
		switch {
		case !l.late || !s.busy:
			now = append(now, l.text...)
		case s.holds < limit:
			s.holds++
			s.held = append(s.held, l.text...)
		default:
			s.lost++
		}
	}
	if len(now) > 0 {
		s.logNow(now)
	}
}

// run says that a command runs, or has ended. Then the lines of the log are printed that have waited.
func (s *screen) run(busy bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = busy
	if busy || s.holds+s.lost == 0 {
		return
	}
	if s.lost > 0 {
		s.held = fmt.Appendf(s.held, msgLost, s.lost)
	}
	s.logNow(s.held)
	s.held, s.holds, s.lost = nil, 0, 0
}

// logNow prints whole lines of the log from a new line on, and the line being typed again below
// them. The caller holds the mutex.
func (s *screen) logNow(text []byte) {
	b := s.b
	if s.inLine || s.line != nil && s.line.prompt != "" {
		b = append(b, s.eol...)
	}
	b = s.appendText(b, text)
	if s.line != nil {
		b = s.line.draw(b)
	}
	s.write(b)
}

// open shows the prompt and lets a line be typed.
func (s *screen) open(l *editLine) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.b
	if s.inLine { // a command's last line had no end
		b = append(b, s.eol...)
		s.inLine = false
	}
	s.line = l
	l.width = s.width
	s.write(l.draw(b))
}

// change lets f change the line being typed and shows the result.
func (s *screen) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.write(s.line.paint(s.b))
}

// bell rings.
func (s *screen) bell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.write(append(s.b, '\a'))
}

// close ends the line being typed, with an echo behind it, and a new line.
func (s *screen) close(echo string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := append(s.line.finish(s.b), echo...)
	s.line = nil
	s.write(append(b, s.eol...))
}

// erase takes the line being typed off the terminal by the given octets.
func (s *screen) erase(octets string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.line = nil
	s.write(append(s.b, octets...))
}

// size returns width and length.
func (s *screen) size() (width, length int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.width, s.length
}

// resize sets width and length; negative leaves as it is.
func (s *screen) resize(width, length int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if width >= 0 {
		s.width = width
	}
	if length >= 0 {
		s.length = length
	}
}
