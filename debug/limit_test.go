package debug

import (
	"testing"
	"time"
)

func TestSequenceNumbers(t *testing.T) {
	h := newTestHub()
	console := h.Subscribe(ConsoleLine, 10, ExplainOff)
	defer console.Close()
	h.Emit(configured)
	h.SetNumbered(true)
	h.Emit(linkDown)
	expect(t, "numbered", drain(console), configuredText, "000002: "+linkDownText)
}

// TestRateLimit lets two messages a second through, and those that are excepted.
func TestRateLimit(t *testing.T) {
	clock := &fakeClock{now: march1, mark: '*', up: 103 * time.Second}
	h := NewHub(clock)
	console := h.Subscribe(ConsoleLine, 10, ExplainOff)
	defer console.Close()
	h.SetLimit(Limit{PerSecond: 2, Except: 3})
	for range 4 {
		h.Emit(configured)
	}
	h.Emit(linkDown) // severity 3
	expect(t, "limited", drain(console), configuredText, configuredText, linkDownText)
	clock.up += time.Second
	h.Emit(configured)
	expect(t, "the next second", drain(console), configuredText)
	if n := h.Counters().Limited; n != 2 {
		t.Errorf("%d messages limited, want 2", n)
	}

	h.SetLimit(Limit{PerSecond: 1, Console: true, Except: -1})
	h.TurnOn(FlagISAKMP)
	was := len(h.Buffer())
	for range 3 {
		h.Emit(configured)
		h.Emit(beginning) // debug lines are not limited without `all`
	}
	expect(t, "on the console", drain(console), configuredText, beginningText, beginningText, beginningText)
	if n := len(h.Buffer()) - was; n != 6 {
		t.Errorf("the buffer took %d of 6", n)
	}
}

func TestCounting(t *testing.T) {
	h := newTestHub()
	h.Emit(configured)
	if h.Counts() != nil {
		t.Error("counted without being asked")
	}
	h.SetCounting(true)
	h.TurnOn(FlagISAKMP)
	h.Emit(configured)
	h.SetNumbered(true)
	h.Emit(linkDown)
	h.Emit(beginning)
	h.Emit(configured)
	want := []Count{{"SYS", "CONFIG_I", 5, 2, "*Mar  1 00:01:43.499"}, {"LINK", "UPDOWN", 3, 1, "*Mar  1 00:01:43.499"}}
	got := h.Counts()
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%+v, want %+v", got, want)
	}
}
