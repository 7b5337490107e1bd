package shell

import (
	"bytes"
	"context"
	"errors"
)

// errStopped ends a command whose output nobody wants to see, or nobody can.
var errStopped = errors.New("output stopped")

const more = " --More-- "

// wipeMore is what IOS sends to take " --More-- " away.
const wipeMore = "\b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b"

// pager prints the output of one command page by page.
type pager struct {
	s       *Session
	ctx     context.Context
	cancel  func() // ends the command
	rows    int    // of the terminal that the page has used
	cells   int    // in the row being printed
	stopped bool
	wants   func(line []byte) bool // chosen at a --More--: what of the rest is printed
}

// Write implements io.Writer. Lines that fit on the page leave in one piece.
func (p *pager) Write(b []byte) (int, error) {
	n := len(b)
	width, length := p.s.screen.size()
	if !p.s.interactive {
		length = 0
	}
	ready := 0 // octets of b that may be printed
	for ready < len(b) && !p.stopped {
		if length > 0 && p.rows >= max(length-1, 1) && p.cells == 0 {
			p.s.screen.print(b[:ready])
			b, ready = b[ready:], 0
			p.more(max(length-1, 1))
			continue
		}
		end := bytes.IndexByte(b[ready:], '\n')
		if p.wants != nil && end >= 0 && p.cells == 0 && !p.wants(b[ready:ready+end]) {
			p.s.screen.print(b[:ready])
			b, ready = b[ready+end+1:], 0
			continue
		}
		if end < 0 {
			p.cells += cells(string(b[ready:]))
			ready = len(b)
			break
		}
		p.cells += cells(string(b[ready : ready+end]))
		p.rows++
		if width > 0 {
			p.rows += max(p.cells-1, 0) / width
		}
		p.cells = 0
		ready += end + 1
	}
	if !p.stopped && !p.s.screen.print(b[:ready]) {
		p.stop()
	}
	if p.stopped {
		return n, errStopped
	}
	return n, nil
}

// stop ends the command.
func (p *pager) stop() {
	p.stopped = true
	p.cancel()
}

// more waits for a key: blank for a page, Enter for a line, / for what follows the
// first match, + for what matches, - for what does not, any other key to stop.
func (p *pager) more(page int) {
	p.s.screen.open(&editLine{prompt: more})
	k, err := p.s.keyboard.single(p.ctx)
	p.s.screen.erase(wipeMore)
	switch {
	case err == nil && k == ' ':
		p.rows = 0
	case err == nil && k == enter:
		p.rows = page - 1
	case err == nil && (k == '/' || k == '+' || k == '-'):
		p.rows = 0
		p.choose(k)
	default:
		p.s.ended = p.s.ended || over(err)
		p.stop()
	}
}

// choose reads a regular expression and prints only what it says from here.
func (p *pager) choose(k key) {
	l, end, err := p.s.readLine(p.ctx, &editLine{prompt: string(rune(k))}, nil)
	if err != nil || end != enter {
		p.s.ended = p.s.ended || over(err)
		p.stop()
		return
	}
	re, err := compile(string(l.text))
	if err != nil {
		p.s.print(err.Error() + "\n")
		return
	}
	switch k {
	case '+':
		p.wants = re.Match
	case '-':
		p.wants = func(line []byte) bool { return !re.Match(line) }
	default:
		found := false
		p.wants = func(line []byte) bool {
			found = found || re.Match(line)
			return found
		}
	}
	p.s.print("filtering...\n")
}
