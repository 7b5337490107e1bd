package vty

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/md5"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"conft/debug"
	"conft/internal/aaa"
	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/packet"
	"conft/internal/pki"
	"conft/internal/seat"
	"conft/shell"
	"conft/shell/grammar"
)

// fake is a router with a configuration, a log and keys.
type fake struct {
	mu      sync.Mutex
	c       *config.Config
	hub     *debug.Hub
	access  *aaa.Access
	seats   *seat.Table
	keys    *pki.Store
	changed chan struct{}
	matched []string
}

type clock struct{}

func (clock) Now() time.Time        { return time.Date(1993, 3, 1, 0, 1, 43, 0, time.UTC) }
func (clock) Mark() byte            { return '*' }
func (clock) Uptime() time.Duration { return time.Minute }

// memory is an nvram.
type memory map[string][]byte

func (m memory) Get(k string) ([]byte, bool, error) { b, ok := m[k]; return b, ok, nil }
func (m memory) Put(k string, v []byte) error       { m[k] = bytes.Clone(v); return nil }
func (m memory) Delete(k string) error              { delete(m, k); return nil }
func (m memory) Keys(prefix string) ([]string, error) {
	return nil, nil
}

func (f *fake) Config() *config.Config {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.c
}

// set changes the configuration as a session does.
func (f *fake) set(change func(*config.Config)) {
	f.mu.Lock()
	c := f.c.Clone()
	change(c)
	f.c = c
	f.mu.Unlock()
	f.tell()
}

func (f *fake) tell() {
	select {
	case f.changed <- struct{}{}:
	default:
	}
}

func (f *fake) Stage(change, _ func(*config.Config) error, _ func(error)) error {
	return f.Change(change)
}
func (f *fake) View(look func(*config.Config))          { look(f.Config()) }
func (f *fake) Settle()                                 {}
func (f *fake) Change(func(*config.Config) error) error { return errors.New("% not here") }
func (f *fake) Access() *aaa.Access                     { return f.access }
func (f *fake) ConfigSession() int                      { return 1 }
func (f *fake) Configured(debug.Origin, int, string)    {}
func (f *fake) SaveOutput(string, []byte, bool) error   { return nil }
func (f *fake) Hub() *debug.Hub                         { return f.hub }
func (f *fake) Lookup(context.Context, string, func(netip.Addr)) ([]netip.Addr, error) {
	return nil, errors.New("not here")
}
func (f *fake) Seats() *seat.Table { return f.seats }
func (f *fake) MatchedLogin(l *acl.List, n int, p packet.Parsed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.matched = append(f.matched, fmt.Sprintf("%s %d %s", l.Name, l.Entries[n].Seq, acl.IPv4(p.Src)))
}
func (f *fake) SSHKey() *pki.KeyPair     { return f.keys.Key("R1") }
func (f *fake) Changed() <-chan struct{} { return f.changed }

// desk is a server for a test, and where it listens.
type desk struct {
	*fake
	t      testing.TB
	server *Server
	addr   chan string
	at     string
}

// serve starts a server with a key, and with users on its lines.
func serve(t testing.TB) *desk {
	t.Helper()
	f := &fake{c: config.New(), hub: debug.NewHub(clock{}), seats: seat.NewTable(), changed: make(chan struct{}, 1)}
	f.c.Hostname = "R1"
	f.access = &aaa.Access{Config: f.Config, Emit: f.hub.Emit, Clock: clock{}}
	*f.c.AddUser("admin") = config.User{Name: "admin", Privilege: 15, Password: config.Password{Text: "cisco"}}
	*f.c.AddUser("lab") = config.User{Name: "lab", Privilege: 1, Password: config.Password{Text: "lab"}}
	for i := range f.c.Lines.VTY {
		f.c.Lines.VTY[i].Login = config.LoginLocal
	}
	var err error
	if f.keys, err = pki.Open(memory{}, f.tell); err != nil {
		t.Fatal(err)
	}
	d := &desk{fake: f, t: t, addr: make(chan string, 8)}
	numbers := grammar.Exec[*shell.Session]{Syntax: "show numbers", Help: grammar.Help{"numbers": "Numbers"},
		Run: func(_ context.Context, s *shell.Session, _ grammar.Args) error {
			_, err := io.WriteString(s, strings.Repeat("number\n", 40))
			return err
		}}
	flood := grammar.Exec[*shell.Session]{Syntax: "flood", Help: grammar.Help{"flood": "Print without end"},
		Run: func(ctx context.Context, s *shell.Session, _ grammar.Args) error {
			for ctx.Err() == nil {
				if _, err := s.Write(bytes.Repeat([]byte("flood\n"), 1000)); err != nil {
					return err
				}
			}
			return nil
		}}
	server := &Server{Router: f, Exec: grammar.NewExec("Exec commands:", append(shell.Commands(), numbers, flood)...),
		Config: grammar.NewRoot[*config.Config]("config", "Configure commands:"),
		Listen: func() (net.Listener, error) {
			l, err := net.Listen("tcp4", "127.0.0.1:0")
			if err == nil {
				d.addr <- l.Addr().String()
			}
			return l, err
		}}
	d.server = server
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	if err := f.keys.Generate("R1", 1024, clock{}.Now()); err != nil {
		t.Fatal(err)
	}
	d.at = <-d.addr
	return d
}

