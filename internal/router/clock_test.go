package router

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		synced := false
		boot := NewClock(BootClock, func() bool { return true })
		system := NewClock(SystemClock, func() bool { return synced })
		check := func(c *Clock, want string, mark byte) {
			t.Helper()
			if got := c.Now().Format("2006 Jan _2 15:04:05.000"); got != want || c.Mark() != mark {
				t.Fatalf("got %q %q, want %q %q", got, c.Mark(), want, mark)
			}
		}
		time.Sleep(103*time.Second + 499*time.Millisecond)
		check(boot, "1993 Mar  1 00:01:43.499", '*')
		check(system, "2000 Jan  1 00:01:43.499", '*')
		synced = true
		check(system, "2000 Jan  1 00:01:43.499", 0)
		synced = false
		check(system, "2000 Jan  1 00:01:43.499", '.')

		boot.Set(time.Date(2026, time.November, 23, 10, 0, 0, 0, time.UTC))
		time.Sleep(1500 * time.Millisecond)
		check(boot, "2026 Nov 23 10:00:01.500", 0)
		if boot.Uptime() != 104999*time.Millisecond {
			t.Fatal(boot.Uptime())
		}
	})
}
