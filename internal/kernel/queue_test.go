package kernel

import (
	"testing"

	"github.com/vishvananda/netlink"
)

func TestQueue(t *testing.T) {
	waiting := netlink.QdiscAttrs{Statistics: &netlink.QdiscStatistics{Queue: &netlink.GnetStatsQueue{Qlen: 3}}}
	for _, c := range []struct {
		q    netlink.Qdisc
		want Queue
	}{
		{&netlink.GenericQdisc{QdiscType: "noqueue"}, Queue{Strategy: "fifo"}},
		{&netlink.GenericQdisc{QdiscType: "pfifo_fast", QdiscAttrs: waiting}, Queue{Strategy: "fifo", Length: 3, Max: 1000}},
		{&netlink.GenericQdisc{QdiscType: "mq"}, Queue{Strategy: "mq", Max: 1000}},
		{&netlink.FqCodel{Limit: 10240, QdiscAttrs: waiting}, Queue{Strategy: "fq_codel", Length: 3, Max: 10240}},
	} {
		if got := queueOf(c.q, 1000); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.q.Type(), got, c.want)
		}
	}
}
