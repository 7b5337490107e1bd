package commands

import (
	"cmp"
	"context"
	"crypto/md5"
	"fmt"
	"io"
	"path"
	"strings"

	"conft/internal/flash"
	"conft/shell/grammar"
)

// flashCommands show and change what is in flash:.
func flashCommands(r Router) []exec {
	priv := func(syntax string, help grammar.Help, run func(context.Context, Terminal, grammar.Args) error) exec {
		return exec{Syntax: syntax, Help: help, Priv: privileged, Run: run}
	}
	return []exec{
		priv("dir [/all] [flash: | nvram: | system:]$where", grammar.Help{"dir": "List files on a filesystem", "/all": "List all files", "flash:": "Directory or file name", "nvram:": "Directory or file name", "system:": "Directory or file name"},
			output(func(w io.Writer, a grammar.Args) error {
				p := cmp.Or(canonical(a.String("where")), "flash:")
				switch _, onFlash := p.file(); {
				case onFlash:
					return listFlash(w, r, p)
				case strings.HasPrefix(string(p), "system:"):
					return listSystem(w, r)
				}
				return listNVRAM(w, r)
			})),
		priv("more {flash: | nvram: | system:}$what", grammar.Help{"more": "Display the contents of a file", "flash:": "File to display", "nvram:": "File to display", "system:": "File to display"},
			func(_ context.Context, t Terminal, a grammar.Args) error {
				text, err := canonical(a.String("what")).read(r)
				if err != nil {
					return err
				}
				_, err = t.Write(append(text, '\n'))
				return err
			}),
		priv("delete [/force] flash:$what", grammar.Help{"delete": "Delete a file", "/force": "Force delete", "$what": "File to be deleted"},
			func(ctx context.Context, t Terminal, a grammar.Args) error {
				return deleteFile(ctx, r, t, canonical(a.String("what")), a.Has("/force"))
			}),
		priv("mkdir flash:$what", grammar.Help{"mkdir": "Create new directory", "$what": "Directory name"},
			func(ctx context.Context, t Terminal, a grammar.Args) error {
				p := canonical(a.String("what"))
				name, err := t.Ask(ctx, "Create directory filename ["+p.name()+"]? ")
				if err != nil {
					return err
				}
				p = answered(name, p)
				if err := r.Flash().Mkdir(p.name()); err != nil {
					return fileError("Creating dir %s (%s)", p, flash.Reason(err))
				}
				return say(t, fmt.Sprintf("Created dir flash:%s\n", p.name()))
			}),
		priv("rmdir flash:$what", grammar.Help{"rmdir": "Remove existing directory", "$what": "Directory name"},
			func(ctx context.Context, t Terminal, a grammar.Args) error {
				return removeDirectory(ctx, r, t, canonical(a.String("what")))
			}),
		priv("rename flash:$from flash:$to", grammar.Help{"rename": "Rename a file", "$from": "File to be renamed", "$to": "New file name"},
			func(ctx context.Context, t Terminal, a grammar.Args) error {
				return renameFile(ctx, r, t, canonical(a.String("from")), canonical(a.String("to")))
			}),
		{Syntax: "pwd", Help: grammar.Help{"pwd": "Display current working directory"}, Priv: privileged,
			Run: func(_ context.Context, t Terminal, _ grammar.Args) error { return say(t, "flash:/\n") }},
		priv("verify /md5 flash:$what", grammar.Help{"verify": "Verify a file", "/md5": "Compute an md5 signature for a file", "$what": "File to be verified"},
			func(_ context.Context, t Terminal, a grammar.Args) error {
				p := canonical(a.String("what"))
				text, err := p.read(r)
				if err != nil {
					return err
				}
				return say(t, fmt.Sprintf("verify /md5 (%s) = %x\n", p, md5.Sum(text)))
			}),
		priv("show flash:", grammar.Help{"flash:": "display information about flash: file system"},
			output(func(w io.Writer, _ grammar.Args) error { return showFlash(w, r) })),
		priv("show file systems", grammar.Help{"file": "Show filesystem information", "systems": "List filesystems"},
			output(func(w io.Writer, _ grammar.Args) error { return showFileSystems(w, r) })),
	}
}

const (
	fileTime  = "Jan _2 2006 15:04:05 -07:00"
	ordinary  = "-rw-"
	directory = "drw-"
)

func mode(f flash.File) string {
	if f.Dir {
		return directory
	}
	return ordinary
}

// listFlash is `dir flash:`.
func listFlash(w io.Writer, r Router, p place) error {
	files, err := r.Flash().List(p.name())
	if err != nil {
		return p.failed(err)
	}
	fmt.Fprintf(w, "Directory of flash:/%s\n\n", p.name())
	for _, f := range files {
		fmt.Fprintf(w, "%5d  %s %16d  %s  %s\n", f.Index, mode(f), f.Size, f.Modified.UTC().Format(fileTime), f.Name)
	}
	if len(files) == 0 {
		fmt.Fprintln(w, "No files in directory")
	}
	total, free, err := r.Flash().Space()
	fmt.Fprintf(w, "\n%d bytes total (%d bytes free)\n", total, free)
	return err
}

