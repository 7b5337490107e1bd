package config

import "time"

// TimeZone is `clock timezone` and `clock summer-time`. The zero value is UTC all the
// year.
type TimeZone struct {
	Name    string // "" for UTC
	Minutes int    // east of UTC
	Summer  Summer
}

// Summer is when the clock is ahead of the zone's time; the zero value is never.
type Summer struct {
	Name      string // of the zone then, "" for no summer time
	Recurring bool   // every year, else between two dates
	From, To  Edge   // From is in the zone's time, To in the summer's
	Ahead     int    // minutes
}

// Edge is when summer time begins or ends: Day of a Month in a Year, or, every year, a
// Weekday of a week of the month.
type Edge struct {
	Month     time.Month
	Day, Year int
	Week      int // 1 to 4, LastWeek for the last one
	Weekday   time.Weekday
	Minute    int // of the day
}

// LastWeek is the Week of the last weekday of a month.
const LastWeek = 5

// DefaultAhead is how much summer time is ahead, in minutes.
const DefaultAhead = 60

// USSummer is when summer time is where nothing else is said.
var USSummer = [2]Edge{
	{Month: time.March, Week: 2, Weekday: time.Sunday, Minute: 120},
	{Month: time.November, Week: 1, Weekday: time.Sunday, Minute: 120},
}

// in returns the moment in a year, on the clock that hangs on the wall then.
func (e Edge) in(year int) time.Time {
	day := e.Day
	if e.Week > 0 {
		first := time.Date(year, e.Month, 1, 0, 0, 0, 0, time.UTC)
		day = 1 + int(e.Weekday-first.Weekday()+7)%7 + 7*(e.Week-1)
		if e.Week == LastWeek {
			for day -= 7; time.Date(year, e.Month, day+7, 0, 0, 0, 0, time.UTC).Month() == e.Month; {
				day += 7
			}
		}
	} else {
		year = e.Year
	}
	return time.Date(year, e.Month, day, 0, e.Minute, 0, 0, time.UTC)
}

// Edges returns when summer time begins and ends in the year of t, in UTC; ok is false
// where there is none.
func (z *TimeZone) Edges(t time.Time) (from, to time.Time, ok bool) {
	if z.Summer.Name == "" {
		return
	}
	year := t.UTC().Add(z.offset()).Year()
	return z.Summer.From.in(year).Add(-z.offset()), z.Summer.To.in(year).Add(-z.offset() - z.ahead()), true
}

func (z *TimeZone) offset() time.Duration { return time.Duration(z.Minutes) * time.Minute }
func (z *TimeZone) ahead() time.Duration  { return time.Duration(z.Summer.Ahead) * time.Minute }

// At returns the zone's name and its offset from UTC in seconds at a moment.
func (z *TimeZone) At(t time.Time) (name string, seconds int) {
	name, seconds = z.Name, z.Minutes*60
	if name == "" {
		name = "UTC"
	}
	from, to, ok := z.Edges(t)
	if !ok {
		return name, seconds
	}
	begun, over := !t.Before(from), !t.Before(to)
	summer := begun && !over
	if to.Before(from) { // south of the equator
		summer = begun || !over
	}
	if summer {
		return z.Summer.Name, seconds + z.Summer.Ahead*60
	}
	return name, seconds
}

// In returns the moment on the zone's clock.
func (z *TimeZone) In(t time.Time) time.Time {
	if *z == (TimeZone{}) {
		return t.UTC()
	}
	return t.In(time.FixedZone(z.At(t)))
}

// Moment is when the zone's clock shows what t shows in UTC.
func (z *TimeZone) Moment(t time.Time) time.Time {
	guess := t.Add(-z.offset())
	if _, seconds := z.At(guess.Add(-z.ahead())); seconds != z.Minutes*60 {
		guess = t.Add(-time.Duration(seconds) * time.Second)
	}
	return z.In(guess)
}
