package commands

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"conft/internal/confdiff"
	"conft/internal/config"
	"conft/internal/reftest"
	"conft/internal/router"
	"conft/shell/grammar"
)

// TestRunningStamps are the lines about the last change and the last saving, in the form
// of a capture; nothing that is stored or compared has them.
func TestRunningStamps(t *testing.T) {
	r := newFake(t, strings.Replace(classicText, "version 12.4", "version 15.4", 1))
	expect(t, "show running-config | begin !", strings.Join(strings.SplitAfter(run(t, r, "show running-config"), "\n")[3:6], ""),
		"!\n! No configuration change since last restart\n!\n")
	r.stamps[0] = router.ConfigStamps{Changed: time.Date(2018, 3, 12, 8, 38, 15, 0, time.UTC), ChangedBy: "admin",
		Saved: time.Date(2018, 3, 12, 8, 38, 59, 0, time.UTC), SavedBy: "admin"}
	r.stamps[1] = r.stamps[0]
	r.config.Zone = config.TimeZone{Name: "CET", Minutes: 60}
	got := run(t, r, "show running-config")
	head, body, _ := strings.Cut(got, "bytes\n")
	expect(t, "the heading", strings.Join(strings.SplitAfter(body, "\n")[:4], ""), "!\n! Last configuration change at 09:38:15 CET Mon Mar 12 2018 by admin\n"+
		"! NVRAM config last updated at 09:38:59 CET Mon Mar 12 2018 by admin\n!\n")
	if n := regexp.MustCompile(`\d+`).FindString(head); n != plural(len(body)-1, "")[:len(n)] {
		t.Errorf("%s bytes are said of %d", n, len(body)-1)
	}
	run(t, r, "write memory")
	if text := string(r.startup); text != Text(r.config) || strings.Contains(text, "Last conf") {
		t.Errorf("stored is\n%s", text)
	}
	saved := run(t, r, "show startup-config")
	capture := strings.SplitAfter(reftest.Open(t, "show/show-startup-config/01.txt"), "\n")
	form := regexp.MustCompile(`\d+|by \w+|\b(UTC|CET|Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b`)
	lines := strings.SplitAfter(saved, "\n")[1:]                  // the capture is without "Using … bytes"
	for i, line := range []string{lines[0], lines[1], lines[3]} { // and was not saved since
		if got, want := form.ReplaceAllString(line, "#"), form.ReplaceAllString(capture[i], "#"); strings.TrimSuffix(got, " #\n") != strings.TrimSuffix(want, "\n") && got != want {
			t.Errorf("line %d is %q, in the capture %q", i, line, capture[i])
		}
	}
	if d := confdiff.Compare(Text(r.config), string(r.startup)).Commands(); len(d) != 0 {
		t.Errorf("they differ: %v", d)
	}
}

// TestRunningAll types what `all` prints: nothing changes by it.
func TestRunningAll(t *testing.T) {
	for _, text := range []string{classicText, strings.Replace(classicText, "version 12.4", "version 15.4", 1)} {
		r := newFake(t, text)
		all := textFor(r.config, nil, true)
		for _, want := range []string{"\n encr des\n", "\n hash sha\n", "\n group 1\n", "\n lifetime 86400\n", "\nip domain lookup\n", "\n no shutdown\n",
			"\nlogging buffered 4096 debugging\n", "\ncrypto ipsec security-association lifetime seconds 3600\n"} {
			if !strings.Contains(all, want) {
				t.Errorf("no line %q in\n%s", want, all)
			}
		}
		if c, text := load(t, all), Text(r.config); Text(c) != text {
			t.Errorf("typed again it is\n%s", diff(Text(c), text))
		}
	}
}

func TestRunningForms(t *testing.T) {
	r := newFake(t, classicText)
	list := "access-list 100 permit ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255\n"
	with := func(body string) string {
		return "Building configuration...\n\nCurrent configuration : " + plural(len(body), "byte") + "\n" + body + "\n"
	}
	partition := func(name, body string) string {
		return with("!\nConfiguration of Partition - " + name + "\n!\n!\n!\n!\n" + body + "!\n!\nend\n")
	}
	for line, want := range map[string]string{
		"show running-config access-list":                with("!\n" + list + "end\n"),
		"show running-config access-list 100":            with("!\n" + list + "end\n"),
		"show running-config access-list 101":            with("!\nend\n"),
		"show running-config partition access-list":      partition("access-list", list),
		"show running-config partition ip-static-routes": partition("ip-static-routes", "ip route 0.0.0.0 0.0.0.0 12.12.12.2\n"),
		"show running-config partition router":           partition("router", ""),
		"show running-config brief":                      run(t, r, "show running-config"),
	} {
		expect(t, line, run(t, r, line), want)
	}
	lines := strings.Split(run(t, r, "show running-config linenum"), "\n")
	if lines[3] != "     1 : !" || lines[4] != "     2 : version 12.4" {
		t.Errorf("linenum begins with %q", lines[3:5])
	}
	if common := run(t, r, "show running-config partition common"); !strings.Contains(common, "\nhostname R1\n") || strings.Contains(common, "\ninterface ") || strings.Contains(common, "access-list 100") {
		t.Errorf("common is\n%s", common)
	}
}