// dial logs in.
func (d *desk) dial(user string, auth ...ssh.AuthMethod) (*ssh.Client, error) {
	return ssh.Dial("tcp", d.at, &ssh.ClientConfig{User: user, Auth: auth, HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 10 * time.Second})
}

// in is dial for somebody who must come in.
func (d *desk) in(user string, auth ...ssh.AuthMethod) *ssh.Client {
	d.t.Helper()
	c, err := d.dial(user, auth...)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { c.Close() })
	return c
}

// exec runs one command.
func exec(t *testing.T, c *ssh.Client, command string) (out string, err error) {
	t.Helper()
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Output(command)
	return string(b), err
}

// free waits until nobody sits on a vty any more.
func (d *desk) free() {
	d.t.Helper()
	for end := time.Now().Add(10 * time.Second); len(d.seats.Taken()) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			d.t.Fatalf("still there: %+v", d.seats.Taken())
		}
	}
}

func answer(password string) ssh.AuthMethod {
	return ssh.KeyboardInteractive(func(_, _ string, questions []string, echos []bool) ([]string, error) {
		if len(questions) == 0 {
			return nil, nil
		}
		if len(questions) != 1 || questions[0] != "Password: " || echos[0] {
			return nil, fmt.Errorf("asked %q", questions)
		}
		return []string{password}, nil
	})
}

func TestWhoComesIn(t *testing.T) {
	d := serve(t)
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	try := func(what, user string, auth ssh.AuthMethod, want bool) {
		t.Helper()
		c, err := d.dial(user, auth)
		if (err == nil) != want {
			t.Errorf("%s: %v", what, err)
		}
		if err == nil {
			if out, err := exec(t, c, "show privilege"); err != nil || !strings.HasPrefix(out, "Current privilege level is ") || !strings.HasSuffix(out, "\r\n") {
				t.Errorf("%s: %q, %v", what, out, err)
			}
			c.Close()
		}
		d.free()
	}
	try("a password", "admin", ssh.Password("cisco"), true)
	try("a wrong password", "admin", ssh.Password("Cisco"), false)
	try("nobody", "nobody", ssh.Password("cisco"), false)
	try("keyboard-interactive", "admin", answer("cisco"), true)
	try("a wrong answer", "admin", answer("no"), false)
	try("a key of nobody's", "admin", ssh.PublicKeys(signer), false)
	d.set(func(c *config.Config) {
		u := c.SSH.AddUser("admin")
		u.Keys = append(u.Keys, config.SSHKey{Type: "ssh-ed25519", Hash: fmt.Sprintf("%X", md5.Sum(signer.PublicKey().Marshal()))})
	})
	try("a key", "admin", ssh.PublicKeys(signer), true)
	try("another's key", "lab", ssh.PublicKeys(signer), false)
	for _, method := range config.UsualSSH.Authentication {
		d.set(func(c *config.Config) { c.SSH.Algorithms.Authentication = []string{method} })
		try("a key where only "+method+" is taken", "admin", ssh.PublicKeys(signer), method == config.SSHPublicKey)
		try("keyboard-interactive where only "+method+" is taken", "admin", answer("cisco"), method == config.SSHKeyboard)
		try("a password where only "+method+" is taken", "admin", ssh.Password("cisco"), method == config.SSHPassword)
	}
	d.set(func(c *config.Config) { c.SSH.Algorithms.Authentication = nil })
	d.set(func(c *config.Config) {
		for i := range c.Lines.VTY {
			c.Lines.VTY[i].Login = config.LoginPassword
			c.Lines.VTY[i].Password.Text = "line"
		}
	})
	try("the line's password", "anybody", ssh.Password("line"), true)
	try("a user's in place of the line's", "admin", ssh.Password("cisco"), false)
	d.set(func(c *config.Config) { c.Lines.VTY[0].Password.Text = "" })
	try("a line without password", "admin", ssh.Password(""), false)
	d.set(func(c *config.Config) { c.Lines.VTY[0].Login = config.LoginNone })
	try("no login", "anybody", ssh.Password("unused"), true)
}

