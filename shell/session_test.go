package shell

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/ptytest"
	"conft/shell/grammar"
)

// netmiko, scrapli and Ansible read until they see their command echoed: no
// backspace, no repaint, one line, CR LF.
func TestEchoIsByteExact(t *testing.T) {
	got := typeKeys(t, options(newFake(), nil), "show privilege\n\n")
	want := "\r\nR1>show privilege\r\nCurrent privilege level is 1\r\nR1>\r\nR1>\r\n"
	if got != want {
		t.Errorf("sent %q, want %q", got, want)
	}
}

// With a width of 0, 511 or 512, as programs set it, a long line is never repainted.
func TestWideLineIsNotRepainted(t *testing.T) {
	for _, width := range []string{"0", "511", "512"} {
		long := "show interfaces | include " + strings.Repeat("0123456789", 60)
		got := typeKeys(t, options(newFake(), nil), "terminal width "+width+"\r"+long+"\r")
		if !strings.Contains(got, "R1>"+long+"\r\nR1>") || strings.Contains(got, "\b") {
			t.Errorf("width %s: sent %q", width, got)
		}
	}
}

// The octets around --More-- are what programs search for.
func TestMoreOctets(t *testing.T) {
	got := typeKeys(t, options(newFake(), nil), "terminal length 3\rshow ip route\r q")
	want := "\r\ncrypto isakmp policy 10\r\n encr aes\r\n --More-- " + wipeMore +
		" group 2\r\n!\r\n --More-- " + wipeMore + "R1>"
	if !strings.Contains(got, want) {
		t.Errorf("sent %q, want in it %q", got, want)
	}
}

// Esc alone stops the output at once, and an arrow key leaves nothing behind.
func TestEscapeStopsOutput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := start(t, options(newFake(), nil))
		for _, k := range []string{"\x1b", "\x1b[A", "\t", "Q"} {
			l.keys("show interfaces\r")
			time.Sleep(time.Second)
			l.seen()
			l.keys(k[:1]) // an arrow key may come in pieces
			if _, err := io.WriteString(l.conn, k[1:]); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			l.seen()
			if got := l.keys("show privilege\r"); got != "show privilege\r\nCurrent privilege level is 1\r\nR1>" {
				t.Errorf("behind %q: %q", k, got)
			}
		}
		l.end()
	})
}

// What `more` prints can be filtered as well.
func TestMoreIsFiltered(t *testing.T) {
	more := grammar.Exec[*Session]{Syntax: "more flash:$what", Help: grammar.Help{"more": "Display the contents of a file", "$what": "File to display"},
		Run: func(_ context.Context, s *Session, a grammar.Args) error {
			_, err := io.WriteString(s, a.String("what")+"\none\ntwo\n")
			return err
		}}
	got := display(typeKeys(t, options(newFake(), nil, more), "more flash:x | i o$\rmore flash:x ?"))
	const want = "\nR1>more flash:x | i o$\ntwo\nR1>more flash:x ?\n  |     Output modifiers\n  <cr>\n\nR1>more flash:x\n\n"
	if got != want {
		t.Errorf("screen\n%s\nwant\n%s", got, want)
	}
}

// What announces a show command is printed before its output, whatever filters that.
func TestAnnounce(t *testing.T) {
	on := grammar.Exec[*Session]{Syntax: "announce [no]", Help: grammar.Help{"announce": "A", "no": "N"},
		Run: func(_ context.Context, s *Session, a grammar.Args) error {
			s.Announce(func(w io.Writer) { io.WriteString(w, "Load\n") })
			if a.Has("no") {
				s.Announce(nil)
			}
			return nil
		}}
	got := display(typeKeys(t, options(newFake(), nil, on), "announce\rshow interfaces | i 30\rterminal length 0\rannounce no\rshow privilege\r"))
	const want = "\nR1>announce\nR1>show interfaces | i 30\nLoad\nrow 30\nR1>terminal length 0\nR1>announce no\n" +
		"R1>show privilege\nCurrent privilege level is 1\nR1>\n\n"
	if got != want {
		t.Errorf("screen\n%s\nwant\n%s", got, want)
	}
}

