package shell

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"conft/debug"
	"conft/internal/config"
)

// consoleOf is a session on console 0 that asks who it is.
func consoleOf(f *fake) Options {
	o := options(f, nil)
	o.Login = true
	o.Settings = func(c *config.Config) *config.Line { return &c.Lines.Console }
	return o
}

// withUsers is a router with users, a line password and nothing that asks for them.
func withUsers() *fake {
	f := newFake()
	*f.c.AddUser("admin") = config.User{Name: "admin", Privilege: 15, Password: config.Password{Text: "cisco"}}
	*f.c.AddUser("lab") = config.User{Name: "lab", Privilege: 1, Password: config.Password{Text: "lab"}}
	f.c.Lines.Console.Password.Text = "line"
	return f
}

func TestLogin(t *testing.T) {
	const verify = "\n\nUser Access Verification\n\n"
	for name, c := range map[string]struct {
		set  func(*config.Config)
		keys string
		want string
	}{
		"nobody is asked":  {func(*config.Config) {}, "", "\nR1>\n\n"},
		"the line's level": {func(c *config.Config) { c.Lines.Console.Privilege = 15 }, "", "\nR1#\n\n"},
		"login": {func(c *config.Config) { c.Lines.Console.Login = config.LoginPassword }, "no\rline\r",
			verify + "Password:\nPassword:\nR1>\n\n"},
		"three wrong passwords": {func(c *config.Config) { c.Lines.Console.Login = config.LoginPassword }, "1\r2\r3\rline\r",
			verify + "Password:\nPassword:\nPassword:\n% Bad passwords\n\n\n"},
		"no line password": {func(c *config.Config) {
			c.Lines.Console.Login, c.Lines.Console.Password.Text = config.LoginPassword, ""
		}, "x\r", verify + "Password:\n\nPassword required, but none set\n\n"},
		"login local": {func(c *config.Config) { c.Lines.Console.Login = config.LoginLocal }, "\radmin\rwrong\radmin\rcisco\r",
			verify + "Username:\nUsername: admin\nPassword:\n% Login invalid\n\nUsername: admin\nPassword:\nR1#\n\n"},
		"banners": {func(c *config.Config) {
			c.Lines.Console.Login = config.LoginPassword
			c.Banners = config.Banners{MOTD: "\nmotd\n", Login: "login\n", Exec: "exec\n"}
		}, "line\r", "\nmotd\n\nlogin\n" + verify + "Password:\n\nexec\nR1>\n\n"},
		"banners with tokens": {func(c *config.Config) {
			c.DomainName, c.Lines.Console.Location = "lab.example", "Room 3"
			c.Banners = config.Banners{MOTD: "$(hostname).$(domain)\n", Exec: "line $(line), $(line-desc), $(other)\n"}
		}, "", "\nR1.lab.example\n\nline 0, Room 3, $(other)\n\nR1>\n\n"},
		"no banners": {func(c *config.Config) {
			c.Banners = config.Banners{MOTD: "motd\n", Login: "login\n", Exec: "exec\n"}
			c.Lines.Console.NoMOTDBanner, c.Lines.Console.NoExecBanner = true, true
		}, "", "\nR1>\n\n"},
		"no exec": {func(c *config.Config) { c.Lines.Console.NoExec = true }, "show privilege\r", "\n"},
		"aaa": {func(c *config.Config) {
			c.AAA.NewModel = true
			c.AAA.SetMethodList(config.AuthenLogin, "default", []string{"local"})
		}, "admin\rno\rlab\rlab\renable\rx\r", verify + "Username: admin\nPassword:\n% Authentication failed\n\nUsername: lab\nPassword:\nR1>enable\nR1#x\n" +
			"Translating \"x\"...domain server (255.255.255.255)\n% Unknown command or computer name, or unable to find computer address\nR1#\n\n"},
		"nobody can tell": {func(c *config.Config) {
			c.AAA.NewModel = true
			c.AAA.SetMethodList(config.AuthenLogin, "default", []string{"group NONE"})
		}, "a\rb\ra\rb\ra\rb\r", verify + strings.Repeat("Username: a\nPassword:\n% Error in authentication.\n\n", 3) + "\n"},
		"not authorized": {func(c *config.Config) {
			c.AAA.NewModel, c.AAA.ConsoleAuthz = true, true
			c.AAA.SetMethodList(config.AuthorExec, "default", []string{"group radius"})
		}, "", "% Authorization failed.\n\n"},
	} {
		f := withUsers()
		c.set(f.c)
		if got := display(typeKeys(t, consoleOf(f), c.keys)); got != c.want {
			t.Errorf("%s: screen\n%q\nwant\n%q", name, got, c.want)
		}
	}
}

