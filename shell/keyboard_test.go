package shell

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
)

// Ctrl-C behind a line that arrived with it does not stop the command of that line: what is
// typed ahead waits for its turn.
func TestAbortTypedAheadWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &keyboard{r: strings.NewReader("a\x03"), queue: make(chan byte), stop: make(chan struct{}), more: make(chan struct{}, 1)}
		go k.read()
		synctest.Wait() // both have arrived
		ctx, done := k.abortable(context.Background())
		defer done()
		if first, second := <-k.queue, <-k.queue; first != 'a' || second != '\x03' || ctx.Err() != nil {
			t.Errorf("got %q and %q, the command ended with %v", first, second, ctx.Err())
		}
		<-k.queue
	})
}