// TestRunningOf15 has the blocks that 15.x always prints, in their places, and 12.4 has not.
func TestRunningOf15(t *testing.T) {
	text := Text(load(t, strings.Replace(classicText, "version 12.4", "version 15.4", 1)))
	for _, want := range []string{"hostname R1\n!\nboot-start-marker\nboot-end-marker\n!\n!\n", " crypto map cisco\n!\nno ip http server\nno ip http secure-server\n!\nip route 0.0.0.0"} {
		if !strings.Contains(text, want) {
			t.Errorf("no\n%s\nin\n%s", want, text)
		}
		if strings.Contains(classicText, want) {
			t.Errorf("12.4 has\n%s", want)
		}
	}
	if again := Text(load(t, text)); again != text {
		t.Errorf("typed again it is\n%s", diff(again, text))
	}
}

// TestRunningOfALevel is the configuration as a lower level reads it: the lines that it may
// configure, and no secret of the others, in any form of the command.
func TestRunningOfALevel(t *testing.T) {
	r := newFake(t, classicText)
	level := func(all ...grammar.Level) *grammar.Rights { return Config.Rights(7, all) }
	read := func(line string, may *grammar.Rights) string {
		term := &fakeTerminal{rights: may}
		if err := tryOn(term, r, line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		return term.String()
	}
	if got := read("show running-config", level()); strings.Trim(strings.SplitAfterN(got, "bytes\n", 2)[1], "!\n") != "end" {
		t.Errorf("without rights it is\n%s", got)
	}
	may := level(grammar.Level{Prompt: "config", Words: "interface", Level: 7}, grammar.Level{Prompt: "config-if", Words: "ip address", Level: 7},
		grammar.Level{Prompt: "config", Words: "ip route", Level: 5}, grammar.Level{Prompt: "config", Words: "hostname", Level: 8})
	const want = "interface FastEthernet0/0\n ip address 10.1.1.1 255.255.255.0\n!\n"
	for _, line := range []string{"show running-config", "show running-config all", "show running-config full", "show running-config view full",
		"show running-config linenum", "show running-config interface f0/0", "show running-config partition interface",
		"show running-config partition common", "show running-config access-list", "write terminal"} {
		got := read(line, may)
		if regexp.MustCompile(`cisco|hostname|access-list 1|crypto map`).MatchString(got) {
			t.Errorf("%s has what the level may not configure:\n%s", line, got)
		}
		if (strings.HasSuffix(line, "full") || strings.HasSuffix(line, "config")) && !strings.Contains(got, want) {
			t.Errorf("%s has not\n%s\nbut\n%s", line, want, got)
		}
	}
	expect(t, "the highest level", read("show running-config", nil), run(t, r, "show running-config"))
}

// TestWrittenForALevel gives the commands that begin as each line of a configuration does,
// alone: nothing is written that they do not let its reader type.
func TestWrittenForALevel(t *testing.T) {
	c := load(t, everything)
	beginning := regexp.MustCompile(`[^ \n]+( [a-z-]+)?`)
	var seen, prompts []string
	for _, m := range config.PrivilegeModes {
		prompts = append(prompts, m.Prompts...)
	}
	for line := range strings.Lines(Text(c)) {
		words, ok := Config.Words(beginning.FindString(line), prompts...)
		if !ok || slices.Contains(seen, words) {
			continue
		}
		seen = append(seen, words)
		var all []grammar.Level
		for _, p := range prompts {
			all = append(all, grammar.Level{Prompt: p, Words: words, Level: 7})
		}
		may := Config.Rights(7, all)
		typed, at := c.Clone(), Config.Start().For(may)
		for _, written := range strings.Split(Config.WriteFor(c, may, true), "\n") {
			step, err := at.Apply(typed, written)
			if at = step.Next; err != nil {
				t.Errorf("with %q: %q: %v", words, written, err)
			}
		}
	}
	if len(seen) < 40 {
		t.Errorf("%d beginnings of lines: %q", len(seen), seen)
	}
}

// What `all` adds are the defaults: read back, it is the same configuration.
func TestShowAllReadsBack(t *testing.T) {
	r := newFake(t, everything)
	_, text, _ := strings.Cut(run(t, r, "show running-config all"), "bytes\n")
	if got := Text(load(t, text)); got != Text(r.config) {
		t.Errorf("read back it is\n%s", got)
	}
	r = newFake(t, "")
	out := run(t, r, "show running-config all")
	for _, want := range []string{"line con 0\n exec-timeout 10 0\n privilege level 1\n length 24\n width 80\n history size 10\n exec\n", "\nip ssh time-out 120\n", "\nip ssh authentication-retries 3\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("without %q:\n%s", want, out)
		}
	}
}
