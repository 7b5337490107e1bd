package router

import (
	"cmp"
	"net/netip"
	"time"

	"conft/ike/exchange"
	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/dataplane"
)

// dropsOf sorts the reasons of the data plane; refused are those packets that it
// never saw because they were not encrypted.
func dropsOf(s *dataplane.Stats, refused uint64) Drops {
	return Drops{
		NoSA:         s.Drops(dataplane.OutNoSA),
		EncapsFailed: s.Drops(dataplane.OutExhausted, dataplane.OutTooBig, dataplane.OutNoFragment),
		InvalidSA:    s.Drops(dataplane.InEncapsulation),
		DecapsFailed: s.Drops(dataplane.InExhausted),
		InvalidProt:  s.Drops(dataplane.InNextHeader),
		InvalidID:    s.Drops(dataplane.InSelector),
		InvalidLen:   s.Drops(dataplane.InLength, dataplane.InPadding, dataplane.InMalformed),
		VerifyFailed: s.Drops(dataplane.InMAC),
		ReplayFailed: s.Drops(dataplane.InReplay),
		Clear:        refused,
		SendInternal: s.Drops(dataplane.OutRemoved),
		RecvInternal: s.Drops(dataplane.InRemoved, dataplane.InDummy, dataplane.InNoLink),
	}
}

// ISAKMPSAs returns the ISAKMP SAs, newest first.
func (r *Router) ISAKMPSAs() []ISAKMPSA {
	var out []ISAKMPSA
	for _, p := range r.engine.ISAKMPSAs() {
		out = append(out, ISAKMPSA{
			Local: p.Local.Addr(), Remote: p.Remote.Addr(), LocalPort: p.Local.Port(), RemotePort: p.Remote.Port(),
			Initiator: p.Initiator, State: p.State, ConnID: p.ConnID, Deleted: p.Deleted, NATT: p.NATT, DPD: p.DPD,
			Encryption: encryptionWord(p.Suite), Hash: hashWord(p.Suite), Group: uint8(p.Suite.Group), Remaining: p.Remaining,
			Signed: p.Suite.Auth == exchange.RSASig, Profile: p.Profile,
		})
		if p.Remaining > 0 { // up, so the identity is proved
			out[len(out)-1].PeerID = p.PeerID.String()
		}
	}
	return out
}

// IKEFailures returns the last failures of IKE, newest first.
func (r *Router) IKEFailures() []IKEFailure {
	var out []IKEFailure
	for _, f := range r.engine.Failures() {
		out = append(out, IKEFailure{Age: time.Since(f.Time), Times: f.Times, Peer: f.Peer, Role: f.Role.String()[0],
			Exchange: string(f.Exchange), Message: f.Message, Reason: f.Reason})
	}
	return out
}

// IPsecIdents returns one value for each permit entry of each crypto map entry on
// each interface, with the SAs that protect it.
func (r *Router) IPsecIdents() []IPsecIdent {
	c := r.running.Load()
	pairs := r.engine.IPsecSAs()
	r.mu.Lock()
	inClear := r.inClear
	r.mu.Unlock()
	return r.idents(c, pairs, r.engine.CurrentPeers(), inClear)
}

// ClearSACounters counts the packets of the idents anew from now.
func (r *Router) ClearSACounters() {
	r.path.ClearFlowStats()
	inClear := map[identKey]uint64{}
	for _, id := range r.idents(r.running.Load(), nil, nil, nil) {
		inClear[id.key()] = id.Drops.Clear
	}
	r.mu.Lock()
	r.inClear = inClear
	r.mu.Unlock()
}

// identKey is what an ident is known by.
type identKey struct {
	ifc, cmap     string
	seq           int
	local, remote Proxy
}

func (id *IPsecIdent) key() identKey {
	return identKey{id.Interface, id.Map, id.Seq, id.Local, id.Remote}
}

