package nettest

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

const interopHead = `# Interoperability

Written by ` + "`make interop`" + ` on %s; not to be changed by hand.

%s.

In each cell a real tunnel came up between two hosts behind two routers, begun by the
side that the column names. A ping of 1000 octets went each way; then the side that had
begun renewed the IPsec SA, conft because its volume ran out; and a ping went each way
again, with no other packet between the routers than IKE and ESP or AH. Where a table
does not say otherwise, ISAKMP uses pre-shared keys and main mode. Where it says NAT, the
side that begins is behind one that changes address and ports. strongSwan runs ESP in user space
and therefore in UDP 4500, as behind a NAT; the Linux kernel, with strongSwan as its key
daemon, in a virtual machine, where ESP is IP protocol 50, as between two confts; it is
in the tables about ESP and AH only, because its IKE is strongSwan's again. User space
has no AH, and strongSwan no AH together with ESP.
`

// interopDocument is the matrix as a page.
func interopDocument(t *testing.T, sections []section, results map[string][]string) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, interopHead, time.Now().UTC().Format("2 January 2006"), interopVersions())
	for _, s := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n| |", s.title)
		var columns []farEnd
		for _, f := range farEnds {
			if s.esp || !f.esp {
				columns = append(columns, f)
			}
		}
		for _, f := range columns {
			fmt.Fprintf(&b, " conft to %s | %[1]s to conft |", f.name)
		}
		b.WriteString("\n|---|" + strings.Repeat("---|---|", len(columns)) + "\n")
		for _, r := range s.rows {
			fmt.Fprintf(&b, "| %s |", s.name(r))
			for _, f := range columns {
				cells := results[f.name+r.String()]
				if !f.has(r) {
					cells = []string{"-", "-"}
				} else if cells == nil {
					cells = []string{"not run", "not run"}
				}
				fmt.Fprintf(&b, " %s |", strings.Join(cells, " | "))
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// interopVersions says what was used.
func interopVersions() string {
	output := func(name string, args ...string) string {
		out, _ := exec.Command(name, args...).Output()
		return strings.TrimSpace(string(out))
	}
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	swan := strings.TrimSuffix(output("dpkg-query", "-W", "-f", "${Version}", "charon-systemd"), "\n")
	return fmt.Sprintf("conft %s, %s, Linux %s; strongSwan %s; kernel peer Linux %s",
		output("git", "describe", "--always", "--dirty"), runtime.Version(), strings.TrimSpace(string(kernel)), swan, strings.TrimSpace(guestRelease))
}
