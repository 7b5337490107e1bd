package shell

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"conft/debug"
	"conft/internal/aaa"
	"conft/internal/config"
	"conft/shell/grammar"
)

// fake is a router with a configuration and a log, and nothing behind them.
type fake struct {
	mu     sync.Mutex
	c      *config.Config
	refuse error // of the next commit
	hub    *debug.Hub
	access *aaa.Access
	files  map[string]string
	logged []string // configuration lines
	did    []string // stage and settle, in their order
}

type stopped struct{}

func (stopped) Now() time.Time        { return time.Date(1993, 3, 1, 0, 1, 43, 499e6, time.UTC) }
func (stopped) Mark() byte            { return '*' }
func (stopped) Uptime() time.Duration { return 103 * time.Second }

func newFake() *fake {
	c := config.New()
	c.Hostname = "R1"
	f := &fake{c: c, hub: debug.NewHub(stopped{})}
	f.access = &aaa.Access{Config: f.Config, Emit: f.hub.Emit, Clock: stopped{}}
	return f
}

func (f *fake) Config() *config.Config {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.c
}

func (f *fake) Change(change func(*config.Config) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.c.Clone()
	if err := change(c); err != nil {
		return err
	}
	if f.refuse != nil {
		return f.refuse
	}
	f.c = c
	return nil
}

func (f *fake) Stage(change, _ func(*config.Config) error, _ func(error)) error {
	f.did = append(f.did, "stage")
	return f.Change(change)
}
func (f *fake) View(look func(*config.Config)) { look(f.Config()) }

func (f *fake) Settle() { f.did = append(f.did, "settle") }

func (f *fake) Access() *aaa.Access { return f.access }
func (f *fake) ConfigSession() int  { return 1 }

