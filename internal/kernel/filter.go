package kernel

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// The filter at the egress of the outside link: a mark test in classic BPF,
// for u32's own test of the mark is silently left out of some kernels and then
// matches everything. It diverts what is to be protected, and what came out of a TUN and would
// leave in clear, its network not being there: the engine finds no entry for that and drops it.
const (
	filterHandle   = linkGroup // the sign that it is ours
	filterPriority = 1         // before any other: a foreign filter's "ok" would end the walk
)

// bpfInstruction is struct sock_filter.
type bpfInstruction struct {
	code   uint16
	jt, jf uint8
	k      uint32
}

var testMark = []bpfInstruction{
	{0x20, 0, 0, 0xfffff014},  // A = skb->mark (SKF_AD_OFF + SKF_AD_MARK)
	{0x45, 0, 1, marksDivert}, // if A & marksDivert
	{0x06, 0, 0, ^uint32(0)},  //   match
	{0x06, 0, 0, 0},           // else no match
}

func clsact(index int) *netlink.Clsact {
	return &netlink.Clsact{QdiscAttrs: netlink.QdiscAttrs{
		LinkIndex: index, Handle: netlink.MakeHandle(0xffff, 0), Parent: netlink.HANDLE_CLSACT}}
}

// setFilter diverts marked packets that leave link into the device tun,
// replacing an older filter of ours in one step.
func setFilter(link, tun int) error {
	if err := netlink.QdiscAdd(clsact(link)); err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("%w (the kernel needs sch_ingress: modprobe sch_ingress)", err)
	}
	req := filterRequest(unix.RTM_NEWTFILTER, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, link)
	req.AddData(nl.NewRtAttr(nl.TCA_KIND, nl.ZeroTerminated("bpf")))
	options := nl.NewRtAttr(nl.TCA_OPTIONS, nil)
	var ops []byte
	for _, i := range testMark {
		ops = binary.NativeEndian.AppendUint16(ops, i.code)
		ops = binary.NativeEndian.AppendUint32(append(ops, i.jt, i.jf), i.k)
	}
	options.AddRtAttr(nl.TCA_BPF_OPS_LEN, nl.Uint16Attr(uint16(len(testMark))))
	options.AddRtAttr(nl.TCA_BPF_OPS, ops)
	redirect := netlink.NewMirredAction(tun)
	if err := netlink.EncodeActions(options.AddRtAttr(nl.TCA_BPF_ACT, nil), []netlink.Action{redirect}); err != nil {
		return err
	}
	req.AddData(options)
	if _, err := req.Execute(unix.NETLINK_ROUTE, 0); err != nil {
		return fmt.Errorf("%w (the kernel needs cls_bpf and act_mirred: modprobe -a cls_bpf act_mirred)", err)
	}
	return nil
}

// delFilter removes our filter, and the qdisc when nothing else hangs on it.
func delFilter(link int) error {
	req := filterRequest(unix.RTM_DELTFILTER, 0, link)
	req.AddData(nl.NewRtAttr(nl.TCA_KIND, nl.ZeroTerminated("bpf")))
	if _, err := req.Execute(unix.NETLINK_ROUTE, 0); err != nil {
		return err
	}
	dev := &netlink.Device{LinkAttrs: netlink.LinkAttrs{Index: link}}
	for _, parent := range []uint32{netlink.HANDLE_MIN_EGRESS, netlink.HANDLE_MIN_INGRESS} {
		if rest, err := netlink.FilterList(dev, parent); err != nil || len(rest) > 0 {
			return err
		}
	}
	return netlink.QdiscDel(clsact(link))
}

// hasFilter reports whether a filter of ours, of whatever process, is on link.
func hasFilter(link int) (bool, error) {
	filters, err := netlink.FilterList(&netlink.Device{LinkAttrs: netlink.LinkAttrs{Index: link}}, netlink.HANDLE_MIN_EGRESS)
	for _, f := range filters {
		if f.Type() == "bpf" && f.Attrs().Handle == filterHandle && f.Attrs().Priority == filterPriority {
			return true, err
		}
	}
	return false, err
}

func filterRequest(kind, flags, link int) *nl.NetlinkRequest {
	req := nl.NewNetlinkRequest(kind, flags|unix.NLM_F_ACK)
	req.AddData(&nl.TcMsg{
		Family:  nl.FAMILY_ALL,
		Ifindex: int32(link),
		Handle:  filterHandle,
		Parent:  netlink.HANDLE_MIN_EGRESS,
		Info:    netlink.MakeHandle(filterPriority, nl.Swap16(unix.ETH_P_ALL)),
	})
	return req
}
