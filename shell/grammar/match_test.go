package grammar_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"conft/shell/grammar"
)

// said is what a command of the test table was called with.
type said struct{ text string }

func say(names ...string) func(context.Context, *said, grammar.Args) error {
	return func(_ context.Context, s *said, a grammar.Args) error {
		for _, n := range names {
			s.text += fmt.Sprintf("%s=%q ", n, a.Strings(n))
		}
		return nil
	}
}

var words = grammar.NewExec[*said]("Exec commands:",
	grammar.Exec[*said]{Syntax: "show ip route", Help: grammar.Help{"show": "S", "ip": "I", "route": "R"}, Run: say("route")},
	grammar.Exec[*said]{Syntax: "show ipv6 route", Help: grammar.Help{"ipv6": "I6", "route": "R"}, Run: say("ipv6")},
	grammar.Exec[*said]{Syntax: "show interfaces [INTERFACE]", Help: grammar.Help{"interfaces": "Is"}, Run: say("INTERFACE")},
	grammar.Exec[*said]{Syntax: "show inventory", Help: grammar.Help{"inventory": "Inv"}, Priv: 15, Run: say()},
	grammar.Exec[*said]{Syntax: "permit {A.B.C.D$src A.B.C.D$wild | any$any | host$host A.B.C.D$src} [eq <0-65535>$port]",
		Help: grammar.Help{"permit": "P", "$src": "Address", "$wild": "Wildcard", "any": "Any", "host": "Host", "eq": "Eq", "$port": "Port"},
		Run:  say("src", "wild", "any", "port")},
	grammar.Exec[*said]{Syntax: "ping WORD$to [source INTERFACE$from | repeat <1-100>$n | df-bit]...",
		Help: grammar.Help{"ping": "P", "$to": "Host", "source": "S", "repeat": "R", "$n": "N", "df-bit": "D"},
		Run:  say("to", "from", "n", "df-bit")},
	grammar.Exec[*said]{Syntax: "list {<100-199>$number | WORD$name}", Help: grammar.Help{"list": "L", "$number": "N", "$name": "W"}, Run: say("number", "name")},
	grammar.Exec[*said]{Syntax: "list interface INTERFACE$from", Help: grammar.Help{"interface": "I", "$from": "F"}, Run: say("from")},
	grammar.Exec[*said]{Syntax: "dir [flash: | nvram:]$where", Help: grammar.Help{"dir": "D", "flash:": "F", "nvram:": "N"}, Run: say("where")},
	grammar.Exec[*said]{Syntax: "watch [log | log-input]", Help: grammar.Help{"watch": "W", "log": "L", "log-input": "I"}, Run: say("log", "log-input")},
	grammar.Exec[*said]{Syntax: "group [WORD$name] {in | out}$way", Help: grammar.Help{"group": "G", "$name": "W", "in": "I", "out": "O"}, Run: say("name", "way")},
	grammar.Exec[*said]{Syntax: "range INTERFACES", Help: grammar.Help{"range": "Ra"}, Run: say("INTERFACES")},
	grammar.Exec[*said]{Syntax: "remark LINE", Help: grammar.Help{"remark": "R", "LINE": "L"}, Run: say("LINE")},
	grammar.Exec[*said]{Syntax: "clock hh:mm:ss <1-31>$day MONTH", Help: grammar.Help{"clock": "C", "hh:mm:ss": "T", "$day": "D", "MONTH": "M"}, Run: say("hh:mm:ss", "day", "MONTH")},
	grammar.Exec[*said]{Syntax: "encryption {des | aes [128 | 256]$bits}$cipher", Help: grammar.Help{"encryption": "E", "des": "D", "aes": "A", "128": "1", "256": "2"}, Run: say("cipher", "bits")},
	grammar.Exec[*said]{Syntax: "debug all", Help: grammar.Help{"debug": "D", "all": "A"}, Run: say("debug"),
		No: func(_ context.Context, s *said, _ grammar.Args) error { s.text = "no debug"; return nil }},
)

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		line  string
		level int
		want  string // what the command said, or the error
	}{
		{"", 1, ""},
		{"   ", 1, ""},
		{" ! comment", 1, ""},
		{"show ip route", 1, `route=["route"]`},
		{"  SH   IP\tro ", 1, `route=["route"]`}, // "ip" exactly, not ipv6
		{"sh ipv r", 1, `ipv6=["ipv6"]`},
		{"group out in", 1, `name=["out"] way=["in"]`}, // nothing may come behind the other out
		{"group OUT", 1, `name=[] way=["out"]`},
		{"group out there", 1, "invalid 10"},
		{"list IN", 1, `number=[] name=["IN"]`}, // though it abbreviates interface, which needs more
		{"list IN gi0/0", 1, `from=["GigabitEthernet0/0"]`},
		{"list interface", 1, "incomplete list"},
		{"dir FLASH", 1, `where=["flash:"]`},
		{"dir flash:a/b", 1, `where=["flash:a/b"]`},
		{"dir flas", 1, `where=["flash:flas"]`}, // a file of that name
		{"watch log now", 1, "invalid 10"},      // log exactly, though nothing may come behind it
		{"watch lo now", 1, "ambiguous"},
		{"sh i", 1, "ambiguous"},
		{"sh in", 15, "ambiguous"},
		{"sh in", 1, `INTERFACE=[]`}, // inventory needs level 15
		{"sh inv", 1, "invalid 5"},
		{"sh", 1, "incomplete show"},
		{"show ip routes", 1, "invalid 13"},
		{"show ip route x", 1, "invalid 14"},
		{"show ix", 1, "invalid 6"},
		{"xyz", 1, "invalid 0"},
		{"pix", 1, "invalid 2"},
		{"show int gi0/0", 1, `INTERFACE=["GigabitEthernet0/0"]`},
		{"show int g 0/0/1", 1, `INTERFACE=["GigabitEthernet0/0/1"]`},
		{"show int FAST0", 1, `INTERFACE=["FastEthernet0"]`},
		{"show int lo 12", 1, `INTERFACE=["Loopback12"]`},
		{"show int lo1/2", 1, "invalid 11"},
		{"show int x0", 1, "invalid 9"},
		{"show int gi", 1, "incomplete show"},
		{"permit 10.0.0.0 0.0.0.255", 1, `src=["10.0.0.0"] wild=["0.0.0.255"] any=[] port=[]`},
		{"permit host 10.0.0.1 eq 80", 1, `src=["10.0.0.1"] wild=[] any=[] port=["80"]`},
		{"perm an eq 99999", 1, "invalid 11"},
		{"permit any", 1, `src=[] wild=[] any=["any"] port=[]`},
		{"permit 0255.255.1 1.1.1.1", 1, "invalid 7"},
		{"permit 1.1.1.1", 1, "incomplete permit"},
		{"ping R2 rep 5 sou lo0 df", 1, `to=["R2"] from=["Loopback0"] n=["5"] df-bit=["df-bit"]`},
		{"ping R2 repeat 0", 1, "invalid 15"},
		{"list 110", 1, `number=["110"] name=[]`},
		{"list 200", 1, `number=[] name=["200"]`},
		{"list Abc", 1, `number=[] name=["Abc"]`},
		{"remark  two  blanks !  ", 1, `LINE=["two  blanks !"]`},
		{"clock 1:02:03 31 sep", 1, `hh:mm:ss=["1:02:03"] day=["31"] MONTH=["September"]`},
		{"clock 1:02:60 31 sep", 1, "invalid 6"},
		{"encryption aes 256", 1, `cipher=["aes"] bits=["256"]`},
		{"enc d 256", 1, "invalid 6"},
		{"no debug all", 1, "no debug"},
		{"no show", 1, "invalid 3"},
	} {
		t.Run(tt.line, func(t *testing.T) {
			got := &said{}
			call, err := words.Match(tt.line, tt.level)
			var e *grammar.Error
			if errors.As(err, &e) {
				got.text = map[grammar.Kind]string{
					grammar.Invalid:    fmt.Sprint("invalid ", e.Offset),
					grammar.Incomplete: "incomplete " + e.Word,
					grammar.Ambiguous:  "ambiguous",
				}[e.Kind]
			} else if err := call.Run(context.Background(), got); err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(got.text); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	for _, tt := range []struct {
		line, want string
	}{
		{"show int ", "  Ethernet         IEEE 802.3\n  FastEthernet     FastEthernet IEEE 802.3\n" +
			"  GigabitEthernet  GigabitEthernet IEEE\n                   802.3z\n  Loopback         Loopback interface\n  <cr>"},
		{"show int gi ", "  <0-9>  GigabitEthernet interface number"},
		{"show int gi 0/", "  <0-9>  GigabitEthernet interface number"},
		{"show int gi0/", "  <0-9>  GigabitEthernet interface number"},
		{"show int gi0", "<0-9>  "},
		{"list ", "  <100-199>  N\n  WORD       W\n  interface  I"},
		{"list 1", "<100-199>  WORD       "},
		{"list 200", "WORD  "},
		{"permit 10.", "A.B.C.D  "},
		{"clock 1:02:03 1 j", "MONTH  "},
		{"permit any ", "  eq    Eq\n  <cr>"},
		{"encryption aes ", "  128   1\n  256   2\n  <cr>"},
		{"p", "permit  ping    "},
		{"remark x y", "LINE  "},
		{"range ", "  Ethernet         IEEE 802.3\n  FastEthernet     FastEthernet IEEE 802.3\n" +
			"  GigabitEthernet  GigabitEthernet IEEE\n                   802.3z\n  Loopback         Loopback interface"},
		{"range g", "GigabitEthernet  "},
		{"range g ", "  <0-9>  GigabitEthernet interface number"},
		{"range gi0/0 ", "  ,     comma\n  -     hyphen\n  <cr>"},
		{"range gi 0/0 - ", "  <0-9>  GigabitEthernet interface number"},
		{"range gi 0/0 - 3 ", "  ,     comma\n  <cr>"},
		{"range gi0/0-3 , lo", "Loopback  "},
		{"range lo1,lo2 ", "  ,     comma\n  -     hyphen\n  <cr>"},
	} {
		a, err := words.Ask(tt.line, 1)
		if err != nil {
			t.Errorf("%q: %v", tt.line, err)
		}
		if got := strings.Join(a.Format(44), "\n"); got != tt.want {
			t.Errorf("%q?\n%s\nwant\n%s", tt.line, got, tt.want)
		}
	}
	if a, err := words.Ask("show ip route x ", 1); err == nil {
		t.Errorf("help behind an impossible word: %v", a)
	}
}

func TestComplete(t *testing.T) {
	for line, want := range map[string]string{
		"sh": "ow ", "show inte": "rfaces ", "show interfaces g": "igabitEthernet ",
		"range gi0/0 , lo": "opback ", "range f": "astEthernet ", "range x": "",
		"show i": "", "x": "", "": "", "show ": "", "list a": "",
	} {
		if got, _ := words.Complete(line, 1); got != want {
			t.Errorf("%q Tab: %q, want %q", line, got, want)
		}
	}
}

// "Building the table checks that every token has help and that shared prefixes
// agree": a broken table stops the program at start-up and names the place.
func TestBrokenTables(t *testing.T) {
	x := func(syntax string, help grammar.Help) grammar.Exec[*said] {
		return grammar.Exec[*said]{Syntax: syntax, Help: help, Run: say()}
	}
	for want, list := range map[string][]grammar.Exec[*said]{
		"`show clock`: no help":  {x("show clock", grammar.Help{"show": "S"})},
		"two help texts":         {x("show a", grammar.Help{"show": "S", "a": "A"}), x("show b", grammar.Help{"show": "T", "b": "B"})},
		"two commands end here":  {x("show {a | b}", grammar.Help{"show": "S", "a": "A", "b": "B"}), x("show a", nil)},
		"missing }":              {x("show {a | b", nil)},
		"unexpected ]":           {x("show a ]", nil)},
		"nothing to bind":        {x("$name", nil)},
		"nothing to repeat":      {x("...", nil)},
		"empty sequence":         {x("show {a | }", nil)},
		"matches the empty line": {x("[show]", nil)},
		"bad range <5-1>":        {x("clock <5-1>", nil)},
	} {
		func() {
			defer func() {
				if r := fmt.Sprint(recover()); !strings.Contains(r, want) {
					t.Errorf("panic %q, want %q", r, want)
				}
			}()
			grammar.NewExec("Exec commands:", list...)
		}()
	}
}

func FuzzMatch(f *testing.F) {
	for _, line := range []string{"show ip route", "sh i", "ping R2 rep 5", "permit 10.0.0.0 0.0.0.255 eq 80", "! x",
		"show int gi 0/0", "remark \xff\x00 é", "clock 1:02:03 31 sep"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		_, err := words.Match(line, 15)
		var e *grammar.Error
		if errors.As(err, &e) && e.Kind == grammar.Invalid && (e.Offset < 0 || e.Offset > len(line)) {
			t.Errorf("%q: column %d", line, e.Offset)
		}
		words.Ask(line, 15)
		if rest, ok := words.Complete(line, 15); ok {
			// What Tab completes is not refused for the word it completed.
			if _, err := words.Ask(line+rest, 15); err != nil {
				t.Errorf("%q completed to %q: %v", line, line+rest, err)
			}
		}
		r := &router{Name: "R"}
		if configMode.Parse(r, line) == nil {
			text := configMode.Write(r)
			again := &router{Name: "R"}
			if err := configMode.Parse(again, text); err != nil || configMode.Write(again) != text {
				t.Errorf("%q wrote %q, which is not read back: %v", line, text, err)
			}
		}
	})
}
