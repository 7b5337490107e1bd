package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"conft/internal/lab"
)

const labUsage = `conft lab - networks of routers and hosts on this machine

  conft lab list                the labs there are, and which one is up
  conft lab up NAME [--keep] [--explain english|chinese]
                                brings one up, shows it and takes it down again; --keep leaves it
  conft lab console ROUTER      the console of a router of the lab that is up
  conft lab exec ROUTER LINE... EXEC lines on it
  conft lab down                takes down the lab that is up
`

func labCommand(args []string) error {
	if len(args) == 0 {
		args = []string{"list"}
	}
	dir := lab.Dir()
	switch rest := args[1:]; args[0] {
	case "help", "-h", "--help":
		fmt.Print(labUsage)
		return nil
	case "list":
		return labList(dir)
	case "up":
		return labUp(dir, rest)
	case "console":
		if len(rest) != 1 {
			return fmt.Errorf("usage: conft lab console ROUTER")
		}
		socket, err := lab.Console(dir, rest[0])
		if err != nil {
			return err
		}
		return attachTo(socket)
	case "exec":
		if len(rest) < 2 {
			return fmt.Errorf("usage: conft lab exec ROUTER LINE...")
		}
		socket, err := lab.Console(dir, rest[0])
		if err != nil {
			return err
		}
		return execOn(socket, rest[1:])
	case "down":
		return lab.Down(dir)
	case "supervise": // the process that `up` starts
		if len(rest) == 2 && lab.Find(rest[0]) != nil {
			if lab.Supervise(lab.Find(rest[0]), rest[1], os.Stdin, os.Stdout) != nil {
				return exitStatus(1) // `up` has been told
			}
			return nil
		}
	}
	return fmt.Errorf("unknown command %q; `conft help` lists them", "lab "+args[0])
}

func labList(dir string) error {
	now, _ := lab.Current(dir)
	for _, t := range lab.Labs {
		state := ""
		if now != nil && now.Lab == t.Name {
			state = " (up)"
		}
		fmt.Printf("%-10s %s%s\n", t.Name, t.Title, state)
	}
	return nil
}

func labUp(dir string, args []string) error {
	f := flag.NewFlagSet("lab up", flag.ContinueOnError)
	keep := f.Bool("keep", false, "")
	explain := f.String("explain", "", "")
	name := ""
	for len(args) > 0 { // the name may stand before, between or after the flags
		if err := parse(f, args); err != nil {
			return err
		}
		if args = f.Args(); len(args) > 0 {
			if name != "" {
				return fmt.Errorf("one lab at a time: %s or %s", name, args[0])
			}
			name, args = args[0], args[1:]
		}
	}
	t := lab.Find(name)
	switch {
	case t == nil:
		return fmt.Errorf("no lab %q; `conft lab list` lists them", name)
	case *explain != "" && *explain != "english" && *explain != "chinese":
		return fmt.Errorf("--explain is english or chinese, not %q", *explain)
	}
	o := lab.Options{Dir: dir, Keep: *keep, Explain: *explain, Out: os.Stdout}
	if columns, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		o.Columns = columns
	} else {
		o.Out = &plainText{w: os.Stdout}
	}
	if term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd())) {
		o.Interactive = giveKeys
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	done := make(chan error, 1)
	go func() { done <- lab.Up(t, o) }()
	select {
	case err := <-done:
		return err
	case <-stop:
		fmt.Println("\r\nThe lab is taken down.")
	}
	for ended := false; !ended; { // it may be about to come up
		lab.Down(dir)
		select {
		case <-done:
			ended = true
		case <-time.After(20 * time.Millisecond):
		}
	}
	lab.Down(dir)
	return exitStatus(130)
}
