package debug

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var march1 = time.Date(1993, time.March, 1, 0, 1, 43, 499_000_000, time.UTC)

func newTestHub() *Hub {
	return NewHub(&fakeClock{now: march1, mark: '*', up: 103 * time.Second})
}

// drain returns what a terminal has got so far.
func drain(s *Subscription) []string {
	var lines []string
	for {
		select {
		case l := <-s.C:
			lines = append(lines, l.Text)
		default:
			return lines
		}
	}
}

func expect(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

var (
	configured = SysConfig{By: Origin{Line: "console"}}
	linkDown   = LinkUpDown{Interface: "GigabitEthernet0/0"}
	beginning  = ISAKMPBeginMain{}

	configuredText = "*Mar  1 00:01:43.499: %SYS-5-CONFIG_I: Configured from console by console"
	linkDownText   = "*Mar  1 00:01:43.499: %LINK-3-UPDOWN: Interface GigabitEthernet0/0, changed state to down"
	beginningText  = "*Mar  1 00:01:43.499: ISAKMP:(0:0:N/A:0): beginning Main Mode exchange"
)

func TestSwitches(t *testing.T) {
	h := newTestHub()
	console := h.Subscribe(ConsoleLine, 10, ExplainOff)
	defer console.Close()

	h.Emit(beginning)
	h.Emit(configured)
	expect(t, "nothing on", drain(console), configuredText)

	h.TurnOn(FlagIPsec)
	h.Emit(beginning)
	expect(t, "another switch on", drain(console))

	h.TurnOn(FlagISAKMP)
	h.Emit(beginning)
	expect(t, "on", drain(console), beginningText)
	if !h.On(FlagISAKMP) || h.Flags() != FlagISAKMP|FlagIPsec {
		t.Errorf("flags %b", h.Flags())
	}

	h.TurnOff(FlagISAKMP)
	h.Emit(beginning)
	expect(t, "off again", drain(console))

	h.SetFlags(0) // undebug all
	if h.On(FlagISAKMP|FlagIPsec) || h.Flags() != 0 {
		t.Errorf("flags %b", h.Flags())
	}
}

func TestFormats(t *testing.T) {
	h := newTestHub()
	console := h.Subscribe(ConsoleLine, 10, ExplainOff)
	defer console.Close()
	h.TurnOn(FlagISAKMP)
	h.SetFormat(Stamp{Kind: StampUptime}, Stamp{})
	h.Emit(ISAKMPAuthStatus{At: At{Conn: 1}})
	h.Emit(configured)
	expect(t, "lines", drain(console),
		"00:01:43: ISAKMP:(0:1:SW:1):SA authentication status:\n        authenticated",
		"%SYS-5-CONFIG_I: Configured from console by console")
}

func TestLevels(t *testing.T) {
	h := newTestHub()
	console := h.Subscribe(ConsoleLine, 10, ExplainOff)
	defer console.Close()
	monitor := h.Subscribe(MonitorLine, 10, ExplainOff)
	defer monitor.Close()
	h.TurnOn(FlagISAKMP)
	h.SetLevel(ConsoleLine, 3)
	h.SetLevel(MonitorLine, 6)
	h.SetBuffer(4096, Off)

	emit := func() {
		h.Emit(beginning)  // 7
		h.Emit(configured) // 5
		h.Emit(linkDown)   // 3
	}
	emit()
	expect(t, "console at errors", drain(console), linkDownText)
	expect(t, "monitor at informational", drain(monitor), configuredText, linkDownText)
	expect(t, "buffer off", h.Buffer())

	h.SetLevel(ConsoleLine, Off)
	h.SetLevel(MonitorLine, 7)
	h.SetBuffer(4096, 5)
	emit()
	expect(t, "console off", drain(console))
	expect(t, "monitor at debugging", drain(monitor), beginningText, configuredText, linkDownText)
	expect(t, "buffer at notifications", h.Buffer(), configuredText, linkDownText)

	if got, want := h.Counters(), (Counters{Console: 1, Monitor: 5, Buffer: 2}); got != want {
		t.Errorf("counters %+v, want %+v", got, want)
	}
}

// Nobody monitors: the monitor counter stands still, as on IOS, and the console's does not.
func TestCountersWithoutTerminals(t *testing.T) {
	h := newTestHub()
	h.Emit(configured)
	if got, want := h.Counters(), (Counters{Console: 1, Buffer: 1}); got != want {
		t.Errorf("counters %+v, want %+v", got, want)
	}
}

// A syslog host is told each line of a message by itself, and lines are what is counted.
func TestLinesForSyslogHosts(t *testing.T) {
	h := newTestHub()
	h.SetLevel(TrapLine, 7)
	sub := h.Subscribe(TrapLine, 10, ExplainOff)
	defer sub.Close()
	h.TurnOn(FlagISAKMP)
	h.Emit(ISAKMPAuthStatus{At: At{Conn: 1}})
	told := slices.Collect((<-sub.C).Lines())
	if len(told) != 2 || h.Counters().Trap != 2 {
		t.Errorf("told %q, counted %d", told, h.Counters().Trap)
	}
}

func TestSlowTerminalLosesLinesAndCountsThem(t *testing.T) {
	h := newTestHub()
	slow := h.Subscribe(ConsoleLine, 2, ExplainOff)
	fast := h.Subscribe(MonitorLine, 10, ExplainOff)
	defer fast.Close()
	for range 5 {
		h.Emit(configured) // would deadlock if it waited for the terminal
	}
	if n := len(drain(fast)); n != 5 {
		t.Errorf("the fast terminal got %d lines", n)
	}
	expect(t, "slow terminal", drain(slow), configuredText, configuredText)
	if slow.Dropped() != 3 || fast.Dropped() != 0 || h.Counters().Dropped != 3 {
		t.Errorf("dropped: slow %d, fast %d, all %d", slow.Dropped(), fast.Dropped(), h.Counters().Dropped)
	}

	slow.Close()
	slow.Close()
	if _, open := <-slow.C; open {
		t.Error("C is open after Close")
	}
	h.Emit(configured)
	if h.Counters().Dropped != 3 {
		t.Errorf("dropped %d after the slow terminal left", h.Counters().Dropped)
	}
}

func TestBuffer(t *testing.T) {
	line := len(configuredText) + 1
	h := newTestHub()
	h.SetBuffer(3*line, 7)
	for range 2 {
		h.Emit(configured)
	}
	expect(t, "two", h.Buffer(), configuredText, configuredText)
	h.Emit(linkDown) // longer than the room left: the oldest goes
	expect(t, "full", h.Buffer(), configuredText, linkDownText)
	h.SetBuffer(len(linkDownText)+1, 7)
	expect(t, "shrunk", h.Buffer(), linkDownText)
	h.SetBuffer(1, 7)
	expect(t, "too small for any line", h.Buffer())
	h.SetBuffer(4096, 7)
	h.Emit(configured)
	h.ClearBuffer()
	expect(t, "cleared", h.Buffer())
	h.Emit(linkDown)
	expect(t, "after clearing", h.Buffer(), linkDownText)
	if n := h.Counters().Buffer; n != 5 {
		t.Errorf("%d messages logged to the buffer", n)
	}
}

func TestExplainPerTerminal(t *testing.T) {
	h := newTestHub()
	h.TurnOn(FlagISAKMP)
	plain := h.Subscribe(ConsoleLine, 10, ExplainOff)
	defer plain.Close()
	learner := h.Subscribe(MonitorLine, 10, Chinese)
	defer learner.Close()

	h.Emit(beginning)
	if l := <-plain.C; l != (Line{Text: beginningText, Severity: 7}) {
		t.Errorf("plain: %+v", l)
	}
	if l := <-learner.C; l != (Line{Text: beginningText, Note: beginning.Explain(Chinese), Severity: 7}) {
		t.Errorf("learner: %+v", l)
	}

	learner.SetExplain(English)
	plain.SetExplain(Chinese)
	h.Emit(beginning)
	if l := <-learner.C; l.Note != beginning.Explain(English) {
		t.Errorf("learner: %+v", l)
	}
	if l := <-plain.C; l.Note != beginning.Explain(Chinese) {
		t.Errorf("plain: %+v", l)
	}
}

// mannered prints the manner that it is asked for.
type mannered struct{ inSyslog }

func (mannered) AppendLine(b []byte, m Manner) []byte { return fmt.Appendf(b, "manner %d", m) }

func TestManner(t *testing.T) {
	h := newTestHub()
	h.SetFormat(Stamp{}, Stamp{})
	h.Emit(mannered{})
	h.SetManner(1)
	h.Emit(mannered{})
	expect(t, "lines", h.Buffer(), "manner 0", "manner 1")
}

// Lines leave in the order of their stamps, whoever emits them, and none is lost
// without being counted.
func TestConcurrentEmit(t *testing.T) {
	const writers, lines = 8, 200
	h := NewHub(&fakeClock{now: march1, step: time.Millisecond})
	h.SetBuffer(1<<20, 7)
	console := h.Subscribe(ConsoleLine, 16, ExplainOff)

	var read []string
	var reader, wg sync.WaitGroup
	reader.Go(func() {
		for l := range console.C {
			read = append(read, l.Text)
		}
	})
	for range writers {
		wg.Go(func() {
			for range lines {
				h.Emit(configured)
			}
		})
		wg.Go(func() {
			for range lines {
				h.Subscribe(MonitorLine, 1, English).Close()
				h.TurnOn(FlagIPsec)
				h.TurnOff(FlagIPsec)
			}
		})
	}
	wg.Wait()
	console.Close()
	reader.Wait()

	for what, got := range map[string][]string{"buffer": h.Buffer(), "console": read} {
		if !slices.IsSorted(got) {
			t.Errorf("%s is out of order", what)
		}
	}
	if n := uint64(len(read)) + console.Dropped(); n != writers*lines {
		t.Errorf("%d lines read and %d dropped, of %d", len(read), console.Dropped(), writers*lines)
	}
	if n := len(h.Buffer()); n != writers*lines {
		t.Errorf("%d lines in the buffer, of %d", n, writers*lines)
	}
	if strings.Count(strings.Join(h.Buffer(), "\n"), "%SYS") != writers*lines {
		t.Error("lines are mixed up")
	}
}

func TestDebuggingOffCostsNothing(t *testing.T) {
	h := newTestHub()
	sequence := uint32(0)
	if n := testing.AllocsPerRun(100, func() {
		if sequence++; h.On(FlagIPsec) {
			h.Emit(IPsecEnable{SPI: sequence})
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
