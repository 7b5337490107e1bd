package aaa

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/radius"
)

type still struct{}

func (still) Now() time.Time        { return time.Date(1993, 3, 1, 0, 1, 43, 0, time.UTC) }
func (still) Mark() byte            { return '*' }
func (still) Uptime() time.Duration { return 103 * time.Second }

// desk is an Access whose servers are in here and whose log can be read.
type desk struct {
	*Access
	c    *config.Config
	log  strings.Builder
	seen []radius.Server
	says func(radius.Server, radius.Request) (radius.Reply, error)
}

func newDesk() *desk {
	d := &desk{c: config.New()}
	d.Access = &Access{
		Config: func() *config.Config { return d.c },
		Emit:   func(e debug.Event) { d.log.WriteString(string(e.AppendLine(nil, 0)) + "\n") },
		Clock:  still{},
		Ask: func(_ context.Context, s radius.Server, r radius.Request) (radius.Reply, error) {
			d.seen = append(d.seen, s)
			return d.says(s, r)
		},
	}
	hash, _ := HashWith(zeros{}, MD5, "hashed")
	*d.c.AddUser("admin") = config.User{Name: "admin", Privilege: 15, Secret: hash}
	*d.c.AddUser("lab") = config.User{Name: "lab", Privilege: 1, Password: config.Password{Text: "cisco"}}
	*d.c.AddUser("open") = config.User{Name: "open", Privilege: 3, NoPassword: true}
	*d.c.AddUser("bare") = config.User{Name: "bare", Privilege: 1}
	return d
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

func (d *desk) vty(user string) Attempt {
	return Attempt{Line: &d.c.Lines.VTY[0], Number: 2, By: debug.Origin{Line: "vty0", User: user, Addr: netip.MustParseAddr("192.0.2.9")}}
}

func (d *desk) con(user string) Attempt {
	return Attempt{Line: &d.c.Lines.Console, Console: true, By: debug.Origin{Line: "console", User: user}}
}

func TestOldModel(t *testing.T) {
	d := newDesk()
	ctx := context.Background()
	check := func(what string, at Attempt, password string, want Grant, wantErr error) {
		t.Helper()
		got, err := d.Login(ctx, at, password)
		if got != want || !errors.Is(err, wantErr) {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	check("console without login", d.con(""), "", Grant{Level: 1}, nil)
	check("vty without password", d.vty("admin"), "hashed", Grant{}, ErrNoPassword)
	d.c.Lines.VTY[0].Password.Text = "line"
	check("line password", d.vty(""), "line", Grant{Level: 1}, nil)
	check("wrong line password", d.vty(""), "Line", Grant{}, ErrDenied)
	if a := d.Asks(d.vty("")); a != (Asks{Password: true}) {
		t.Errorf("login asks for %+v", a)
	}
	d.c.Lines.VTY[0].Login = config.LoginLocal
	if a := d.Asks(d.vty("")); a != (Asks{true, true}) {
		t.Errorf("login local asks for %+v", a)
	}
	check("secret", d.vty("admin"), "hashed", Grant{15, "admin"}, nil)
	check("password", d.vty("lab"), "cisco", Grant{1, "lab"}, nil)
	check("no password", d.vty("open"), "", Grant{3, "open"}, nil)
	check("a user of no secret", d.vty("bare"), "", Grant{}, ErrDenied)
	check("nobody", d.vty("nobody"), "cisco", Grant{}, ErrDenied)
	check("another's", d.vty("lab"), "hashed", Grant{}, ErrDenied)
	d.c.Lines.VTY[0].Privilege = 7
	check("the line's level", d.vty("lab"), "cisco", Grant{7, "lab"}, nil)
	check("the user's level", d.vty("open"), "", Grant{3, "open"}, nil)
	if d.log.Len() > 0 {
		t.Errorf("logged without being asked: %s", d.log.String())
	}
}

func TestNewModel(t *testing.T) {
	d := newDesk()
	ctx := context.Background()
	d.c.AAA.NewModel = true
	answers := map[string]radius.Reply{"admin": {Accepted: true, Level: 9}, "plain": {Accepted: true, Level: -1}, "out": {Level: -1}}
	d.says = func(s radius.Server, r radius.Request) (radius.Reply, error) {
		if a, ok := answers[r.User]; ok && s.Addr.Addr() == netip.MustParseAddr("10.0.0.2") {
			return a, nil
		}
		return radius.Reply{}, radius.ErrSilent
	}
	for i, name := range []string{"DEAD", "LIVE"} {
		d.c.AAA.Servers = append(d.c.AAA.Servers, config.RADIUSServer{Name: name, Addr: 0x0A000001 + uint32(i), AuthPort: 1812, Retransmit: -1})
	}
	d.c.AAA.RADIUS.Key.Text = "shared"
	login := func(at Attempt, password string) (Grant, error) { return d.Login(ctx, at, password) }
	if g, err := login(d.con(""), ""); g.Level != 1 || err != nil {
		t.Errorf("console without a list: %+v, %v", g, err)
	}
	if g, err := login(d.vty("admin"), "hashed"); g != (Grant{1, "admin"}) || err != nil {
		t.Errorf("without authorization: %+v, %v", g, err)
	}
	d.c.AAA.SetMethodList(config.AuthorExec, "default", []string{"local"})
	if g, err := login(d.vty("admin"), "hashed"); g.Level != 15 || err != nil {
		t.Errorf("authorized by the local database: %+v, %v", g, err)
	}
	d.c.AAA.SetMethodList(config.AuthenLogin, "default", []string{"group radius", "local"})
	d.c.AAA.SetMethodList(config.AuthorExec, "default", []string{"group radius", "local"})
	if g, err := login(d.vty("admin"), "anything"); g.Level != 9 || err != nil {
		t.Errorf("by the second server: %+v, %v", g, err)
	}
	if len(d.seen) != 2 || d.seen[1].Secret != "shared" || d.seen[1].Timeout != 5*time.Second || d.seen[1].Retries != 3 || d.seen[1].Addr.Port() != 1812 {
		t.Errorf("asked %+v", d.seen)
	}
	if _, err := login(d.vty("out"), "x"); !errors.Is(err, ErrDenied) {
		t.Errorf("rejected: %v", err)
	}
	if g, err := login(d.vty("plain"), "x"); g.Level != 1 || err != nil {
		t.Errorf("without a level: %+v, %v", g, err)
	}
	if g, err := login(d.vty("lab"), "cisco"); g != (Grant{1, "lab"}) || err != nil {
		t.Errorf("no server answers, the next method does: %+v, %v", g, err)
	}
	d.c.AAA.SetMethodList(config.AuthorExec, "default", []string{"group radius"})
	if _, err := login(d.vty("lab"), "cisco"); !errors.Is(err, ErrAuthorized) {
		t.Errorf("no server to authorize: %v", err)
	}
	d.c.Lines.VTY[0].LoginList = "L"
	d.c.AAA.SetMethodList(config.AuthenLogin, "L", []string{"group G", "line", "enable"})
	d.c.SetEnable(config.Enable{Level: 15, Password: config.Password{Text: "up"}})
	if _, err := login(d.vty("lab"), "cisco"); !errors.Is(err, ErrDenied) {
		t.Errorf("enable is the last method: %v", err)
	}
	// $enab15$ is unknown to the servers: the secret decides.
	d.c.AAA.SetMethodList(config.AuthenEnable, "default", []string{"group radius", "enable"})
	if d.Enable(ctx, d.vty("lab"), 15, "up") != nil || !errors.Is(d.Enable(ctx, d.vty("lab"), 15, "Up"), ErrDenied) {
		t.Error("enable by the next method")
	}
	answers["$enab15$"] = radius.Reply{Accepted: true}
	if err := d.Enable(ctx, d.vty("lab"), 15, "x"); err != nil {
		t.Errorf("enable by a server: %v", err)
	}
	if err := d.Enable(ctx, d.vty("lab"), 7, "x"); !errors.Is(err, ErrUnable) {
		t.Errorf("enable that nobody can tell: %v", err)
	}
}

// Every second failure is logged, and every third who comes in.
func TestLoginsLoggedNowAndThen(t *testing.T) {
	d := newDesk()
	d.c.Lines.VTY[0].Login = config.LoginLocal
	d.c.Guard = config.LoginGuard{LogFailure: 2, LogSuccess: 3}
	for _, password := range []string{"guess", "cisco", "guess", "cisco", "guess", "cisco", "cisco"} {
		d.Login(context.Background(), d.vty("lab"), password)
	}
	if failed, entered := strings.Count(d.log.String(), "LOGIN_FAILED"), strings.Count(d.log.String(), "LOGIN_SUCCESS"); failed != 1 || entered != 1 {
		t.Errorf("%d failures and %d others were logged\n%s", failed, entered, d.log.String())
	}
}

func TestQuietMode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk()
		d.c.Lines.VTY[0].Login = config.LoginLocal
		d.c.Guard = config.LoginGuard{BlockFor: 60, Attempts: 3, Within: 30, Delay: 2, LogFailure: 1, LogSuccess: 1}
		ctx := context.Background()
		wrong := func() error { _, err := d.Login(ctx, d.vty("lab"), "guess"); return err }
		start := time.Now()
		wrong()
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("a failure took %v", took)
		}
		time.Sleep(31 * time.Second) // the first is forgotten
		wrong()
		wrong()
		if _, err := d.Login(ctx, d.vty("lab"), "cisco"); err != nil {
			t.Errorf("after two failures: %v", err)
		}
		wrong()
		if _, err := d.Login(ctx, d.vty("lab"), "cisco"); !errors.Is(err, ErrQuiet) {
			t.Errorf("after three failures: %v", err)
		}
		if _, err := d.Enter(d.vty("lab")); !errors.Is(err, ErrQuiet) {
			t.Errorf("with a key: %v", err)
		}
		exempt := d.vty("lab")
		if exempt.Exempt = true; d.Quiet(exempt) {
			t.Error("the quiet mode is for those it lets in too")
		}
		if w := d.Watch(); w.Quiet != 58*time.Second || w.Failures != 3 || w.Total != 4 {
			t.Errorf("the watch is %+v", w)
		}
		if _, err := d.Login(ctx, d.con(""), ""); err != nil {
			t.Errorf("the console is closed: %v", err)
		}
		time.Sleep(60 * time.Second)
		if _, err := d.Login(ctx, d.vty("lab"), "cisco"); err != nil {
			t.Errorf("after the quiet mode: %v", err)
		}
		const at = "at 00:01:43 UTC Mon Mar 1 1993\n"
		const who = "[user: lab] [Source: 192.0.2.9] [localport: 22] "
		const failed = "%SEC_LOGIN-4-LOGIN_FAILED: Login failed " + who + "[Reason: Login Authentication Failed] " + at
		const success = "%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success " + who + at
		want := failed + failed + failed + success + failed +
			"%SEC_LOGIN-1-QUIET_MODE_ON: Still timeleft for watching failures is 26 secs, " + who + "[Reason: Login Authentication Failed] [ACL: sl_def_acl] " + at +
			"%SEC_LOGIN-5-QUIET_MODE_OFF: Quiet Mode is OFF, because block period timed out " + at + success
		if d.log.String() != want {
			t.Errorf("logged\n%swant\n%s", d.log.String(), want)
		}
		if strings.Contains(d.log.String(), "guess") || strings.Contains(d.log.String(), "cisco") {
			t.Error("a password was logged")
		}
	})
}

