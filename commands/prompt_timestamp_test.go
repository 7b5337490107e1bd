package commands

import (
	"context"
	"testing"

	"conft/shell/grammar"
)

func TestPromptTimestamp(t *testing.T) {
	r := newFake(t, "hostname R1\n")
	table := grammar.NewExec[Terminal]("", promptTimestamp(r))
	var screen fakeTerminal
	for line, on := range map[string]bool{"terminal exec prompt timestamp": true, "terminal no exec prompt timestamp": false} {
		call, err := table.Match(line, 1)
		if err == nil {
			err = call.Run(context.Background(), &screen)
		}
		if err != nil || (screen.announce != nil) != on {
			t.Fatalf("%s: %v", line, err)
		}
		if on {
			screen.announce(&screen)
		}
	}
	expect(t, "what announces", screen.String(),
		"Load for five secs: 12%/1%; one minute: 9%; five minutes: 1%\nTime source is user configuration, "+clockText(r.Clock())+"\n")
}