// The log of changes gets each line that was accepted, without its secret.
func TestLinesAreLoggedWithoutSecrets(t *testing.T) {
	f := newFake()
	typeKeys(t, options(f, nil), "en\rcisco?\rconf t\r hostname R2\rena sec  my own\rhostnam\rcrypto map M 10 ipsec-isakmp\r   set peer 1.1.1.1\rhostname R3\rend\r")
	if got := strings.Join(f.logged, "|"); got != "hostname R2|ena sec  *|crypto map M 10 ipsec-isakmp| set peer 1.1.1.1|hostname R3" {
		t.Errorf("logged %q", got)
	}
}

// A commit that fails prints its error and changes nothing; neither the mode
// nor a note of the line that failed.
func TestFailedCommit(t *testing.T) {
	f := newFake()
	f.refuse = errors.New("% 10.1.1.0 overlaps with GigabitEthernet0/0")
	got := display(typeKeys(t, options(f, nil), "en\rconf t\rhostname X\rcrypto map M 1 ipsec-isakmp\r"))
	for _, want := range []string{"R1(config)#hostname X\n% 10.1.1.0 overlaps with GigabitEthernet0/0\n",
		"R1(config)#crypto map M 1 ipsec-isakmp\n% 10.1.1.0 overlaps with GigabitEthernet0/0\nR1(config)#\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("screen\n%s\nlacks\n%s", got, want)
		}
	}
	if f.Config().Hostname != "R1" {
		t.Error("the configuration changed")
	}
}

// Two sessions work on one configuration: a block that another session removed
// is opened again, and lines of both are kept.
func TestSessionsShareTheConfiguration(t *testing.T) {
	f := newFake()
	o := options(f, nil)
	remove := grammar.Exec[*Session]{Syntax: "intrude", Help: grammar.Help{"intrude": "Another session"},
		Run: func(context.Context, *Session, grammar.Args) error {
			return f.Change(func(c *config.Config) error { c.CryptoMaps, c.DomainLookup = nil, false; return nil })
		}}
	o.Exec = execTable(remove)
	typeKeys(t, o, "en\rconf t\rcrypto map M 1 ip\rdo intrude\rset peer 10.2.2.2\r")
	c := f.Config()
	if len(c.CryptoMaps) != 1 || len(c.CryptoMaps[0].Entries[0].Peers) != 1 || c.DomainLookup {
		t.Errorf("configuration %+v", c)
	}
}

// live is a session whose terminal is a test: keys go in one after the other.
type live struct {
	t     *testing.T
	conn  net.Conn
	done  chan error
	s     *Session
	clear func()

	mu  sync.Mutex
	out bytes.Buffer
}

// start runs a session in the bubble of synctest.
func start(t *testing.T, o Options) *live { return startWith(t, o, (*Session).Run) }

func startWith(t *testing.T, o Options, run func(*Session, context.Context) error) *live {
	l := &live{t: t, done: make(chan error, 1)}
	near, far := net.Pipe()
	l.conn = near
	o.Terminal = far
	s := New(o)
	l.s, l.clear = s, s.Clear
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := near.Read(buf)
			l.mu.Lock()
			l.out.Write(buf[:n])
			l.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	go func() { l.done <- run(s, context.Background()) }()
	return l
}

// keys types and returns what the terminal got from then on.
func (l *live) keys(k string) string {
	l.t.Helper()
	if _, err := io.WriteString(l.conn, k); err != nil {
		l.t.Fatal(err)
	}
	return l.seen()
}

func (l *live) seen() string {
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.out.String()
	l.out.Reset()
	return out
}

func (l *live) end() {
	l.t.Helper()
	l.conn.Close()
	if err := <-l.done; err != nil {
		l.t.Errorf("the session ended with %v", err)
	}
}

