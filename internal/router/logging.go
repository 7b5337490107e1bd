package router

import (
	"conft/debug"
	"conft/internal/config"
)

var stampKinds = map[config.TimestampKind]debug.StampKind{
	config.TimestampNone:     debug.StampNone,
	config.TimestampUptime:   debug.StampUptime,
	config.TimestampDatetime: debug.StampDatetime,
}

// setLogging makes the log what the configuration says.
func (r *Router) setLogging(c *config.Config) {
	r.hub.SetFormat(stamp(c.TimestampsDebug), stamp(c.TimestampsLog))
	r.hub.SetLevel(debug.ConsoleLine, level(c.LoggingConsole))
	r.hub.SetLevel(debug.MonitorLine, level(c.LoggingMonitor))
	r.hub.SetBuffer(c.LoggingBuffered.Size, level(c.LoggingBuffered))
}

func stamp(t config.Timestamps) debug.Stamp {
	return debug.Stamp{Kind: stampKinds[t.Kind], Msec: t.Msec, Local: t.Local, ShowZone: t.ShowZone, Year: t.Year}
}

func level(l config.Logging) int {
	if !l.Enabled {
		return debug.Off
	}
	return int(l.Level)
}

// DebugFlags returns which debugging is on.
func (r *Router) DebugFlags() debug.Flag { return r.hub.Flags() }

// SetDebugFlags replaces what debugging is on.
func (r *Router) SetDebugFlags(f debug.Flag) { r.hub.SetFlags(f) }

// Log returns what `show logging` prints.
func (r *Router) Log() LogState {
	n := r.hub.Counters()
	return LogState{Dropped: n.Dropped, Console: n.Console, Monitor: n.Monitor, Buffer: n.Buffer, Lines: r.hub.Buffer()}
}

// ClearLog empties the buffer.
func (r *Router) ClearLog() { r.hub.ClearBuffer() }
