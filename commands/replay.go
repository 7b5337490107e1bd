package commands

import (
	"fmt"

	"conft/internal/config"
	"conft/shell/grammar"
)

// The anti-replay window of inbound SAs, for all of them and for those of an entry of a
// crypto map.

const replaySyntax = "replay {disable | window-size ![{64 | 128 | 256 | 512 | 1024}$size]}"

var replayHelp = grammar.Help{
	"security-association": "Security association parameters",
	"replay":               "Set replay checking.",
	"disable":              "Disable replay checking",
	"window-size":          "Set replay window size.",
	"64":                   "Window size of 64 (default)",
	"128":                  "Window size of 128",
	"256":                  "Window size of 256",
	"512":                  "Window size of 512",
	"1024":                 "Window size of 1024",
}

func setReplay(r *config.Replay, a grammar.Args) {
	if a.Has("disable") {
		r.Disabled = true
		return
	}
	r.Window = 0
	_, _ = fmt.Sscan(a.String("size"), &r.Window) // one of the words above
}

func resetReplay(r *config.Replay, a grammar.Args) {
	if a.Has("disable") {
		r.Disabled = false
	} else {
		r.Window = 0
	}
}

func writeReplay(w *grammar.Writer, prefix string, r config.Replay) {
	if r.Window != 0 {
		w.Line(prefix, "security-association replay window-size", fmt.Sprint(r.Window))
	}
	if r.Disabled {
		w.Line(prefix, "security-association replay disable")
	}
}

var ipsecReplayLine = configLine{
	Syntax: "crypto ipsec security-association " + replaySyntax,
	Help:   replayHelp,
	Set: func(c *config.Config, a grammar.Args) error {
		setReplay(&c.Replay, a)
		if c.Replay.Window == config.DefaultReplayWindow { // is not written
			c.Replay.Window = 0
		}
		return nil
	},
	No:    func(c *config.Config, a grammar.Args) error { resetReplay(&c.Replay, a); return nil },
	Write: func(c *config.Config, w *grammar.Writer) { writeReplay(w, "crypto ipsec", c.Replay) },
}

var mapReplayLine = mapLine{
	Syntax: "set security-association " + replaySyntax,
	Help:   replayHelp,
	Set:    func(e *mapScope, a grammar.Args) error { setReplay(&e.Replay, a); return nil },
	No:     func(e *mapScope, a grammar.Args) error { resetReplay(&e.Replay, a); return nil },
	Write:  func(e *mapScope, w *grammar.Writer) { writeReplay(w, "set", e.Replay) },
}