// Whoever comes in is named on other users' screens. A name that could rewrite them is
// nobody's, even where nobody is asked for a password.
func TestNamesThatRewriteScreens(t *testing.T) {
	d := newDesk()
	d.c.Lines.VTY[0].Login = d.c.Lines.Console.Login // no login
	if g, err := d.Login(t.Context(), d.vty("jörg"), ""); err != nil || g.User != "jörg" {
		t.Errorf("a name of letters: %+v, %v", g, err)
	}
	for _, name := range []string{"x\r\n%SYS-5-RESTART: System restarted", "\x1b[2J", "a\u009b2J", "a\x9b2J"} {
		if g, err := d.Login(t.Context(), d.vty(name), ""); !errors.Is(err, ErrDenied) || g != (Grant{}) {
			t.Errorf("%q: %+v, %v", name, g, err)
		}
	}
}

// The servers are asked from the address of the interface that is named, if it has one.
func TestRADIUSSource(t *testing.T) {
	d := newDesk()
	d.c.AAA = config.AAA{NewModel: true, Servers: []config.RADIUSServer{{Name: "R", Addr: 0x0a000001, Retransmit: -1}}, RADIUS: config.RADIUS{Retransmit: -1}}
	d.says = func(radius.Server, radius.Request) (radius.Reply, error) { return radius.Reply{}, radius.ErrSilent }
	loopback := &config.Interface{Name: "Loopback0"}
	d.c.AddInterface(loopback)
	d.c.AAA.Groups = []config.ServerGroup{{Name: "G", Servers: []string{"R"}}}
	for _, c := range []struct {
		source, group string
		ip            uint32
		want          netip.Addr
	}{
		{"", "", 0, netip.Addr{}},
		{"Loopback0", "", 0, netip.Addr{}},
		{"Loopback0", "", 0x01010101, netip.MustParseAddr("1.1.1.1")},
		{"", "Loopback0", 0x01010101, netip.MustParseAddr("1.1.1.1")},
		{"Loopback0", "Loopback9", 0x01010101, netip.Addr{}},
	} {
		methods := []string{"group radius"}
		if c.group != "" {
			methods = []string{"group G"}
		}
		d.c.AAA.SetMethodList(config.AuthenLogin, config.DefaultList, methods)
		d.c.AAA.RADIUS.Source, d.c.AAA.Groups[0].Source, loopback.Address.IP, d.seen = c.source, c.group, c.ip, nil
		d.Login(context.Background(), d.vty("admin"), "x")
		if len(d.seen) == 0 || d.seen[0].From != c.want {
			t.Errorf("source-interface %q, of the group %q, with %x: asked %+v", c.source, c.group, c.ip, d.seen)
		}
	}
}
