package commands

import (
	"conft/internal/config"
	"conft/shell/grammar"
)

// release15 writes lines that 15.x always has in its running configuration, in a block of
// their own, and that say what is so here anyhow. Typed, known.go answers them.
func release15(lines ...string) configLine {
	return configLine{Write: func(c *config.Config, w *grammar.Writer) {
		if !c.IOS15() {
			return
		}
		for _, l := range append(lines, "!") {
			w.Line(l)
		}
	}}
}

var (
	bootMarkerLines = release15("boot-start-marker", "boot-end-marker", "!")
	noWebLines      = release15("no ip http server", "no ip http secure-server")
)
