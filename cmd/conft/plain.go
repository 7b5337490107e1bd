package main

import (
	"bytes"
	"io"
	"sync"
)

// plainText is the screen of a console as a file is to have it: line by line, each as
// it stands when it is left. A message that takes the place of a prompt leaves nothing
// of it, and there are no carriage returns.
type plainText struct {
	w io.Writer

	mu   sync.Mutex
	line []byte
	col  int
}

func (p *plainText) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range b {
		switch c {
		case '\r':
		case '\b':
			if p.col = max(0, p.col-1); p.col == 0 && len(bytes.Trim(p.line, " ")) == 0 {
				p.line = p.line[:0] // wiped
			}
		case '\n':
			if _, err := p.w.Write(append(p.line, c)); err != nil {
				return 0, err
			}
			p.line, p.col = p.line[:0], 0
		default:
			if p.col == len(p.line) {
				p.line = append(p.line, c)
			}
			p.line[p.col] = c
			p.col++
		}
	}
	return len(b), nil
}
