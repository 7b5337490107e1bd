package kernel

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/google/nftables"
	"golang.org/x/sys/unix"

	"conft/internal/nstest"
)

// A group may be asked for while packets go to it already, as they do after a restart: the
// first of them may come before the kernel says that it has been heard.
func TestPacketLogOfTrafficUnderWay(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	must(t, (linkSet{"lo", true}).do(nil))
	c := &nftables.Conn{}
	table := c.AddTable(&nftables.Table{Name: "test", Family: nftables.TableFamilyIPv4})
	chain := c.AddChain(&nftables.Chain{Name: "out", Table: table, Type: nftables.ChainTypeFilter, Hooknum: nftables.ChainHookOutput, Priority: nftables.ChainPriorityFilter})
	c.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: logTo(accessGroup, headerLen, "").exprs})
	must(t, c.Flush())

	stop := make(chan struct{})
	for range 2 {
		sender, err := net.Dial("udp", "127.0.0.1:9")
		must(t, err)
		defer sender.Close()
		go func() {
			for {
				select {
				case <-stop:
					return
				default:
					sender.Write([]byte("x"))
				}
			}
		}()
	}
	defer close(stop)
	for range 300 {
		ctx, cancel := context.WithCancel(context.Background())
		must(t, watchLog(ctx, accessGroup, headerLen, func(logRecord) { cancel() }))
		cancel()
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	taken := errors.New("not asked")
	must(t, watchLog(ctx, accessGroup, headerLen, func(logRecord) {
		taken = watchLog(context.Background(), accessGroup, headerLen, func(logRecord) {})
		cancel()
	}))
	if !errors.Is(taken, unix.EPERM) {
		t.Errorf("a group that somebody has: %v", taken)
	}
}