func (f *fake) Configured(_ debug.Origin, _ int, line string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.logged = append(f.logged, line)
}
func (f *fake) SaveOutput(file string, text []byte, add bool) error {
	if file == "flash:" {
		return errors.New("% no name")
	}
	if f.files == nil {
		f.files = map[string]string{}
	}
	if !add {
		f.files[file] = ""
	}
	f.files[file] += string(text)
	return nil
}
func (f *fake) Lookup(ctx context.Context, name string, asking func(netip.Addr)) ([]netip.Addr, error) {
	if name == "silent" {
		asking(netip.MustParseAddr("10.0.0.53"))
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if len(f.Config().Servers) > 0 {
		asking(netip.MustParseAddr("10.0.0.53"))
	}
	if name == "www" {
		return []netip.Addr{netip.MustParseAddr("10.0.0.80")}, nil
	}
	return nil, errors.New("no such name")
}
func (f *fake) Hub() *debug.Hub { return f.hub }

// execTable is Commands and a few more.
func execTable(extra ...grammar.Exec[*Session]) *grammar.ExecTable[*Session] {
	show := func(syntax string, help grammar.Help, text string) grammar.Exec[*Session] {
		return grammar.Exec[*Session]{Syntax: syntax, Help: help, Run: func(_ context.Context, s *Session, _ grammar.Args) error {
			_, err := io.WriteString(s, text)
			return err
		}}
	}
	var numbers strings.Builder
	for i := range 30 {
		fmt.Fprintf(&numbers, "row %d\n", i+1)
	}
	return grammar.NewExec("Exec commands:", slices.Concat(Commands(), extra, []grammar.Exec[*Session]{
		show("show interfaces", grammar.Help{"interfaces": "Interface status and configuration"}, numbers.String()),
		show("show inventory", grammar.Help{"inventory": "Show the physical inventory"}, "NAME: \"CISCO2901/K9 chassis\"\n"),
		show("show ip route", grammar.Help{"ip": "IP information", "route": "IP routing table"}, blocks),
		{
			Syntax: "import", Help: grammar.Help{"import": "Read what is pasted"},
			Run: func(ctx context.Context, s *Session, _ grammar.Args) error {
				text, err := s.Paste(ctx)
				if err != nil {
					return err
				}
				answer, err := s.Ask(ctx, "Accept? [yes/no]: ")
				fmt.Fprintf(s, "%q %s\n", text, answer)
				return err
			},
		},
		show("clear counters", grammar.Help{"clear": "Reset functions", "counters": "Clear counters on one or all interfaces"}, ""),
		show("clock set hh:mm:ss", grammar.Help{"clock": "Manage the system clock", "set": "Set the time and date",
			"hh:mm:ss": "Current Time"}, ""),
		{
			Syntax: "reload", Help: grammar.Help{"reload": "Halt and perform a cold restart"}, Priv: 15,
			Run: func(ctx context.Context, s *Session, _ grammar.Args) error {
				name, err := s.Ask(ctx, "Destination filename [startup-config]? ")
				if err != nil {
					return err
				}
				ok, err := s.Confirm(ctx, "Proceed with reload? [confirm]")
				fmt.Fprintln(s, name, ok)
				return err
			},
		},
	})...)
}

const blocks = `crypto isakmp policy 10
 encr aes
 group 2
!
interface GigabitEthernet0/0
 ip address 10.1.1.1 255.255.255.0
!
ip route 0.0.0.0 0.0.0.0 10.1.1.2
`

var cryptoMapMode = grammar.NewMode[*config.CryptoMapEntry]("config-crypto-map", "Crypto Map configuration commands:",
	grammar.Line[*config.CryptoMapEntry]{
		Syntax: "set peer A.B.C.D",
		Help:   grammar.Help{"set": "Set values for encryption/decryption", "peer": "Allowed Encryption/Decryption peer.", "A.B.C.D": "IP address of peer"},
		Set: func(e *config.CryptoMapEntry, a grammar.Args) error {
			if a.Addr("A.B.C.D") == netip.MustParseAddr("10.1.1.1") {
				return errors.New("% Peer is this router")
			}
			e.Peers = append(e.Peers, a.IP("A.B.C.D"))
			return nil
		},
		No: func(e *config.CryptoMapEntry, a grammar.Args) error { e.Peers = nil; return nil },
	},
	grammar.Line[*config.CryptoMapEntry]{
		Syntax: "description ![LINE]",
		Help:   grammar.Help{"description": "Description of the crypto map statement policy", "LINE": "Up to 80 characters"},
		Set:    func(e *config.CryptoMapEntry, a grammar.Args) error { e.Description = a.String("LINE"); return nil },
		No: func(e *config.CryptoMapEntry, a grammar.Args) error {
			e.Description = ""
			a.AtOnce()
			return nil
		},
	})

var configMode = grammar.NewRoot[*config.Config]("config", "Configure commands:",
	grammar.Line[*config.Config]{
		Syntax: "hostname ![WORD]",
		Help:   grammar.Help{"hostname": "Set system's network name", "WORD": "This system's network name"},
		Set:    func(c *config.Config, a grammar.Args) error { c.Hostname = a.String("WORD"); return nil },
		No:     func(c *config.Config, _ grammar.Args) error { c.Hostname = "Router"; return nil },
	},
	grammar.Text[*config.Config]{
		Syntax: "banner motd",
		Help:   grammar.Help{"banner": "Define a login banner", "motd": "Set Message of the Day banner", "LINE": "c banner-text c, where 'c' is a delimiting character"},
		Set:    func(c *config.Config, _ grammar.Args, text string) error { c.Banners.MOTD = text; return nil },
		No:     func(c *config.Config, _ grammar.Args) error { c.Banners.MOTD = ""; return nil },
	},
	grammar.Line[*config.Config]{
		Syntax: "ip domain lookup",
		Help:   grammar.Help{"ip": "Global IP configuration subcommands", "domain": "IP DNS Resolver", "lookup": "Enable IP Domain Name System hostname translation"},
		Set:    func(c *config.Config, _ grammar.Args) error { c.DomainLookup = true; return nil },
		No:     func(c *config.Config, _ grammar.Args) error { c.DomainLookup = false; return nil },
	},
	grammar.Line[*config.Config]{
		Syntax: "enable secret LINE$$text",
		Help:   grammar.Help{"enable": "Modify enable password parameters", "secret": "Assign the privileged level secret", "$text": "The UNENCRYPTED (cleartext) 'enable' secret"},
		Set: func(c *config.Config, a grammar.Args) error {
			secret, err := aaa.Hash(rand.Reader, a.String("text"))
			c.SetEnable(config.Enable{Level: 15, Secret: secret})
			return err
		},
		No: func(c *config.Config, _ grammar.Args) error { c.SetEnable(config.Enable{Level: 15}); return nil },
	},
	grammar.Block[*config.Config, *config.CryptoMapEntry]{
		Syntax: "crypto map WORD$name <1-65535>$seq ipsec-isakmp",
		Help: grammar.Help{"crypto": "Encryption module", "map": "Enter a crypto map", "$name": "Crypto map tag",
			"$seq": "Sequence to insert into crypto map entry", "ipsec-isakmp": "IPSEC w/ISAKMP"},
		Open: func(c *config.Config, a grammar.Args) (*config.CryptoMapEntry, error) {
			for _, m := range c.CryptoMaps {
				if m.Name == a.String("name") {
					return m.Entries[0], nil
				}
			}
			a.Note("% NOTE: This new crypto map will remain disabled until a peer\n        and a valid access list have been configured.")
			e := &config.CryptoMapEntry{Seq: a.Int("seq")}
			c.CryptoMaps = append(c.CryptoMaps, &config.CryptoMap{Name: a.String("name"), Entries: []*config.CryptoMapEntry{e}})
			return e, nil
		},
		No: func(c *config.Config, _ grammar.Args) error { c.CryptoMaps = nil; return nil },
		Each: func(c *config.Config) iter.Seq2[string, *config.CryptoMapEntry] {
			return func(func(string, *config.CryptoMapEntry) bool) {}
		},
		Sub: cryptoMapMode,
	})

// options are those of a console on the fake router.
func options(f *fake, rw io.ReadWriter, extra ...grammar.Exec[*Session]) Options {
	return Options{Terminal: rw, Width: 80, Length: 24, Backend: f, Exec: execTable(extra...), Config: configMode,
		Origin: debug.Origin{Line: "console"}, Local: true, Level: 1}
}

// typist is a terminal on which everything has been typed ahead.
type typist struct {
	io.Reader
	out strings.Builder
}

func (t *typist) Write(p []byte) (int, error) { return t.out.Write(p) }

// typeKeys runs a session in which the keys are typed ahead, to the end of input.
func typeKeys(t testing.TB, o Options, keys string) string {
	t.Helper()
	tt := &typist{Reader: strings.NewReader(keys)}
	o.Terminal = tt
	if err := New(o).Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return tt.out.String()
}

// display is what a terminal without a right margin shows after some output.
func display(out string) string {
	lines := [][]rune{{}}
	col := 0
	for _, r := range out {
		row := &lines[len(lines)-1]
		switch r {
		case '\r':
			col = 0
		case '\n':
			lines = append(lines, []rune(strings.Repeat(" ", col)))
		case '\b':
			col = max(col-1, 0)
		case '\a':
		default:
			for w := cell(r); len(*row) < col+w; {
				*row = append(*row, ' ')
			}
			(*row)[col] = r
			if cell(r) == 2 {
				(*row)[col+1] = 0
			}
			col += cell(r)
		}
	}
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(strings.TrimRight(strings.ReplaceAll(string(l), "\x00", ""), " ") + "\n")
	}
	return b.String()
}
