package router

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Users are told when a restart is scheduled, an hour, half an hour, five minutes and one minute
// before it; one that is replaced or cancelled is not told of any more, and does not happen.
func TestScheduleTells(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var x schedule
		var said []string
		began := time.Now()
		set := func(after time.Duration) bool {
			return x.set(&ScheduledReload{}, after, func(left time.Duration) { said = append(said, fmt.Sprint(left)) },
				func() { said = append(said, fmt.Sprint("now, after ", time.Since(began))) })
		}
		expect := func(want string) {
			t.Helper()
			synctest.Wait()
			if got := strings.Join(said, " "); got != want {
				t.Errorf("told %s, want %s", got, want)
			}
			said = nil
		}
		set(65 * time.Minute)
		time.Sleep(2 * time.Hour)
		expect("1h5m0s 1h0m0s 30m0s 5m0s 1m0s now, after 1h5m0s")
		x.set(nil, 0, nil, nil)

		set(5 * time.Minute)
		time.Sleep(4 * time.Minute)
		expect("5m0s 1m0s")
		if began = time.Now(); !set(30 * time.Second) {
			t.Error("nothing was scheduled")
		}
		time.Sleep(10 * time.Minute)
		expect("30s now, after 30s")

		set(2 * time.Minute)
		if !x.set(nil, 0, nil, nil) || x.set(nil, 0, nil, nil) {
			t.Error("cancelled twice, or not at all")
		}
		time.Sleep(time.Hour)
		expect("2m0s")
	})
}
