package debug

import (
	"testing"
	"time"
)

// fakeClock stands still unless step is set; then each reading is later than the last.
type fakeClock struct {
	now  time.Time
	mark byte
	up   time.Duration
	step time.Duration
}

func (c *fakeClock) Now() time.Time        { c.now = c.now.Add(c.step); return c.now }
func (c *fakeClock) Mark() byte            { return c.mark }
func (c *fakeClock) Uptime() time.Duration { return c.up }

func TestStamp(t *testing.T) {
	var (
		cet  = time.FixedZone("CET", 3600)
		boot = time.Date(1993, time.March, 1, 0, 1, 43, 499_600_000, time.UTC)
		late = time.Date(2026, time.November, 23, 23, 30, 0, 0, time.UTC).In(cet)
	)
	const h = time.Hour
	for _, c := range []struct {
		stamp Stamp
		clock fakeClock
		want  string
	}{
		{Stamp{Kind: StampDatetime, Msec: true}, fakeClock{now: boot, mark: '*'}, "*Mar  1 00:01:43.499: "},
		{Stamp{Kind: StampDatetime}, fakeClock{now: boot, mark: '.'}, ".Mar  1 00:01:43: "},
		{Stamp{Kind: StampDatetime, Msec: true, Year: true, ShowZone: true}, fakeClock{now: boot}, "Mar  1 1993 00:01:43.499 UTC: "},
		{Stamp{Kind: StampDatetime, Msec: true}, fakeClock{now: late}, "Nov 23 23:30:00.000: "},
		{Stamp{Kind: StampDatetime, Local: true, ShowZone: true}, fakeClock{now: late}, "Nov 24 00:30:00 CET: "},
		{Stamp{Kind: StampNone, Msec: true}, fakeClock{now: boot, mark: '*'}, ""},
		{Stamp{Kind: StampUptime}, fakeClock{up: 178 * time.Second}, "00:02:58: "},
		{Stamp{Kind: StampUptime, Msec: true}, fakeClock{up: 24*h - 1}, "23:59:59: "},
		{Stamp{Kind: StampUptime}, fakeClock{up: 26*h + 59*time.Minute}, "1d02h: "},
		{Stamp{Kind: StampUptime}, fakeClock{up: 6*24*h + 23*h}, "6d23h: "},
		{Stamp{Kind: StampUptime}, fakeClock{up: 142 * 24 * h}, "20w2d: "},
		{Stamp{Kind: StampUptime}, fakeClock{up: (365 + 15) * 24 * h}, "1y2w: "},
	} {
		if got := string(c.stamp.append(nil, &c.clock)); got != c.want {
			t.Errorf("%+v:\n got %q\nwant %q", c.stamp, got, c.want)
		}
	}
}
