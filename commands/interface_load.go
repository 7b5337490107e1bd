package commands

import (
	"strconv"

	"conft/internal/config"
	"conft/shell/grammar"
)

// writeNumber writes a line with a number, unless it is 0, the default.
func writeNumber(w *grammar.Writer, command string, n int) {
	if n != 0 {
		w.Line(command, strconv.Itoa(n))
	}
}

// These lines describe a link to whoever reads show interfaces; they change no packet.

var bandwidthLine = interfaceLine{
	Syntax: "bandwidth ![<1-10000000>$rate]",
	Help: grammar.Help{
		"bandwidth": "Set bandwidth informational parameter",
		"$rate":     "Bandwidth in kilobits",
	},
	Set:   func(i *interfaceScope, a grammar.Args) error { i.Bandwidth = a.Int("rate"); return nil },
	No:    func(i *interfaceScope, _ grammar.Args) error { i.Bandwidth = 0; return nil },
	Write: func(i *interfaceScope, w *grammar.Writer) { writeNumber(w, "bandwidth", i.Bandwidth) },
}

var delayLine = interfaceLine{
	Syntax: "delay ![<1-16777215>$tens]",
	Help: grammar.Help{
		"delay": "Specify interface throughput delay",
		"$tens": "Throughput delay (tens of microseconds)",
	},
	Set:   func(i *interfaceScope, a grammar.Args) error { i.Delay = a.Int("tens"); return nil },
	No:    func(i *interfaceScope, _ grammar.Args) error { i.Delay = 0; return nil },
	Write: func(i *interfaceScope, w *grammar.Writer) { writeNumber(w, "delay", i.Delay) },
}

var loadIntervalLine = interfaceLine{
	Syntax: "load-interval ![<30-600>$seconds]",
	Help: grammar.Help{
		"load-interval": "Specify interval for load calculation for an interface",
		"$seconds":      "Load interval delay in seconds",
	},
	Set: func(i *interfaceScope, a grammar.Args) error {
		n := a.Int("seconds")
		if n%30 != 0 {
			return refuse(textLoadStep)
		}
		if i.LoadInterval = n; n == config.DefaultLoadInterval {
			i.LoadInterval = 0
		}
		return nil
	},
	No:    func(i *interfaceScope, _ grammar.Args) error { i.LoadInterval = 0; return nil },
	Write: func(i *interfaceScope, w *grammar.Writer) { writeNumber(w, "load-interval", i.LoadInterval) },
}
