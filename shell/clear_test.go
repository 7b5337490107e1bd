package shell

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"conft/internal/config"
	"conft/shell/grammar"
)

func TestClear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near := newFake()
		o := consoleOf(near)
		tt := &typist{Reader: blocked{}}
		o.Terminal = tt
		s := New(o)
		done := make(chan error, 1)
		go func() { done <- s.Run(context.Background()) }()
		synctest.Wait()
		time.Sleep(time.Minute)
		if idle := s.Idle(); idle != time.Minute {
			t.Errorf("idle for %v", idle)
		}
		s.Clear()
		if err := <-done; err != nil {
			t.Error(err)
		}
		time.Sleep(time.Hour)
	})
}

// blocked is a keyboard that nobody types on.
type blocked struct{}

func (blocked) Read([]byte) (int, error) {
	time.Sleep(time.Hour)
	return 0, io.EOF
}

// A line is cleared at once, whatever its user is doing, and what he has typed ahead is not
// carried out.
func TestClearAnywhere(t *testing.T) {
	for name, keys := range map[string]string{
		"a command that runs":       "ping\rshow privilege\r",
		"a page that waits":         "show interfaces\r",
		"a search":                  "show interfaces\r/x",
		"a list of commands":        "terminal length 3\r?",
		"a question":                "enable\rreload\r",
		"a confirmation":            "enable\rreload\r\r",
		"a text":                    "enable\rconf t\rbanner motd #\rabc\r",
		"configuration":             "enable\rconf t\rhostname",
		"a password":                "enable 15\r",
		"a command in its midst":    "show pri",
		"a page in configuration":   "enable\rconf t\rdo show interfaces\r",
		"a command that asks names": "silent\r",
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			l := start(t, options(f, nil, ping))
			l.keys(keys)
			l.clear()
			synctest.Wait()
			select {
			case err := <-l.done:
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			default:
				t.Errorf("%s goes on", name)
				l.conn.Close()
				<-l.done
			}
			if got := l.seen(); strings.Contains(got, "level is") {
				t.Errorf("%s: what was typed ahead was carried out: %q", name, got)
			}
			l.conn.Close()
			if inConfig := strings.Contains(keys, "conf t"); inConfig != strings.Contains(strings.Join(f.hub.Buffer(), "\n"), "CONFIG_I") {
				t.Errorf("%s: logged %q", name, f.hub.Buffer())
			}
		})
	}
}

// The console is free for another when its line is cleared: who comes next has the rights of
// nobody.
func TestClearConsole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startWith(t, consoleOf(newFake()), (*Session).RunConsole)
		l.keys("\renable\r")
		l.clear()
		if got := l.seen(); !strings.HasSuffix(got, "Press RETURN to get started.\r\n\r\n\r\n") {
			t.Errorf("cleared: %q", got)
		}
		l.clear() // nobody is there
		if got := l.keys("\rshow privilege\r"); !strings.Contains(got, "level is 1\r\n") {
			t.Errorf("the next user: %q", got)
		}
		l.end()
	})
}

// The time without a key ends the session at a page, too.
func TestTimeoutAtPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, consoleOf(newFake()))
		l.keys("show interfaces\r")
		time.Sleep(config.DefaultExecTimeout * time.Second)
		synctest.Wait()
		select {
		case <-l.done:
		default:
			t.Error("the session goes on")
		}
		l.conn.Close()
	})
}

// Of a question of several lines each begins at the left margin.
func TestQuestionOfSeveralLines(t *testing.T) {
	ask := grammar.Exec[*Session]{Syntax: "overwrite", Help: grammar.Help{"overwrite": "Ask"},
		Run: func(ctx context.Context, s *Session, _ grammar.Args) error {
			if _, err := s.Ask(ctx, "one\ntwo? "); err != nil {
				return err
			}
			_, err := s.Confirm(ctx, "three\nfour? [confirm]")
			return err
		}}
	got := typeKeys(t, options(newFake(), nil, ask), "overwrite\rab\x7fc\ry")
	if want := "overwrite\r\none\r\ntwo? ab\b \bc\r\nthree\r\nfour? [confirm]y\r\nR1>"; !strings.Contains(got, want) {
		t.Errorf("sent %q", got)
	}
}