// MaxAuthTries is what `ip ssh authentication-retries` says.
func TestRetries(t *testing.T) {
	d := serve(t)
	d.set(func(c *config.Config) { c.SSH.Retries = 2; c.Guard.LogFailure = 1 })
	asked := 0
	guess := ssh.RetryableAuthMethod(ssh.PasswordCallback(func() (string, error) { asked++; return "guess", nil }), 10)
	if _, err := d.dial("admin", guess); err == nil {
		t.Error("a guess came in")
	}
	if n := strings.Count(strings.Join(d.hub.Buffer(), "\n"), "LOGIN_FAILED: Login failed [user: admin] [Source: 127.0.0.1] [localport: 22]"); n != 2 {
		t.Errorf("%d failures are logged, the client was asked %d times", n, asked)
	}
	if strings.Contains(strings.Join(d.hub.Buffer(), "\n"), "guess") {
		t.Error("a password is in the log")
	}
}

func TestLevels(t *testing.T) {
	d := serve(t)
	c := d.in("lab", ssh.Password("lab"))
	out, err := exec(t, c, "configure terminal")
	var status *ssh.ExitError
	if !errors.As(err, &status) || status.ExitStatus() != 1 || !strings.Contains(out, "% Invalid input detected at '^' marker.\r\n") {
		t.Errorf("configure at level 1: %q, %v", out, err)
	}
	c = d.in("admin", ssh.Password("cisco"))
	if out, err := exec(t, c, "show privilege"); err != nil || out != "Current privilege level is 15\r\n" {
		t.Errorf("%q, %v", out, err)
	}
}

// user is somebody at a terminal.
type user struct {
	t   testing.TB
	s   *ssh.Session
	in  io.Writer
	out *bytes.Buffer
	mu  sync.Mutex
}

func (u *user) Write(b []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.out.Write(b)
}

// sit opens a shell on a terminal of a size.
func (d *desk) sit(c *ssh.Client, columns, rows int) *user {
	d.t.Helper()
	s, err := c.NewSession()
	if err != nil {
		d.t.Fatal(err)
	}
	u := &user{t: d.t, s: s, out: &bytes.Buffer{}}
	s.Stdout = u
	if u.in, err = s.StdinPipe(); err != nil {
		d.t.Fatal(err)
	}
	if err := s.RequestPty("xterm", rows, columns, ssh.TerminalModes{}); err != nil {
		d.t.Fatal(err)
	}
	if err := s.Shell(); err != nil {
		d.t.Fatal(err)
	}
	return u
}

// expect waits for a text and forgets what came up to it.
func (u *user) expect(text string) string {
	u.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		u.mu.Lock()
		got := u.out.String()
		at := strings.Index(got, text)
		if at >= 0 {
			u.out.Next(at + len(text))
		}
		u.mu.Unlock()
		if at >= 0 {
			return got[:at+len(text)]
		}
		if time.Now().After(end) {
			u.t.Fatalf("no %q in %q", text, got)
		}
	}
}

