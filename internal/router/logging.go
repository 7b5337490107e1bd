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
	r.hub.SetManner(manner(c))
	r.hub.SetFormat(stamp(c.TimestampsDebug), stamp(c.TimestampsLog))
	r.hub.SetLevel(debug.ConsoleLine, level(c.LoggingConsole))
	monitor, buffer := level(c.LoggingMonitor), level(c.LoggingBuffered)
	if c.LoggingOff {
		monitor, buffer = debug.Off, debug.Off
	}
	r.hub.SetLevel(debug.MonitorLine, monitor)
	r.hub.SetBuffer(c.LoggingBuffered.Size, buffer)
	r.hub.SetNumbered(c.Syslog.Numbered)
	r.hub.SetCounting(c.Syslog.Count)
	r.hub.SetLimit(limit(c.Syslog.Limit))
}

func limit(l config.RateLimit) debug.Limit {
	out := debug.Limit{PerSecond: l.PerSecond, Console: l.Console, Debug: l.All, Except: -1}
	if l.Excepted {
		out.Except = int(l.Except)
	}
	return out
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