// A log line never corrupts the line being typed: it begins on a new line, as IOS has it below the
// prompt of `end`, and what was typed is shown again below.
func TestLogLineWhileTyping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		o := options(f, nil)
		o.Console = true
		l := start(t, o)
		l.keys("sh\x02")
		f.hub.Emit(debug.SysConfig{By: o.Origin})
		got := l.seen()
		want := "\r\n*Mar  1 00:01:43.499: %SYS-5-CONFIG_I: Configured from console by console\r\nR1>sh\b"
		if got != want {
			t.Errorf("sent %q, want %q", got, want)
		}
		if got := l.keys("\x05ow privilege\r"); got != "how privilege\r\nCurrent privilege level is 1\r\nR1>" {
			t.Errorf("afterwards %q", got)
		}
		l.end()
	})
}

// A vty gets log lines only after `terminal monitor`.
func TestTerminalMonitor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		o := options(f, nil)
		l := start(t, o)
		emit := func() string {
			l.seen()
			f.hub.Emit(debug.SysConfig{By: o.Origin})
			return l.seen()
		}
		if got := emit(); got != "" {
			t.Errorf("without monitor: %q", got)
		}
		l.keys("terminal monitor\r")
		if got := emit(); !strings.Contains(got, "CONFIG_I") {
			t.Errorf("with monitor: %q", got)
		}
		l.keys("terminal no monitor\r")
		if got := emit(); got != "" {
			t.Errorf("after no monitor: %q", got)
		}
		l.end()
	})
}

// explained is a debug line with a note in each language.
type explained struct{ debug.SysConfig }

func (explained) Explain(l debug.Language) string {
	if l == debug.Chinese {
		return "第一条消息：发起方提出它的全部策略，响应方从中选择一个（RFC 2409，5.4节）。"
	}
	return "Message 1: the initiator offers all of its policies and the responder chooses one."
}

func TestExplanations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		o := options(f, nil)
		o.Width, o.Console = 41, true
		l := start(t, o)
		emit := func() string {
			l.seen()
			f.hub.Emit(explained{})
			return display(l.seen())
		}
		l.keys("terminal debug-explain english\r")
		if got, want := emit(), "by\n    Message 1: the initiator offers all\n    of its policies and the responder\n    chooses one.\nR1>\n"; !strings.HasSuffix(got, want) {
			t.Errorf("screen\n%s", got)
		}
		l.keys("terminal debug-explain chinese\r")
		if got, want := emit(), "by\n    第一条消息：发起方提出它的全部策略，\n    响应方从中选择一个（RFC 2409，5.4\n    节）。\nR1>\n"; !strings.HasSuffix(got, want) {
			t.Errorf("screen\n%s", got)
		}
		l.keys("terminal debug-explain off\r")
		if got := emit(); !strings.HasSuffix(got, "by\nR1>\n") {
			t.Errorf("screen\n%s", got)
		}
		l.end()
	})
}

// A terminal that does not read loses lines, is told how many, and holds up nobody.
func TestSlowTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		near, far := net.Pipe()
		o := options(f, far)
		o.Console = true
		done := make(chan error)
		go func() { done <- New(o).Run(context.Background()) }()
		synctest.Wait() // the session hangs in its first octets
		for range logQueue + logBatch + 20 {
			f.hub.Emit(debug.SysConfig{By: o.Origin})
		}
		text := make(chan string)
		go func() {
			b, _ := io.ReadAll(near)
			text <- string(b)
		}()
		synctest.Wait()
		far.Close()
		<-done
		if got := <-text; !strings.Contains(got, " messages lost because of queue overflow\r\n") {
			t.Errorf("no count of lost lines at the end of %d octets", len(got))
		}
	})
}

// ping is a command that prints a symbol a second.
var ping = grammar.Exec[*Session]{Syntax: "ping", Help: grammar.Help{"ping": "Send echo messages"},
	Run: func(ctx context.Context, s *Session, _ grammar.Args) error {
		for range 5 {
			select {
			case <-ctx.Done():
				io.WriteString(s, "\nSuccess rate is 0 percent\n")
				return ctx.Err()
			case <-time.After(time.Second):
				io.WriteString(s, "!")
			}
		}
		io.WriteString(s, "\nSuccess rate is 100 percent\n")
		return nil
	}}

