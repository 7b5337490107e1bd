package commands

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"conft/internal/config"
	"conft/internal/router"
	"conft/shell/grammar"
)

// lookup returns the first address of a host, and says which name servers are asked.
func lookup(ctx context.Context, r Router, t Terminal, name string) (netip.Addr, error) {
	unknown := refuse("Unrecognized host or address, or protocol not running.")
	if !validName(name) {
		return netip.Addr{}, unknown
	}
	c := r.Config()
	asked := false
	translating := func(server netip.Addr) {
		if !asked {
			say(t, fmt.Sprintf("Translating %q...domain server", name))
		}
		asked = true
		say(t, fmt.Sprintf(" (%s)", server))
	}
	addrs, err := r.Lookup(ctx, name, translating)
	switch {
	case ctx.Err() != nil:
		say(t, "\n")
		return netip.Addr{}, ctx.Err()
	case err != nil && !asked && c.DomainLookup:
		translating(netip.AddrFrom4([4]byte{255, 255, 255, 255})) // as IOS says that there is none
	case err != nil && !asked:
		say(t, fmt.Sprintf("Translating %q", name))
		asked = true
	}
	switch {
	case err != nil:
		say(t, "\n")
		return netip.Addr{}, unknown
	case asked:
		say(t, " [OK]\n\n")
	}
	return addrs[0], nil
}

func hostCommands(r Router) []exec {
	return []exec{
		{
			Syntax: "show hosts [WORD | summary]",
			Help: grammar.Help{"show": "Show running system information", "hosts": "IP domain-name, lookup style, nameservers, and host table",
				"WORD": "Host name", "summary": "Summary of the host table"},
			Run: output(func(w io.Writer, a grammar.Args) error {
				if a.Has("summary") {
					showHostsSummary(w, r.Config(), r.Hosts())
					return nil
				}
				showHosts(w, r.Config(), r.Hosts(), a.String("WORD"))
				return nil
			}),
		},
		{
			Syntax: "clear host {* | WORD}$name",
			Help: grammar.Help{"clear": "Reset functions", "host": "Delete host table entries", "*": "Delete all entries",
				"WORD": "Host name to delete"},
			Priv: privileged,
			Run: func(_ context.Context, _ Terminal, a grammar.Args) error {
				r.ForgetHost(a.String("name"))
				return nil
			},
		},
	}
}

// showHosts prints `show hosts`.
func showHosts(w io.Writer, c *config.Config, hosts []router.HostState, only string) {
	if c.IOS15() {
		fmt.Fprint(w, "Name lookup view: Global\n")
	}
	showDomain(w, c)
	if c.DomainLookup && len(c.Servers) > 0 {
		fmt.Fprint(w, "Name/address lookup uses domain service\n")
		showServers(w, c)
	} else {
		fmt.Fprint(w, "Name/address lookup uses static mappings\n")
	}
	fmt.Fprint(w, "\nCodes: UN - unknown, EX - expired, OK - OK, ?? - revalidate\n       temp - temporary, perm - permanent\n"+
		"       NA - Not Applicable None - Not defined\n\nHost                      Port  Flags      Age Type   Address(es)\n")
	for _, h := range hosts {
		if only != "" && h.Name != only {
			continue
		}
		kind, state := "temp", "OK"
		if h.Permanent {
			kind = "perm"
		}
		if h.Expired {
			state = "EX"
		}
		fmt.Fprintf(w, "%-25s %-5s (%s, %s) %-3d %-6s", h.Name, "None", kind, state, int(h.Age/time.Hour), " IP")
		for i, a := range h.Addrs {
			if i > 0 {
				fmt.Fprintf(w, "\n%*s", 53, "")
			}
			fmt.Fprintf(w, " %s", a)
		}
		fmt.Fprintln(w)
	}
}

func showDomain(w io.Writer, c *config.Config) {
	fmt.Fprintf(w, "Default domain is %s\n", cmp.Or(c.DomainName, "not set"))
}

func showServers(w io.Writer, c *config.Config) {
	var list []string
	for _, ip := range c.Servers {
		list = append(list, ipText(ip))
	}
	fmt.Fprintf(w, "Name servers are %s\n", strings.Join(list, ", "))
}

// showHostsSummary prints `show hosts summary`: what is configured is local, what servers
// have answered is dynamic.
func showHostsSummary(w io.Writer, c *config.Config, hosts []router.HostState) {
	local := 0
	for _, h := range hosts {
		if h.Permanent {
			local++
		}
	}
	showDomain(w, c)
	if len(c.Servers) > 0 {
		showServers(w, c)
	}
	fmt.Fprintf(w, "Local cache entries: %d\nDynamic cache entries: %d\n", local, len(hosts)-local)
}
