package commands

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"conft/internal/config"
	"conft/internal/router"
	"conft/shell/grammar"
)

// showRunningCommands are the forms of `show running-config`. Who may not configure all
// sees what he may.
func showRunningCommands(r Router) []exec {
	show := func(syntax string, help grammar.Help, f func(listing, grammar.Args) error) exec {
		help["running-config"] = "Current operating configuration"
		return exec{Syntax: "show running-config" + syntax, Help: help, Priv: privileged, Run: func(ctx context.Context, t Terminal, a grammar.Args) error {
			return output(func(w io.Writer, a grammar.Args) error { return f(listing{w, t.Rights()}, a) })(ctx, t, a)
		}}
	}
	return []exec{
		show(" [all | brief | full | linenum | view full]", grammar.Help{"show": "Show running system information", "all": "Configuration with defaults",
			"brief": "configuration without certificate data", "full": "full configuration", "linenum": "Display line numbers in output", "view": "View options"},
			func(w listing, a grammar.Args) error {
				text := runningText(r, w.may, a.Has("all"))
				size := len(text)
				if a.Has("linenum") {
					text = numbered(text)
				}
				showListing(w, size, text)
				return nil
			}),
		show(" interface INTERFACE$which", grammar.Help{"interface": "Show interface configuration"}, func(w listing, a grammar.Args) error {
			i := r.Config().Interface(a.String("which"))
			if i == nil {
				return a.Invalid("which")
			}
			one := config.New()
			one.Version = r.Config().Version
			one.Interfaces = []*config.Interface{i}
			showBlocks(w, one, "", "interface ")
			return nil
		}),
		show(" partition {access-list | common | crypto-map$crypto | interface | ip-static-routes$static | line | router}",
			grammar.Help{"partition": "Configuration corresponding a partition", "access-list": "All access-list configurations",
				"common": "All remaining unregistered configurations", "$crypto": "All crypto map configurations",
				"interface": "Each Interface specific Configurations", "$static": "All IP static configurations",
				"line": "All line mode configurations", "router": "All routing configurations"},
			func(w listing, a grammar.Args) error { showPartition(w, r.Config(), a); return nil }),
		show(" access-list [WORD$list]", grammar.Help{"access-list": "Access-list configuration", "$list": "Access list number or name"},
			func(w listing, a grammar.Args) error {
				c := r.Config()
				if !a.Has("list") {
					showBlocks(w, c, "", "ip access-list", "access-list")
					return nil
				}
				one := config.New()
				if l := c.AccessList(a.String("list")); l != nil {
					one.AddAccessList(l)
				}
				showBlocks(w, one, "", "ip access-list", "access-list")
				return nil
			}),
	}
}

// listing is who reads the configuration, and what of it he may.
type listing struct {
	io.Writer
	may *grammar.Rights
}

// runningText is what `show running-config` prints below its heading.
func runningText(r Router, may *grammar.Rights, all bool) string {
	c := r.Config()
	now, _ := r.ConfigStamps()
	return stamped(textFor(c, may, all), c, now)
}

// partitions are the beginnings of the lines of each partition.
var partitions = map[string][]string{
	"access-list":      {"ip access-list", "access-list"},
	"crypto-map":       {"crypto map", "crypto dynamic-map"},
	"interface":        {"interface "},
	"ip-static-routes": {"ip route"},
	"line":             {"line "},
	"router":           {"router "},
}

// showPartition prints `show running-config partition X`; common is what no other has.
func showPartition(w listing, c *config.Config, a grammar.Args) {
	for name, begins := range partitions {
		if a.Has(name) {
			showBlocks(w, c, name, begins...)
			return
		}
	}
	var others []string
	for _, begins := range partitions {
		others = append(others, begins...)
	}
	writeBlocks(w, c, "common", func(line string) bool { return !begins(line, others) })
}

func begins(line string, with []string) bool {
	return slices.ContainsFunc(with, func(s string) bool { return strings.HasPrefix(line, s) })
}

// showBlocks prints the lines that begin in certain ways with what is indented below.
func showBlocks(w listing, c *config.Config, partition string, with ...string) {
	writeBlocks(w, c, partition, func(line string) bool { return begins(line, with) })
}

func writeBlocks(w listing, c *config.Config, partition string, take func(string) bool) {
	var b strings.Builder
	b.WriteString("!\n")
	if partition != "" {
		fmt.Fprintf(&b, "Configuration of Partition - %s\n!\n!\n!\n!\n", partition)
	}
	in := false
	for line := range strings.Lines(Config.WriteFor(c, w.may, false)) {
		if line[0] != ' ' {
			in = take(line)
		}
		if in && line != "!\n" {
			b.WriteString(line)
		}
	}
	if partition != "" {
		b.WriteString("!\n!\n")
	}
	b.WriteString("end\n")
	showListing(w, b.Len(), b.String())
}

// showListing prints a text as `show running-config` does.
func showListing(w io.Writer, size int, text string) {
	fmt.Fprintf(w, "Building configuration...\n\nCurrent configuration : %d bytes\n%s\n", size, text)
}

// showStartup prints `show startup-config`.
func showStartup(w io.Writer, c *config.Config, text []byte, saved router.ConfigStamps, room int) {
	if text == nil {
		fmt.Fprint(w, "startup-config is not present\n")
		return
	}
	all := stamped(string(text), c, saved)
	fmt.Fprintf(w, "Using %d out of %d bytes\n%s\n", len(all), room, all)
}

// stamped is the text with the two lines of 15.x about its last change and its last
// saving; what is stored and compared has none.
func stamped(text string, c *config.Config, s router.ConfigStamps) string {
	body, ok := strings.CutPrefix(text, "!\n")
	if !c.IOS15() || !ok {
		return text
	}
	said := func(at time.Time, by string) string {
		if by != "" {
			by = " by " + by
		}
		return c.Zone.In(at).Format("15:04:05 MST Mon Jan 2 2006") + by + "\n"
	}
	head := "!\n! No configuration change since last restart\n"
	if !s.Changed.IsZero() {
		head = "!\n! Last configuration change at " + said(s.Changed, s.ChangedBy)
	}
	if !s.Saved.IsZero() {
		head += "! NVRAM config last updated at " + said(s.Saved, s.SavedBy)
	}
	return head + "!\n" + body
}

// numbered is the text with the number of each line before it.
func numbered(text string) string {
	var b strings.Builder
	n := 0
	for line := range strings.Lines(text) {
		n++
		fmt.Fprintf(&b, "%6d : %s", n, line)
	}
	return b.String()
}
