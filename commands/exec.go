package commands

import (
	"bytes"
	"context"
	"io"
	"slices"

	"conft/shell/grammar"
)

type exec = grammar.Exec[Terminal]

// Exec returns the EXEC commands that act on a router.
func Exec(r Router) []exec {
	return slices.Concat(
		showSystem(r), showNetwork(r), showRouting(r), arpCommands(r), showCrypto(r), showPKI(r),
		fileCommands(r), clearCommands(r), debugCommands(r),
		keyCommands(r), pkiCommands(r), lineCommands(r), sshCommands(r), natCommands(r), routeMapCommands(r),
		machineCommands(r), hostCommands(r), showRunningCommands(r), conditionCommands(r), cryptoCounts(r), []exec{showSessionCommand(r)},
		flashCommands(r), archiveCommands(r), configLogCommands(r), replaceCommands(r), reloadCommands(r),
		[]exec{clockSet(r), promptTimestamp(r), copyFile(r), configureMemory(r), ping(r), pingDialogue(r), traceroute(r), traceDialogue(r), showTraffic(r), showDroppedPackets(r), showActiveConnections(r), techSupport(r)},
	)
}

// output is the handler of a show command: what f writes is printed in one piece,
// so that a program that reads along never sees a line cut in two.
func output(f func(w io.Writer, a grammar.Args) error) func(context.Context, Terminal, grammar.Args) error {
	return func(_ context.Context, t Terminal, a grammar.Args) error {
		var b bytes.Buffer
		if err := f(&b, a); err != nil {
			return err
		}
		_, err := t.Write(b.Bytes())
		return err
	}
}

// say prints a short text.
func say(t Terminal, text string) error {
	_, err := io.WriteString(t, text)
	return err
}
