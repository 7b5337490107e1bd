package lab

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sync"
	"time"

	"conft/internal/attach"
)

// A typist types on a router's console and sees what the screen shows. Its screen
// goes to out all the time.
type typist struct {
	client *attach.Client
	done   chan error // gets the end of the session

	mu     sync.Mutex
	seen   []byte
	change chan struct{}
	ended  error
}

var prompt = regexp.MustCompile(`(?:^|[\r\n])[\w.-]+(?:\([\w-]+\))?[>#]$`)

// sit opens a console and copies its screen to out.
func sit(socket string, columns, rows int, out io.Writer) (*typist, error) {
	c, err := attach.Dial(socket, attach.Request{Columns: columns, Rows: rows})
	if err != nil {
		return nil, err
	}
	t := &typist{client: c, done: make(chan error, 1), change: make(chan struct{}, 1)}
	go t.watch(out)
	return t, nil
}

func (t *typist) watch(out io.Writer) {
	b := make([]byte, 4096)
	for {
		n, err := t.client.Read(b)
		out.Write(b[:n])
		t.mu.Lock()
		t.seen = append(t.seen, b[:n]...)
		t.ended = err
		t.mu.Unlock()
		select {
		case t.change <- struct{}{}:
		default:
		}
		if err != nil {
			t.done <- err
			return
		}
	}
}

// enter types a line and waits for the next prompt; it returns what the screen
// showed in between.
func (t *typist) enter(line string, limit time.Duration) (string, error) {
	t.mu.Lock()
	enters := len(t.seen)
	t.mu.Unlock()
	if _, err := io.WriteString(t.client, line+"\r"); err != nil {
		return "", err
	}
	out, err := t.wait(fmt.Sprintf("a prompt after %q", line), limit, func(seen []byte) bool {
		seen = seen[enters:]
		// The first line is the echo of what was typed.
		i := bytes.IndexByte(seen, '\n')
		return i >= 0 && prompt.Match(seen[i:])
	})
	return out[enters:], err
}

// await waits for a text that comes without being asked for, on a slow machine among what
// is typed.
func (t *typist) await(text string, limit time.Duration) error {
	_, err := t.wait(fmt.Sprintf("%q", text), limit, func(seen []byte) bool { return bytes.Contains(seen, []byte(text)) })
	return err
}

// wait waits until what was seen is enough, and returns it.
func (t *typist) wait(what string, limit time.Duration, enough func(seen []byte) bool) (string, error) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		t.mu.Lock()
		seen, ended := bytes.Clone(t.seen), t.ended
		t.mu.Unlock()
		if enough(seen) {
			return string(seen), nil
		}
		if ended != nil {
			return string(seen), errors.Join(fmt.Errorf("the console closed before %s", what), ended)
		}
		select {
		case <-t.change:
		case <-timer.C:
			return string(seen), fmt.Errorf("waited %v in vain for %s", limit, what)
		}
	}
}