// Symbols appear one by one, a log line begins on a line of its own, and what is
// typed ahead waits.
func TestStreamingCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		o := options(f, nil, ping)
		o.Console = true
		l := start(t, o)
		l.keys("ping\r")
		time.Sleep(2500 * time.Millisecond)
		if got := l.seen(); got != "!!" {
			t.Errorf("after 2.5 s: %q", got)
		}
		f.hub.Emit(debug.SysConfig{By: o.Origin})
		if got := l.seen(); !strings.HasPrefix(got, "\r\n*Mar") || !strings.HasSuffix(got, "console\r\n") {
			t.Errorf("log line: %q", got)
		}
		if got := l.keys("show priv"); got != "" {
			t.Errorf("type-ahead is echoed too early: %q", got)
		}
		time.Sleep(3 * time.Second)
		if got := l.seen(); got != "!!!\r\nSuccess rate is 100 percent\r\nR1>show priv" {
			t.Errorf("at the end: %q", got)
		}
		l.end()
	})
}

func TestAbort(t *testing.T) {
	for _, k := range []string{"\x03", "\x1e"} {
		synctest.Test(t, func(t *testing.T) {
			l := start(t, options(newFake(), nil, ping))
			l.keys("ping\r")
			time.Sleep(1500 * time.Millisecond)
			if got := l.keys(k); got != "!\r\nSuccess rate is 0 percent\r\nR1>" {
				t.Errorf("%q: %q", k, got)
			}
			const unknown = "Translating \"silent\"...domain server (10.0.0.53)\r\n% Unknown command or computer name, or unable to find computer address\r\nR1>"
			if got := l.keys("silent\r") + l.keys(k); got != "silent\r\n"+unknown {
				t.Errorf("%q at a name: %q", k, got)
			}
			l.keys("abc" + "\x15")
			if got := l.keys("show privilege\r"); !strings.Contains(got, "level is 1") {
				t.Errorf("the session does not go on: %q", got)
			}
			l.end()
		})
	}
}

// A command whose terminal is gone ends; nothing goes on printing for nobody.
func TestHangUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		forever := grammar.Exec[*Session]{Syntax: "forever", Help: grammar.Help{"forever": "Print"},
			Run: func(ctx context.Context, s *Session, _ grammar.Args) error {
				for ctx.Err() == nil {
					io.WriteString(s, "!")
					time.Sleep(time.Second)
				}
				return ctx.Err()
			}}
		l := start(t, options(newFake(), nil, forever))
		l.keys("forever\r")
		l.end()
	})
}

// The console waits for Enter before each dialogue, and forgets the last one's rights.
func TestConsoleLine(t *testing.T) {
	tt := &typist{Reader: strings.NewReader("x\ren\rexit\r\rshow privilege\r")}
	o := options(newFake(), tt)
	if err := New(o).RunConsole(context.Background()); err != nil {
		t.Fatal(err)
	}
	want := "\n\n\nPress RETURN to get started!\n\nR1>en\nR1#exit\n\n\nR1 con0 is now available\n\n\n\n\n\n" +
		"Press RETURN to get started.\n\n\n\nR1>show privilege\nCurrent privilege level is 1\nR1>\n\n"
	if got := display(tt.out.String()); got != want {
		t.Errorf("screen %q, want %q", got, want)
	}
}

// batch are the options of lines without a terminal.
func batch(f *fake, rw io.ReadWriter) Options {
	o := options(f, rw)
	o.Level = maxLevel
	return o
}

// Lines without a terminal: no prompt, no echo, no page, every line tried.
func TestExecute(t *testing.T) {
	var out strings.Builder
	f := newFake()
	lines := []string{"show privilege", "conf t", "hostname X", "crypto map M 1 ip", "wrong", "end", "show interfaces | count row", "reload"}
	if !Execute(context.Background(), batch(f, nil), &out, slices.Values(lines)) {
		t.Error("a refused line is not reported")
	}
	want := "Current privilege level is 15\n" +
		"% NOTE: This new crypto map will remain disabled until a peer\n        and a valid access list have been configured.\n" +
		"X(config-crypto-map)#wrong\n                     ^\n% Invalid input detected at '^' marker.\n\n" +
		"\nNumber of lines which match regexp = 30\n true\n"
	if out.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", out.String(), want)
	}
	if Execute(context.Background(), batch(f, nil), io.Discard, slices.Values([]string{"show ip route", ""})) {
		t.Error("a good line is reported as refused")
	}
	if f.Config().Hostname != "X" {
		t.Error("nothing was configured")
	}
}