// Who has logged in is named by what he does, and forgotten when he leaves.
func TestConsoleKnowsItsUser(t *testing.T) {
	f := withUsers()
	f.c.Lines.Console.Login = config.LoginLocal
	var entered []debug.Origin
	o := consoleOf(f)
	o.Entered = func(by debug.Origin) { entered = append(entered, by) }
	tt := &typist{Reader: strings.NewReader("\radmin\rcisco\rconf t\rend\rexit\r\rlab\rlab\rshow privilege\r")}
	o.Terminal = tt
	if err := New(o).RunConsole(context.Background()); err != nil {
		t.Fatal(err)
	}
	if log := strings.Join(f.hub.Buffer(), "\n"); !strings.HasSuffix(log, "%SYS-5-CONFIG_I: Configured from console by admin on console") {
		t.Errorf("logged %q", log)
	}
	if len(entered) != 2 || entered[0].User != "admin" || entered[1].User != "lab" {
		t.Errorf("entered: %v", entered)
	}
	if out := tt.out.String(); !strings.Contains(out, "R1>show privilege\r\nCurrent privilege level is 1\r\n") || strings.Contains(out, "cisco") {
		t.Errorf("screen %q", out)
	}
}

func TestTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := withUsers()
		f.c.Lines.Console.ExecTimeout = 90
		l := start(t, consoleOf(f))
		time.Sleep(89 * time.Second)
		l.keys("show privi")
		time.Sleep(89 * time.Second)
		if got := l.keys("lege\r"); !strings.Contains(got, "level is 1") {
			t.Errorf("within the time: %q", got)
		}
		time.Sleep(90 * time.Second)
		if err := <-l.done; err != nil {
			t.Errorf("the session ended with %v", err)
		}
		l.conn.Close()
	})
	synctest.Test(t, func(t *testing.T) {
		f := withUsers()
		f.c.Lines.Console.Login = config.LoginLocal
		l := start(t, consoleOf(f))
		l.seen()
		time.Sleep(loginWait)
		if got := l.seen(); got != "\r\n% Username:  timeout expired!\r\n" {
			t.Errorf("nobody answers: %q", got)
		}
		<-l.done
		l.conn.Close()
	})
	// A question of a command is no longer waited for either, and nobody is asked twice.
	synctest.Test(t, func(t *testing.T) {
		f := withUsers()
		l := start(t, consoleOf(f))
		l.keys("enable\rreload\r")
		time.Sleep(config.DefaultExecTimeout * time.Second)
		if err := <-l.done; err != nil {
			t.Errorf("the session ended with %v", err)
		}
		if got := l.seen(); strings.Contains(got, "idle") {
			t.Errorf("it says %q", got)
		}
		l.conn.Close()
	})
}

// What the line says of the terminal wins over what the terminal says.
func TestLineSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.c.Lines.Console.Length, f.c.Lines.Console.History = 0, 2
		o := consoleOf(f)
		l := start(t, o)
		if got := l.keys("show interfaces\r"); strings.Contains(got, "More") || !strings.Contains(got, "row 30") {
			t.Errorf("length 0 pages: %q", got)
		}
		l.keys("show privilege\r")
		if got := l.keys("show history\r"); strings.Count(got, "  show ") != 2 {
			t.Errorf("history size 2: %q", got)
		}
		l.end()
	})
}
