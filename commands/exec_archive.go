package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"conft/internal/confdiff"
	"conft/internal/flash"
	"conft/internal/router"
	"conft/shell/grammar"
)

// archiveCommands keep configurations and compare them.
func archiveCommands(r Router) []exec {
	show := func(syntax string, help grammar.Help, f func(io.Writer, grammar.Args) error) exec {
		return exec{Syntax: "show archive" + syntax, Help: help, Priv: privileged, Run: output(f)}
	}
	return []exec{
		{
			Syntax: "archive config",
			Help:   grammar.Help{"archive": "manage archive files", "config": "Archive the running-config"},
			Priv:   privileged,
			Run: func(_ context.Context, t Terminal, _ grammar.Args) error {
				_, err := r.Archive()
				return archiveFailed(err)
			},
		},
		show("", grammar.Help{"archive": "Archive functions"}, func(w io.Writer, _ grammar.Args) error { return showArchive(w, r) }),
		show(" config differences [{flash: | nvram: | system:}$one [flash:$two1 | nvram:$two2 | system:$two3]]", grammar.Help{
			"config": "Operations on configuration files", "differences": "Diff two files",
			"flash:": "First file", "nvram:": "First file", "system:": "First file",
			"$two1": "Second file", "$two2": "Second file", "$two3": "Second file",
		}, func(w io.Writer, a grammar.Args) error {
			return showDifferences(w, r, canonical(a.String("one")), canonical(a.String("two1")+a.String("two2")+a.String("two3")))
		}),
		show(" config incremental-diffs {flash: | nvram: | system:}$one [ignorecase]", grammar.Help{
			"incremental-diffs": "Incremental differences to the running configuration", "flash:": "Configuration file", "nvram:": "Configuration file", "system:": "Configuration file", "ignorecase": "Ignore the case of the configuration",
		}, func(w io.Writer, a grammar.Args) error {
			return showIncremental(w, r, canonical(a.String("one")), a.Has("ignorecase"))
		}),
		show(" config rollback timer", grammar.Help{"rollback": "Rollback operations", "timer": "Pending timed rollback"},
			func(w io.Writer, _ grammar.Args) error { showRollback(w, r); return nil }),
	}
}

func archiveFailed(err error) error {
	switch {
	case errors.Is(err, router.ErrNoArchive):
		return refuse("Archive feature not enabled: set a path in archive configuration mode")
	case err != nil:
		return fileError("writing the archive (%s)", flash.Reason(err))
	}
	return nil
}

// showArchive is `show archive`. 15.x says how many there are and indents the list.
func showArchive(w io.Writer, r Router) error {
	all, err := r.Archives()
	if errors.Is(err, router.ErrNoArchive) {
		fmt.Fprintln(w, "Archive feature not enabled")
		return nil
	}
	next, err := r.NextArchive()
	if err != nil {
		return archiveFailed(err)
	}
	indent := ""
	fmt.Fprintf(w, "The maximum archive configurations allowed is %d.\n", r.Config().Archive.Maximum)
	if r.Config().IOS15() {
		indent = "   "
		fmt.Fprintf(w, "There are currently %d archive configurations saved.\n", len(all))
	}
	fmt.Fprintf(w, "The next archive file will be named flash:%s\n", next)
	fmt.Fprintf(w, "%sArchive #  Name\n", indent[:min(1, len(indent))])
	for i := range r.Config().Archive.Maximum {
		line := fmt.Sprintf("%s%-9d", indent, i+1)
		if i < len(all) {
			line += "flash:" + all[i]
		}
		if i == len(all)-1 {
			line += " <- Most Recent"
		}
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
	return nil
}

// showDifferences compares two files; the second is the running configuration unless
// it is named, the first then the startup configuration.
func showDifferences(w io.Writer, r Router, one, two place) error {
	if one == "" {
		one = placeStartup
	}
	if two == "" {
		two = placeRunning
	}
	a, err := one.read(r)
	if err != nil {
		return err
	}
	b, err := two.read(r)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "\n!Contextual Config Diffs:")
	diff := confdiff.Compare(string(a), string(b)).Contextual()
	if len(diff) == 0 {
		fmt.Fprintln(w, "!No changes were found")
	}
	printLines(w, diff)
	fmt.Fprintln(w)
	return nil
}

// showIncremental lists what a file would add to the running configuration.
func showIncremental(w io.Writer, r Router, one place, ignoreCase bool) error {
	text, err := one.read(r)
	if err != nil {
		return err
	}
	running, other := Text(r.Config()), string(text)
	if ignoreCase {
		running, other = strings.ToLower(running), strings.ToLower(other)
	}
	added := confdiff.Compare(running, other).Added()
	fmt.Fprintln(w, "\n!List of Commands:")
	if len(added) == 0 {
		fmt.Fprintln(w, "!No changes were found")
	} else {
		printLines(w, append(added, "end"))
	}
	fmt.Fprintln(w)
	return nil
}

func printLines(w io.Writer, lines []string) {
	for _, l := range lines {
		fmt.Fprintln(w, l)
	}
}

func showRollback(w io.Writer, r Router) {
	b, ok := r.PendingRollback()
	if !ok {
		fmt.Fprintln(w, "%No Rollback Confirmed Change pending")
		return
	}
	fmt.Fprintf(w, "Time configured(or reconfigured): %s\nTimer type: absolute timer\nTimer value: %d min\nUser: %s\n",
		b.Set.Format("15:04:05 MST Mon Jan 2 2006"), int(b.After.Minutes()), b.By.Name())
}
