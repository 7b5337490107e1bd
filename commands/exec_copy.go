package commands

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"conft/shell/grammar"
)

// copyFile is `copy A B`.
func copyFile(r Router) exec {
	return exec{
		Syntax: "copy {running-config | startup-config | flash: | nvram: | system:}$from " +
			"{running-config$toRunning | startup-config$toStartup | flash:$toFlash | nvram:$toNVRAM | system:$toSystem | null:$toNull}",
		Help: grammar.Help{
			"copy":           "Copy from one file to another",
			"running-config": "Copy from current system configuration",
			"startup-config": "Copy from startup configuration",
			"flash:":         "Copy from flash: file system",
			"nvram:":         "Copy from nvram: file system",
			"system:":        "Copy from system: file system",
			"$toRunning":     "Update (merge with) current system configuration",
			"$toStartup":     "Copy to startup configuration",
			"$toFlash":       "Copy to flash: file system",
			"$toNVRAM":       "Copy to nvram: file system",
			"$toSystem":      "Copy to system: file system",
			"$toNull":        "Copy to null: file system",
		},
		Priv: privileged,
		Run: func(ctx context.Context, t Terminal, a grammar.Args) error {
			from := a.String("from")
			to := cmp.Or(a.String("toRunning"), a.String("toStartup"), a.String("toFlash"), a.String("toNVRAM"), a.String("toSystem"), a.String("toNull"))
			return copyDialogue(ctx, r, t, canonical(from), canonical(to))
		},
	}
}

// copyDialogue asks for what is missing, copies, and says how much.
func copyDialogue(ctx context.Context, r Router, t Terminal, from, to place) error {
	if from.name() == "" {
		name, err := t.Ask(ctx, "Source filename []? ")
		if err != nil {
			return err
		}
		from = canonical(string(from) + name)
	}
	text, err := from.read(r)
	if err != nil {
		return err
	}
	if to, err = askDestination(ctx, t, from, to); err != nil {
		return err
	}
	if from == placeRunning && to == placeStartup {
		return saveStartup(r, t)
	}
	if ok, err := overwrite(ctx, r, t, to); err != nil || !ok {
		return err
	}
	began := time.Now()
	if err := to.write(r, t, text); err != nil {
		return err
	}
	if to == placeStartup {
		return say(t, fmt.Sprintf("[OK]\n%s", copied(len(text), time.Since(began))))
	}
	return say(t, copied(len(text), time.Since(began)))
}

// overwrite asks whether a file that exists may be replaced.
func overwrite(ctx context.Context, r Router, t Terminal, to place) (bool, error) {
	if name, ok := to.file(); !ok || !r.Flash().Exists(name) {
		return true, nil
	}
	return t.Confirm(ctx, "%Warning:There is a file already existing with this name \nDo you want to over write? [confirm]")
}

// configureMemory is `configure memory`: the startup configuration is typed at the running one.
func configureMemory(r Router) exec {
	return exec{
		Syntax: "configure memory",
		Help:   grammar.Help{"configure": "Enter configuration mode", "memory": "Configure from NV memory"},
		Priv:   privileged,
		Run: func(_ context.Context, t Terminal, _ grammar.Args) error {
			text, err := placeStartup.read(r)
			if err != nil {
				return err
			}
			return placeRunning.write(r, t, text)
		},
	}
}

// askDestination offers what a destination would be called.
func askDestination(ctx context.Context, t Terminal, from, to place) (place, error) {
	if to == placeNull {
		return to, nil
	}
	offered := cmp.Or(to.name(), from.name())
	if to == placeRunning || to == placeStartup {
		offered = string(to)
	}
	name, err := t.Ask(ctx, "Destination filename ["+offered+"]? ")
	if err != nil {
		return to, err
	}
	name = cmp.Or(name, offered)
	switch _, onFlash := to.file(); {
	case onFlash:
		return place("flash:" + name), nil
	case to == placeRunning || to == placeStartup:
		if name != string(to) {
			return to, fileError("opening %s (only %s can be written there)", name, to)
		}
		return to, nil
	}
	return canonical(string(to[:len(to)-len(to.name())]) + name), nil
}

// copied is the last line of a copy: "1234 bytes copied in 0.012 secs (102833 bytes/sec)".
func copied(octets int, took time.Duration) string {
	took = max(took.Round(time.Millisecond), time.Millisecond)
	return fmt.Sprintf("%d bytes copied in %d.%03d secs (%d bytes/sec)\n", octets,
		took/time.Second, took%time.Second/time.Millisecond, int64(float64(octets)/took.Seconds()))
}
