package kernel

import "github.com/vishvananda/netlink"

// Queue is where packets wait to be sent on a link.
type Queue struct {
	Strategy    string // "fifo", else as the kernel calls its kind; "" when it is not known
	Length, Max int    // packets
}

// Queue returns the queue of a link.
func (k *Kernel) Queue(link *LinkState) Queue {
	list, err := netlink.QdiscList(&netlink.Device{LinkAttrs: netlink.LinkAttrs{Index: link.Index}})
	if err != nil {
		return Queue{}
	}
	for _, q := range list {
		if a := q.Attrs(); a.Parent == netlink.HANDLE_ROOT {
			return queueOf(q, link.room)
		}
	}
	return Queue{Strategy: "fifo"} // a link that is down has none, and nothing waits
}

// queueOf is what a root queueing discipline is; room is what the link leaves to those
// that have no limit of their own.
func queueOf(q netlink.Qdisc, room int) Queue {
	out := Queue{Strategy: q.Type(), Max: room}
	switch q.Type() {
	case "noqueue": // packets leave in their order, none waits
		return Queue{Strategy: "fifo"}
	case "pfifo_fast", "pfifo", "bfifo":
		out.Strategy = "fifo"
	}
	if f, ok := q.(*netlink.FqCodel); ok {
		out.Max = int(f.Limit)
	}
	if s := q.Attrs().Statistics; s != nil && s.Queue != nil {
		out.Length = int(s.Queue.Qlen)
	}
	return out
}
