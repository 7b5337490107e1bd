package aaa

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"conft/internal/config"
	"conft/internal/radius"
)

// With a dead time a server that is silent costs its timeout once, for all; when none is left the
// next method decides at once, and afterwards the server is asked again.
func TestDeadServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk()
		d.c.AAA.NewModel = true
		d.c.AAA.RADIUS.Retransmit = -1
		d.c.AAA.SetMethodList(config.AuthenLogin, config.DefaultList, []string{"group radius", config.MethodLocal})
		for _, addr := range []uint32{1, 2} {
			d.c.AAA.Servers = append(d.c.AAA.Servers, config.RADIUSServer{Name: "S", Addr: 0x0a000000 + addr, AuthPort: 1812, AcctPort: 1813, Retransmit: 0})
		}
		lives := map[netip.Addr]bool{}
		d.says = func(s radius.Server, _ radius.Request) (radius.Reply, error) {
			if !lives[s.Addr.Addr()] {
				time.Sleep(s.Timeout)
				return radius.Reply{}, radius.ErrSilent
			}
			return radius.Reply{Accepted: true, Level: 7}, nil
		}
		login := func(what string, asked int, took time.Duration) {
			t.Helper()
			d.seen = nil
			began := time.Now()
			if _, err := d.Login(context.Background(), d.vty("lab"), "cisco"); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			if len(d.seen) != asked || time.Since(began) != took {
				t.Errorf("%s: %d servers were asked, within %v", what, len(d.seen), time.Since(began))
			}
		}
		login("without a dead time", 2, 10*time.Second)
		login("again", 2, 10*time.Second)
		d.c.AAA.RADIUS.Deadtime = 2
		lives[netip.MustParseAddr("10.0.0.2")] = true
		login("the first is silent", 2, 5*time.Second)
		login("and known to be", 1, 0)
		lives = map[netip.Addr]bool{}
		login("so is the second", 1, 5*time.Second)
		login("nobody is left", 0, 0)
		time.Sleep(2 * time.Minute)
		lives[netip.MustParseAddr("10.0.0.1")] = true
		login("the time is over", 1, 0)
		const dead, alive = "%RADIUS-4-RADIUS_DEAD: RADIUS server 10.0.0.", "%RADIUS-4-RADIUS_ALIVE: RADIUS server 10.0.0."
		want := dead + "1:1812,1813 is not responding.\n" + dead + "2:1812,1813 is not responding.\n" +
			"%RADIUS-3-ALLDEADSERVER: Group radius: No active radius servers found.\n" + alive + "1:1812,1813 is being marked alive.\n"
		if d.log.String() != want {
			t.Errorf("logged\n%swant\n%s", d.log.String(), want)
		}

		// Somebody who gives up says nothing about the server.
		ctx, cancel := context.WithCancel(context.Background())
		lives = map[netip.Addr]bool{}
		d.says = func(radius.Server, radius.Request) (radius.Reply, error) {
			cancel()
			return radius.Reply{}, radius.ErrSilent
		}
		d.Login(ctx, d.vty("lab"), "cisco")
		if strings.Count(d.log.String(), "RADIUS_DEAD") != 2 {
			t.Errorf("logged\n%s", d.log.String())
		}
	})
}

// The quiet mode ends by itself, and who has failed is listed with how often.
func TestFailuresAreListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk()
		d.c.Lines.VTY[0].Login = config.LoginLocal
		d.c.Lines.Console.Login = config.LoginLocal
		d.c.Guard = config.LoginGuard{BlockFor: 60, Attempts: 4, Within: 30}
		for _, user := range []string{"lab", "admin", "lab", "a\x1b[2Jb"} {
			if _, err := d.Login(context.Background(), d.vty(user), "guess"); !errors.Is(err, ErrDenied) {
				t.Error(err)
			}
		}
		d.Login(context.Background(), d.con("lab"), "guess")
		list, total := d.Failures()
		var got []string
		for _, f := range list {
			got = append(got, f.User+" "+f.Addr.String()+" "+strings.Repeat("|", f.Count))
		}
		if text := strings.Join(got, ", "); total != 5 || text != "admin 192.0.2.9 |, lab 192.0.2.9 ||, a.[2Jb 192.0.2.9 |, lab invalid IP |" {
			t.Errorf("%d: %s", total, text)
		}
		for range 2 * maxFailures {
			d.Login(context.Background(), d.con("u"+time.Now().Format("150405")), "guess")
		}
		if list, _ := d.Failures(); len(list) != maxFailures {
			t.Errorf("%d are remembered", len(list))
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if !strings.Contains(d.log.String(), "QUIET_MODE_OFF") {
			t.Errorf("logged %q", d.log.String())
		}
	})
}
