package kernel

import (
	"testing"

	"conft/internal/acl"
)

// Packets that met an entry with `log`, and as a fragment, less those that were shown; what has
// no `log` is not due. Of two equal entries the first has all.
func TestUnlogged(t *testing.T) {
	web := acl.Entry{Protocol: 6, Src: acl.Any, Dst: acl.Any, DstPort: acl.Ports{Op: acl.PortEq, Low: 80}, Log: true}
	l := &acl.List{Name: "W", Entries: []acl.Entry{web, {Remark: "again"}, web, {Protocol: 17, Src: acl.Any, Dst: acl.Any}}}
	counted := map[string]uint64{}
	all, shown := entryRules(web, &denyIn), logRules(l, web)
	if len(all) != 2 || len(shown) != 2 {
		t.Fatalf("%d rules, %d with log", len(all), len(shown))
	}
	counted[all[0].text], counted[shown[0].text] = 1000, 100
	counted[all[1].text], counted[shown[1].text] = 10, 10
	counted[entryRules(l.Entries[3], &denyIn)[0].text] = 5000
	if got := unlogged(counted, l.Entries, func(e acl.Entry) (shown, all []rule) { return logRules(l, e), entryRules(e, &denyIn) }); got != 900 {
		t.Errorf("%d, want 900", got)
	}
}