// listNVRAM is `dir nvram:`.
func listNVRAM(w io.Writer, r Router) error {
	text, err := r.Startup()
	if err != nil {
		return fileError("reading nvram: %v", err)
	}
	fmt.Fprint(w, "Directory of nvram:/\n\n")
	if text != nil {
		fmt.Fprintf(w, "%5d  %s %16d                    <no date>  startup-config\n", 1, ordinary, len(text))
	} else {
		fmt.Fprintln(w, "No files in directory")
	}
	fmt.Fprintf(w, "\n%d bytes total (%d bytes free)\n", r.NVRAMSize(), max(0, r.NVRAMSize()-len(text)))
	return nil
}

// listSystem is `dir system:`, whose one file is made when it is read.
func listSystem(w io.Writer, r Router) error {
	_, err := fmt.Fprintf(w, "Directory of system:/\n\n%5d  %s %16d                    <no date>  running-config\n\nNo space information available\n",
		1, ordinary, len(Text(r.Config())))
	return err
}

func showFlash(w io.Writer, r Router) error {
	files, err := r.Flash().List("")
	if err != nil {
		return place("flash:").failed(err)
	}
	used := int64(0)
	fmt.Fprintln(w, "-#- --length-- -----date/time------ path")
	for i, f := range files {
		used += f.Size
		fmt.Fprintf(w, "%-3d %10d %s %s\n", i+1, f.Size, f.Modified.UTC().Format(fileTime), f.Name)
	}
	_, free, err := r.Flash().Space()
	fmt.Fprintf(w, "\n%d bytes available (%d bytes used)\n", free, used)
	return err
}

func showFileSystems(w io.Writer, r Router) error {
	total, free, err := r.Flash().Space()
	if err != nil {
		return place("flash:").failed(err)
	}
	text, err := r.Startup()
	if err != nil {
		return fileError("reading nvram: %v", err)
	}
	fmt.Fprint(w, "File Systems:\n\n       Size(b)       Free(b)      Type  Flags  Prefixes\n")
	disk := "rw"
	if r.Flash().ReadOnly() {
		disk = "ro"
	}
	row := func(mark byte, size, free any, kind, flags, name string) {
		fmt.Fprintf(w, "%c %12v  %12v  %8s     %s   %s\n", mark, size, free, kind, flags, name)
	}
	row(' ', "-", "-", "opaque", "rw", "system:")
	row('*', total, free, "disk", disk, "flash:")
	row(' ', "-", "-", "opaque", "rw", "null:")
	row(' ', r.NVRAMSize(), max(0, r.NVRAMSize()-len(text)), "nvram", disk, "nvram:") // in the same directory
	return nil
}

// answered is the file that the answer to a question names, the one suggested where it is empty.
func answered(name string, suggested place) place {
	return place("flash:" + cmp.Or(strings.TrimPrefix(name, "flash:"), suggested.name()))
}

func deleteFile(ctx context.Context, r Router, t Terminal, p place, force bool) error {
	if !force {
		name, err := t.Ask(ctx, "Delete filename ["+p.name()+"]? ")
		if err != nil {
			return err
		}
		p = answered(name, p)
		ok, err := t.Confirm(ctx, "Delete flash:/"+path.Clean(p.name())+"? [confirm]")
		if err != nil || !ok {
			return err
		}
	}
	if p.name() == "" {
		return refuse("No filename specified")
	}
	if err := r.Flash().Remove(p.name()); err != nil {
		return fileError("deleting %s (%s)", p, flash.Reason(err))
	}
	return nil
}

func removeDirectory(ctx context.Context, r Router, t Terminal, p place) error {
	name, err := t.Ask(ctx, "Remove directory filename ["+p.name()+"]? ")
	if err != nil {
		return err
	}
	p = answered(name, p)
	ok, err := t.Confirm(ctx, "Delete "+string(p)+"? [confirm]")
	if err != nil || !ok {
		return err
	}
	if err := r.Flash().RemoveDir(p.name()); err != nil {
		return fileError("Removing dir %s (%s)", p, flash.Reason(err))
	}
	return say(t, fmt.Sprintf("Removed dir flash:%s\n", p.name()))
}

func renameFile(ctx context.Context, r Router, t Terminal, from, to place) error {
	if !r.Flash().Exists(from.name()) {
		return fileError("opening %s (No such file or directory)", from)
	}
	if to.name() == "" {
		to = from
	}
	name, err := t.Ask(ctx, "Destination filename ["+to.name()+"]? ")
	if err != nil {
		return err
	}
	to = answered(name, to)
	if ok, err := overwrite(ctx, r, t, to); err != nil || !ok {
		return err
	}
	if err := r.Flash().Rename(from.name(), to.name()); err != nil {
		return fileError("renaming %s (%s)", from, flash.Reason(err))
	}
	return nil
}