// The same dialogue over a real terminal device.
func TestPseudoTerminal(t *testing.T) {
	user, program := ptytest.Open(t)
	o := options(newFake(), program)
	done := make(chan error, 1)
	go func() { done <- New(o).Run(context.Background()) }()
	var got []byte
	expect := func(suffix string) {
		t.Helper()
		buf := make([]byte, 1024)
		for !bytes.HasSuffix(got, []byte(suffix)) {
			user.SetReadDeadline(time.Now().Add(10 * time.Second))
			n, err := user.Read(buf)
			if err != nil {
				t.Fatalf("%v after %q, expecting %q", err, got, suffix)
			}
			got = append(got, buf[:n]...)
		}
	}
	for _, step := range [][2]string{
		{"", "\r\nR1>"}, {"en\r", "R1>en\r\nR1#"}, {"sh pri?", "privilege  \r\nR1#sh pri"},
		{"\r", "level is 15\r\nR1#"}, {"show interfaces\r", "row 23\r\n --More-- "}, {"q", wipeMore + "R1#"},
		{"conf t\rhostname P", "R1(config)#hostname P"}, {"\x1a", "hostname P^Z\r\nP#"}, {"exit\r", "P#exit\r\n"},
	} {
		if _, err := user.WriteString(step[0]); err != nil {
			t.Fatal(err)
		}
		expect(step[1])
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// FuzzKeys types anything: no panic, no control character but those of a plain
// terminal, and the session lives until the end of input.
func FuzzKeys(f *testing.F) {
	for _, k := range []string{"sh\t?\r", "en\rconf t\rcry m x 1 ip\r\x1a", "\x1b[A\x1b[D\x04\x14\x17\x19\x1by\x1bc", "中文\x02\x02\x7f\x01\x0b\x19\r",
		"terminal width 20\rshow interfaces | include a long text that scrolls\x01\x05\x1bb\r", "terminal length 2\rshow interfaces\r \r\rq", "\xff\xc3\x28\x16?\x16\x01"} {
		f.Add(k)
	}
	f.Fuzz(func(t *testing.T, keys string) {
		out := typeKeys(t, options(newFake(), nil), keys)
		for _, c := range out {
			if c < ' ' && !strings.ContainsRune("\r\n\b\a", c) || c == 0x7f {
				t.Fatalf("%q: sent %q", keys, c)
			}
		}
	})
}

// Without a terminal, what a command wants pasted, and its yes or no, are the lines
// behind it.
func TestExecutePastes(t *testing.T) {
	var out strings.Builder
	lines := []string{"import", "MIIB", "AgAA", "quit", "yes", "import", "MIIC", "", "show privilege"}
	if !Execute(context.Background(), batch(newFake(), nil), &out, slices.Values(lines)) {
		t.Error("a question that nobody answers is no refusal")
	}
	const want = "\"MIIB\\nAgAA\\n\" yes\n"
	if got := out.String(); !strings.Contains(got, want) || !strings.Contains(got, "needs a terminal") || !strings.Contains(got, "Current privilege level is 15\n") {
		t.Errorf("got %q", got)
	}
}

// A pasted line that destroys what is not in the configuration takes effect before the next
// one, which may make the same thing anew.
func TestLineThatTakesEffectAtOnce(t *testing.T) {
	f := newFake()
	lines := []string{"configure terminal", "crypto map M 10 ipsec-isakmp", "description a", "no description", "description b", "end"}
	if Execute(context.Background(), batch(f, nil), io.Discard, slices.Values(lines)) {
		t.Fatal("a line was refused")
	}
	if got := strings.Join(f.did, " "); !strings.HasPrefix(got, "stage stage stage settle stage") {
		t.Errorf("got %q", got)
	}
}
