package router

import (
	"testing"

	"conft/debug"
	"conft/internal/config"
)

// Without `logging on` only the console is told.
func TestNoLoggingOn(t *testing.T) {
	r := &Router{hub: debug.NewHub(NewClock(BootClock, func() bool { return false }))}
	console := r.hub.Subscribe(debug.ConsoleLine, 4, debug.ExplainOff)
	monitor := r.hub.Subscribe(debug.MonitorLine, 4, debug.ExplainOff)
	defer console.Close()
	defer monitor.Close()
	c := config.New()
	c.LoggingOff = true
	r.setLogging(c)
	r.hub.Emit(debug.SysRestart{})
	if len(console.C) != 1 || len(monitor.C) != 0 || len(r.hub.Buffer()) != 0 {
		t.Errorf("%d lines on the console, %d on monitors, %d in the buffer", len(console.C), len(monitor.C), len(r.hub.Buffer()))
	}
	c.LoggingOff = false
	r.setLogging(c)
	r.hub.Emit(debug.SysRestart{})
	if len(console.C) != 2 || len(monitor.C) != 1 || len(r.hub.Buffer()) != 1 {
		t.Errorf("back on: %d lines on the console, %d on monitors, %d in the buffer", len(console.C), len(monitor.C), len(r.hub.Buffer()))
	}
}
