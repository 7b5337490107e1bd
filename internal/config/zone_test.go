package config

import (
	"testing"
	"time"
	_ "time/tzdata" // where the machine has none
)

var berlin = TimeZone{Name: "CET", Minutes: 60, Summer: Summer{Name: "CEST", Recurring: true, Ahead: 60,
	From: Edge{Month: time.March, Week: LastWeek, Weekday: time.Sunday, Minute: 120},
	To:   Edge{Month: time.October, Week: LastWeek, Weekday: time.Sunday, Minute: 180}}}

// TestZoneLikeTheZoneDatabase compares each hour of some years with what the system's own
// rules say.
func TestZoneLikeTheZoneDatabase(t *testing.T) {
	for _, x := range []struct {
		place string
		zone  TimeZone
	}{
		{"Europe/Berlin", berlin},
		{"America/New_York", TimeZone{Name: "EST", Minutes: -300, Summer: Summer{Name: "EDT", Recurring: true, Ahead: 60, From: USSummer[0], To: USSummer[1]}}},
		{"Australia/Sydney", TimeZone{Name: "AEST", Minutes: 600, Summer: Summer{Name: "AEDT", Recurring: true, Ahead: 60,
			From: Edge{Month: time.October, Week: 1, Weekday: time.Sunday, Minute: 120},
			To:   Edge{Month: time.April, Week: 1, Weekday: time.Sunday, Minute: 180}}}},
		{"Asia/Kolkata", TimeZone{Name: "IST", Minutes: 330}},
	} {
		place, err := time.LoadLocation(x.place)
		if err != nil {
			t.Fatal(err)
		}
		for at := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2027; at = at.Add(time.Hour) {
			if got, want := x.zone.In(at), at.In(place); got.Format("MST 15:04 Jan 2") != want.Format("MST 15:04 Jan 2") {
				t.Fatalf("%s: %s, want %s", x.place, got, want)
			}
		}
	}
}

func TestZoneBetweenDates(t *testing.T) {
	z := TimeZone{Name: "CET", Minutes: 60, Summer: Summer{Name: "CEST", Ahead: 60,
		From: Edge{Month: time.March, Day: 30, Year: 2014, Minute: 120}, To: Edge{Month: time.October, Day: 26, Year: 2014, Minute: 180}}}
	for utc, want := range map[string]string{
		"2014-03-30T00:59:00Z": "01:59 CET", "2014-03-30T01:00:00Z": "03:00 CEST",
		"2014-10-26T00:59:00Z": "02:59 CEST", "2014-10-26T01:00:00Z": "02:00 CET", "2015-07-01T00:00:00Z": "01:00 CET",
	} {
		at, _ := time.Parse(time.RFC3339, utc)
		if got := z.In(at).Format("15:04 MST"); got != want {
			t.Errorf("%s is %s, want %s", utc, got, want)
		}
	}
}

// TestMoment is the way back.
func TestMoment(t *testing.T) {
	for wall, want := range map[string]string{
		"2026-07-01T12:00:00Z": "2026-07-01T12:00:00+02:00", "2026-01-01T12:00:00Z": "2026-01-01T12:00:00+01:00",
		"2026-03-29T01:59:00Z": "2026-03-29T01:59:00+01:00", "2026-03-29T03:00:00Z": "2026-03-29T03:00:00+02:00",
	} {
		at, _ := time.Parse(time.RFC3339, wall)
		if got := berlin.Moment(at).Format(time.RFC3339); got != want {
			t.Errorf("%s is %s, want %s", wall, got, want)
		}
	}
}