func TestTerminal(t *testing.T) {
	d := serve(t)
	d.set(func(c *config.Config) {
		c.Banners = config.Banners{MOTD: "motd\n", Login: "login of $(hostname), line $(line)\n", Exec: "exec\n"}
	})
	banner := ""
	client, err := ssh.Dial("tcp", d.at, &ssh.ClientConfig{User: "admin", Auth: []ssh.AuthMethod{ssh.Password("cisco")},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), BannerCallback: func(text string) error { banner = text; return nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if banner != "login of R1, line 2\r\n" {
		t.Errorf("before the password: %q", banner)
	}
	u := d.sit(client, 511, 1000) // as netmiko asks
	if got := u.expect("R1#"); got != "\r\nmotd\r\n\r\nexec\r\n\r\nR1#" {
		t.Errorf("greeted with %q", got)
	}
	io.WriteString(u.in, "show numbers\n")
	u.expect(" --More-- ") // the height was not meant
	io.WriteString(u.in, "q")
	u.expect("R1#")
	u.s.WindowChange(60, 80)
	for { // until the change has arrived: before that, q leaves the page, afterwards it is erased
		io.WriteString(u.in, "show numbers\nq\x15")
		if got := u.expect("R1#"); strings.Count(got, "number\r\n") == 40 {
			break
		}
	}
	taken := d.seats.Taken()
	if len(taken) != 1 || taken[0].Number != config.FirstVTY || taken[0].By.String() != "admin on vty0 (127.0.0.1)" || taken[0].SSH.CipherIn == "" {
		t.Errorf("seated: %+v", taken)
	}
	second, err := client.NewSession()
	if err == nil {
		t.Error("a connection has two sessions")
		second.Close()
	}
	io.WriteString(u.in, "exit\n")
	if err := u.s.Wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
	d.free()
}

func TestWhoIsKeptOut(t *testing.T) {
	d := serve(t)
	refused := func(what string) {
		t.Helper()
		if c, err := d.dial("admin", ssh.Password("cisco")); err == nil {
			c.Close()
			t.Errorf("%s: came in", what)
		}
		d.free()
	}
	usual := d.Config()
	lines := func(f func(*config.Line)) {
		d.set(func(c *config.Config) {
			*c = *usual.Clone()
			for i := range c.Lines.VTY {
				f(&c.Lines.VTY[i])
			}
		})
	}
	lines(func(l *config.Line) { l.Input = "none" })
	refused("transport input none")
	lines(func(l *config.Line) { l.Input = "telnet" })
	refused("transport input telnet")
	lines(func(l *config.Line) { l.NoExec = true })
	refused("no exec")
	lines(func(l *config.Line) { l.Input = "telnet ssh"; l.AccessClass = "NOBODY" })
	d.in("admin", ssh.Password("cisco")).Close() // no such list
	d.free()
	d.set(func(c *config.Config) { c.Guard = config.LoginGuard{BlockFor: 60, Attempts: 1, Within: 60} })
	refused2 := func() { _, err := d.dial("admin", ssh.Password("no")); _ = err }
	refused2()
	refused("quiet mode")
	d.set(func(c *config.Config) { c.Guard.QuietClass = "ADMINS" })
	d.in("admin", ssh.Password("cisco")).Close() // no such list
	d.free()
	d.set(func(c *config.Config) {
		c.AccessLists = append(c.AccessLists, &acl.List{Name: "ADMINS", Standard: true, Entries: []acl.Entry{{Seq: 10, Action: acl.Permit, Src: acl.Host(1)}}})
	})
	refused("quiet mode, not in its access list")
}

// The entries that let clients in or keep them out are told of, once for each client.
func TestAccessClass(t *testing.T) {
	d := serve(t)
	list := &acl.List{Name: "10", Standard: true, Entries: []acl.Entry{
		{Seq: 10, Action: acl.Deny, Src: acl.Host(0x7f000001), Dst: acl.Any}, {Seq: 20, Action: acl.Permit, Src: acl.Any, Dst: acl.Any}}}
	d.set(func(c *config.Config) {
		c.AccessLists = append(c.AccessLists, list)
		for i := range c.Lines.VTY[:3] {
			c.Lines.VTY[i].AccessClass = list.Name
		}
		c.Lines.VTY[4].Input = "none"
	})
	d.sit(d.in("admin", ssh.Password("cisco")), 80, 24).expect("R1#") // on vty 3
	if c, err := d.dial("admin", ssh.Password("cisco")); err == nil {
		c.Close()
		t.Error("the access list lets in whom it denies")
	}
	d.set(func(c *config.Config) { c.AccessLists[0].Entries = list.Entries[1:] })
	d.in("admin", ssh.Password("cisco")).Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	if want := []string{"10 10 127.0.0.1", "10 10 127.0.0.1", "10 20 127.0.0.1"}; !slices.Equal(d.matched, want) {
		t.Errorf("told of %q, want %q", d.matched, want)
	}
}

// There are as many sessions as lines, and a line that is cleared is free again.
func TestSessionLimit(t *testing.T) {
	d := serve(t)
	for range config.DefaultVTYs {
		d.sit(d.in("admin", ssh.Password("cisco")), 80, 24).expect("R1#")
	}
	if _, err := d.dial("admin", ssh.Password("cisco")); err == nil {
		t.Error("there is a line for a sixth session")
	}
	d.set(func(c *config.Config) { c.Lines.Grow(6); c.Lines.VTY[5].Login = config.LoginLocal })
	d.in("admin", ssh.Password("cisco")).Close()
	if !d.seats.Clear(config.FirstVTY + 2) {
		t.Error("nobody to clear")
	}
	for len(d.seats.Taken()) > config.DefaultVTYs-1 {
		time.Sleep(time.Millisecond)
	}
	d.sit(d.in("admin", ssh.Password("cisco")), 80, 24).expect("R1#")
	if n := d.seats.Uses(config.FirstVTY + 2); n != 2 {
		t.Errorf("vty 2 was used %d times", n)
	}
}

// Clients that come at the same time get a line each, as long as there is one of the settings by
// which they were let in.
func TestClientsAtTheSameTime(t *testing.T) {
	d := serve(t)
	for _, c := range []struct {
		different int // lines of other settings, the last ones
		want      int // clients that come in
	}{{0, config.DefaultVTYs}, {2, config.DefaultVTYs - 2}} {
		d.set(func(x *config.Config) {
			for i := range c.different {
				x.Lines.VTY[len(x.Lines.VTY)-1-i].Privilege = 7
			}
		})
		var wait sync.WaitGroup
		clients := make(chan *ssh.Client, config.DefaultVTYs)
		together := make(chan struct{})
		var ready sync.WaitGroup
		ready.Add(config.DefaultVTYs)
		for range config.DefaultVTYs {
			wait.Go(func() {
				met := sync.OnceFunc(ready.Done)
				defer met()
				password := ssh.PasswordCallback(func() (string, error) { // each has been given a line by now
					met()
					<-together
					return "cisco", nil
				})
				if c, err := d.dial("admin", password); err == nil {
					clients <- c
				}
			})
		}
		ready.Wait()
		close(together)
		wait.Wait()
		close(clients)
		served := 0
		for client := range clients { // one for whom there is no line is hung up on
			if s, err := client.NewSession(); err == nil && s.Shell() == nil {
				served++
			}
			defer client.Close()
		}
		if served != c.want || len(d.seats.Taken()) != served {
			t.Errorf("%d clients are served, %d sit, want %d", served, len(d.seats.Taken()), c.want)
		}
		for _, x := range d.seats.Taken() {
			d.seats.Clear(x.Number)
		}
		d.free()
	}
}

// A session that prints without end to a client that does not read holds up nobody.
func TestClientThatHangs(t *testing.T) {
	d := serve(t)
	c := d.in("admin", ssh.Password("cisco"))
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.StdoutPipe(); err != nil { // which nobody reads
		t.Fatal(err)
	}
	if err := s.Start("flood"); err != nil {
		t.Fatal(err)
	}
	u := d.sit(d.in("admin", ssh.Password("cisco")), 80, 24)
	u.expect("R1#")
	for range 20 {
		io.WriteString(u.in, "show privilege\n")
		u.expect("level is 15\r\nR1#")
	}
	if !d.seats.Clear(config.FirstVTY) {
		t.Error("nobody to clear")
	}
	for len(d.seats.Taken()) > 1 {
		time.Sleep(time.Millisecond)
	}
}

// The server comes and goes with its key.
func TestKey(t *testing.T) {
	d := serve(t)
	c := d.in("admin", ssh.Password("cisco"))
	if err := d.keys.Zeroize("R1"); err != nil {
		t.Fatal(err)
	}
	for {
		conn, err := net.Dial("tcp", d.at)
		if err != nil {
			break
		}
		conn.Close()
		time.Sleep(time.Millisecond)
	}
	if out, err := exec(t, c, "show privilege"); err != nil {
		t.Errorf("who is in is thrown out: %q, %v", out, err)
	}
	if err := d.keys.Generate("R1", 2048, clock{}.Now()); err != nil {
		t.Fatal(err)
	}
	d.at = <-d.addr
	d.in("admin", ssh.Password("cisco"))
	log := strings.Join(d.hub.Buffer(), "\n")
	if strings.Count(log, "%SSH-5-ENABLED: SSH 2.0 has been enabled") != 2 || strings.Count(log, "%SSH-5-DISABLED: SSH 2.0 has been disabled") != 1 {
		t.Errorf("logged\n%s", log)
	}
}

// Clients that say nothing keep others of their address out for a while, and nobody
// else.
func TestSilentClients(t *testing.T) {
	var p pending
	one, other := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	for range maxOfOne {
		if !p.add(one) {
			t.Fatal("refused within the limit")
		}
	}
	if p.add(one) || !p.add(other) {
		t.Error("the limit of one address")
	}
	p.done(one)
	if !p.add(one) {
		t.Error("refused after one has gone")
	}
	d := serve(t)
	d.set(func(c *config.Config) { c.SSH.TimeOut = 1 })
	for range maxOfOne {
		conn, err := net.Dial("tcp", d.at)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	for end := time.Now().Add(10 * time.Second); ; { // until their time is over
		c, err := d.dial("admin", ssh.Password("cisco"))
		if err == nil {
			c.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}
