package commands

import (
	"math"

	"conft/internal/config"
	"conft/shell/grammar"
)

// resequenceLine numbers the entries of a list anew. The numbers are not written, as on
// IOS.
var resequenceLine = configLine{
	Syntax: "ip access-list resequence {<1-199> | <1300-2699> | WORD}$list <1-2147483647>$start <1-2147483647>$step",
	Help: grammar.Help{
		"resequence":  "Resequence Access List",
		"<1-199>":     "IP access list (standard or extended)",
		"<1300-2699>": "IP expanded access list (standard or extended)",
		"WORD":        "Access-list name",
		"$start":      "Starting Sequence Number",
		"$step":       "Step to increment the sequence number",
	},
	Set: func(c *config.Config, a grammar.Args) error {
		l := c.AccessList(a.String("list"))
		if l == nil {
			return refuse("Access-list %s does not exist", a.String("list"))
		}
		next, step := uint64(a.Int("start")), uint64(a.Int("step"))
		for i := range l.Entries {
			if l.Entries[i].Remark != "" {
				continue
			}
			if next > math.MaxInt32 {
				return refuse("Access-list sequence number exceeds the maximum of %d", math.MaxInt32)
			}
			l.Entries[i].Seq = uint32(next)
			next += step
		}
		return nil
	},
}
