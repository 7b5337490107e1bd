package debug

import (
	"strconv"
	"time"
)

// Clock is what a time stamp is made from. The router's clock implements it.
type Clock interface {
	// Now is the router's time in the configured zone.
	Now() time.Time
	// Mark is '*' while the clock is not set, '.' when its source was lost, 0 when
	// it is good.
	Mark() byte
	// Uptime is the time since the router started.
	Uptime() time.Duration
}

// StampKind is the form of a time stamp.
type StampKind uint8

const (
	StampNone     StampKind = iota
	StampUptime             // "00:02:58", "1d02h", "20w2d", "1y2w"
	StampDatetime           // "*Mar  1 00:01:43.499"
)

// Stamp is one `service timestamps debug|log` setting. The fields after Kind
// belong to the datetime form.
type Stamp struct {
	Kind     StampKind
	Msec     bool
	Local    bool // the clock's zone, else UTC
	ShowZone bool
	Year     bool
}

// append appends the stamp of this moment with ": ", or nothing.
func (s Stamp) append(b []byte, c Clock) []byte {
	switch s.Kind {
	case StampNone:
		return b
	case StampUptime:
		b = appendUptime(b, c.Uptime())
	default:
		if mark := c.Mark(); mark != 0 {
			b = append(b, mark)
		}
		now := c.Now()
		if !s.Local {
			now = now.UTC()
		}
		b = now.AppendFormat(b, s.layout())
	}
	return append(b, ": "...)
}

func (s Stamp) layout() string {
	layout := "Jan _2 "
	if s.Year {
		layout += "2006 "
	}
	layout += "15:04:05"
	if s.Msec {
		layout += ".000"
	}
	if s.ShowZone {
		layout += " MST"
	}
	return layout
}

// UptimeText is a time since something began, "00:02:58" or "3d18h".
func UptimeText(d time.Duration) string { return string(appendUptime(nil, d)) }

// appendUptime appends the two largest units, as IOS does.
func appendUptime(b []byte, d time.Duration) []byte {
	const (
		day  = 24 * time.Hour
		week = 7 * day
		year = 365 * day
	)
	unit := func(n time.Duration, name byte) {
		b = append(strconv.AppendInt(b, int64(n), 10), name)
	}
	two := func(n time.Duration) {
		b = append(b, byte('0'+n/10), byte('0'+n%10))
	}
	switch {
	case d >= year:
		unit(d/year, 'y')
		unit(d%year/week, 'w')
	case d >= week:
		unit(d/week, 'w')
		unit(d%week/day, 'd')
	case d >= day:
		unit(d/day, 'd')
		two(d % day / time.Hour)
		b = append(b, 'h')
	default:
		two(d / time.Hour)
		b = append(b, ':')
		two(d % time.Hour / time.Minute)
		b = append(b, ':')
		two(d % time.Minute / time.Second)
	}
	return b
}
