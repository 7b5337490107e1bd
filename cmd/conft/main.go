// Command conft is a router with the console of Cisco IOS: see README.md.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"conft/internal/router"
)

const usage = `conft %s - a router with an IOS console

  conft run   [--dir DIR] [--map IFNAME=LINK]... [--clock system|boot] [--no-console]
                                the router of this network namespace, in the foreground
  conft       [--dir DIR]       a console on the running router; same as conft console
  conft exec  [--dir DIR] [LINE...]
                                EXEC lines, from the arguments or from standard input
  conft lab   list | up NAME [--keep] [--explain LANGUAGE] | console ROUTER |
              exec ROUTER LINE... | down
                                networks of routers and hosts on this machine
  conft version
`

const defaultDir = "/var/lib/conft"

func main() {
	err := dispatch(os.Args[1:])
	var status exitStatus
	switch {
	case errors.As(err, &status):
		os.Exit(int(status))
	case err != nil:
		fmt.Fprintf(os.Stderr, "%% %v\n", err)
		os.Exit(1)
	}
}

// exitStatus ends the program with a status and without a word.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

func dispatch(args []string) error {
	if len(args) == 2 && args[0] == "-c" { // as a login shell is asked to run a command
		return execLines(args[1:])
	}
	if len(args) == 0 || len(args[0]) > 1 && args[0][0] == '-' && args[0] != "-h" && args[0] != "--help" {
		return console(args)
	}
	switch args[0] {
	case "run":
		return run(args[1:])
	case "console":
		return console(args[1:])
	case "exec":
		return execLines(args[1:])
	case "lab":
		return labCommand(args[1:])
	case "version":
		fmt.Printf("conft %s\n", router.Release)
		return nil
	case "help", "-h", "--help":
		fmt.Printf(usage, router.Release)
		return nil
	}
	return fmt.Errorf("unknown command %q; `conft help` lists them", args[0])
}

// parse parses a command's flags; a wrong one prints the usage and ends the program.
func parse(f *flag.FlagSet, args []string) error {
	f.SetOutput(io.Discard)
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Printf(usage, router.Release)
		return exitStatus(0)
	case err != nil:
		return fmt.Errorf("%w; `conft help` shows the usage", err)
	}
	return nil
}