// idents are the idents of a configuration with those SAs and peers in use. InClear is what
// is not to be counted any more of what came so.
func (r *Router) idents(c *config.Config, pairs []exchange.SAInfo, peers map[exchange.Place]netip.Addr, inClear map[identKey]uint64) []IPsecIdent {
	counters, _ := r.kernel.Counters() // as of a kernel that has counted nothing
	var out []IPsecIdent
	for _, p := range r.protectedInterfaces(c) {
		mtu := ipMTU(p.ifc, r.mtu(p.link))
		for i, e := range p.entries {
			entries := e.list.Entries
			if e.template != "" {
				entries = e.peerEntries(p.sas, p.cmap.Name, pairs)
			}
			held := holders(entries, ofEntry(pairs, p.sas, p.cmap.Name, e.Seq))
			for j, ace := range entries {
				if ace.Remark != "" || ace.Action != acl.Permit {
					continue
				}
				s := ace.Selector()
				id := IPsecIdent{
					Interface: p.ifc.Name, Map: p.cmap.Name, Seq: e.Seq, Template: e.template, LocalAddr: p.local, PeerPort: 500,
					Local: showProxy(s.Local), Remote: showProxy(s.Remote), PathMTU: mtu, PlaintextMTU: mtu, IPMTU: mtu,
				}
				st := r.path.FlowStats(dataplane.FlowKey{Interface: p.sas, Map: id.Map, Seq: id.Seq, Selector: s})
				id.Encaps, id.Decaps = st.Encaps, st.Decaps
				refused := count(counters[p.link].Refused, i, j)
				refused -= min(refused, inClear[id.key()])
				if e.template != "" && !e.open {
					refused = 0 // is counted by what the access list says
				}
				id.Drops = dropsOf(&st, refused)
				id.SendErrs, id.RecvErrs = st.SendErrors, st.RecvErrors+id.Drops.Clear
				if len(e.Peers) > 0 {
					id.Peer = cmp.Or(peers[exchange.Place{Interface: p.sas, Map: id.Map, Seq: id.Seq}], acl.IPv4(e.Peers[0]))
				}
				for _, pair := range held[j] {
					r.addPair(&id, pair)
				}
				out = append(out, id)
			}
		}
	}
	return out
}

// ofEntry returns the pairs of an entry of a crypto map on an interface, in their order.
func ofEntry(pairs []exchange.SAInfo, ifc, name string, seq int) (out []exchange.SAInfo) {
	for _, p := range pairs {
		if p.Interface == ifc && p.Map == name && p.Seq == seq {
			out = append(out, p)
		}
	}
	return out
}

// holders returns by the index of an entry of an access list the SAs that belong to it:
// those negotiated for it, and those of a peer that asked for a part of it and for no
// other entry.
func holders(list []acl.Entry, pairs []exchange.SAInfo) map[int][]exchange.SAInfo {
	own := map[acl.Selector][]int{}
	for i := range list {
		if list[i].Remark == "" && list[i].Action == acl.Permit {
			own[list[i].Selector()] = append(own[list[i].Selector()], i)
		}
	}
	out := map[int][]exchange.SAInfo{}
	for _, p := range pairs {
		of := aclSelector(p.Selector)
		at := own[of]
		if at == nil {
			for ace, places := range own {
				if ace.Covers(of) {
					at = append(at, places...)
				}
			}
		}
		for _, i := range at {
			out[i] = append(out[i], p)
		}
	}
	return out
}

// addPair adds a pair of SAs, which come newest first, to its ident.
func (r *Router) addPair(id *IPsecIdent, p exchange.SAInfo) {
	st, _ := r.path.Stats(p.InboundSPI)
	if len(id.Inbound) == 0 {
		id.Peer, id.PeerPort = p.Remote.Addr(), p.Remote.Port()
		id.Uptime = time.Since(p.Session)
		id.PFSGroup = uint8(p.PFS)
		id.PathMTU, id.PlaintextMTU = r.path.MTU(p.InboundSPI)
	}
	for _, leg := range p.Legs() {
		window, last := r.path.Replay(p.InboundSPI, leg.AH)
		sa := IPsecSA{
			AH: leg.AH, Transport: p.Transport,
			NoVolume:   p.LifeKilobytes == 0,
			Transforms: transformWords(leg.Set), UDPEncap: p.UDPEncap, IVSize: ivSize(leg.Set), ReplayWindow: window,
			RemainingSec: remaining(p, r.clock.start.Add(r.clock.Uptime())),
		}
		in, out := sa, sa
		in.SPI, in.ConnID, in.RemainingKB = leg.InboundSPI, leg.InboundConn, kilobytesLeft(p.LifeKilobytes, st.DecapBytes)
		out.SPI, out.ConnID, out.RemainingKB = leg.OutboundSPI, leg.OutboundConn, kilobytesLeft(p.LifeKilobytes, st.EncapBytes)
		in.Packets, in.LastSeq, out.Packets = st.Decaps, last, st.Encaps
		id.Inbound = append(id.Inbound, in)
		id.Outbound = append(id.Outbound, out)
	}
}

func showProxy(p acl.Proxy) Proxy {
	return Proxy{Addr: p.Addr.Base, Mask: ^p.Addr.Wildcard, Protocol: p.Protocol, Port: p.Port}
}
