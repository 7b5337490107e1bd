package v1

import (
	"crypto/sha256"
	"net/netip"
	"slices"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
	"conft/internal/suite"
)

// Phase1 is the machine of one ISAKMP SA. It is stepped only by the engine's loop, which
// owns the Peer too.
type Phase1 struct {
	role    debug.Role
	local   netip.AddrPort
	remote  netip.AddrPort
	peer    *exchange.Peer
	ptr     uint32 // printed, nothing else
	cky     cookies
	created time.Time

	state  State
	shown  debug.State // the state that packet lines and show commands print
	conn   uint32      // 0 until the policy is agreed
	number int         // of the message that is built or processed, for the notes

	requests []exchange.Request // wait for phase 1

	// Who takes part.
	aggressive bool              // the exchange is Aggressive Mode
	wanted     string            // the ISAKMP profile that the initiator's request names, "" for any
	profile    string            // the one that applies, "" for none
	peerID     exchange.Identity // as the peer states it, zero before
	psk        []byte            // the pre-shared key that the keys come from; the policy's

	*making // nil once phase 1 is up

	// Agreed in messages 1 and 2.
	suite   exchange.ISAKMPProposal
	life    time.Duration
	lowered bool // ours is lower than the initiator's
	vendor  vendors

	// Exchanged in messages 3 and 4.
	nat         nat
	held        held
	alive       alive
	keys        *keys
	chain       ivChain
	established time.Time

	// The message last sent, and those received, of which the last is answered by
	// it again.
	sent    exchange.Send
	sentNo  int // its number among the nine, or the three of Aggressive Mode
	sentAt  time.Time
	retries int
	errors  int
	seen    []digest
	pending *pending                    // waits for slow work
	then    func(*turn, *message) error // what follows that

	nodes       map[uint32]*node // by message ID
	spent       map[uint32]bool  // message IDs that have been used, by either side
	unconfirmed bool             // not yet reported as complete
	unheard     bool             // message 3 of Aggressive Mode may be lost
	routable    bool             // a responder's initiator has answered
}

// making is what phase 1 is made of and nobody needs afterwards: it is gone once phase 1 is
// up.
type making struct {
	chosen   payload.Proposal // the responder's answer in message 2
	sai      []byte           // body of the initiator's SA payload, which HASH_I and HASH_R cover
	idi, idr []byte           // bodies of the ID payloads in Aggressive Mode
	dh       *suite.PrivateKey
	gxy      []byte
	gxi, gxr []byte
	ni, nr   []byte

	// With signatures.
	wantedCerts [][]byte // DER names of the authorities that the peer accepts
	proof       proof
	claim       *exchange.Claim  // the peer's, while it is judged
	verdict     exchange.Verdict // on the peer's
}

// digest recognises a datagram that was received before.
type digest [sha256.Size]byte

// New returns the machine of an SA whose own cookie is already in cky; the peer's is
// zero for an initiator.
func New(role debug.Role, cky [16]byte, local, remote netip.AddrPort, peer *exchange.Peer, ptr uint32, now time.Time) *Phase1 {
	return &Phase1{
		role: role, cky: cky, local: local, remote: remote, peer: peer, ptr: ptr, created: now,
		shown: debug.MMNoState, making: &making{},
		nodes: make(map[uint32]*node), spent: make(map[uint32]bool),
	}
}

// Step consumes one event and appends the actions it causes, in order.
func (p *Phase1) Step(env exchange.Env, ev exchange.Event, out []exchange.Action) []exchange.Action {
	t := &turn{Phase1: p, env: env, out: out}
	switch ev := ev.(type) {
	case exchange.Initiate:
		t.initiate(ev)
	case exchange.Request:
		t.request(ev)
	case exchange.Message:
		t.message(ev)
	case exchange.Expired:
		t.expired(ev.Timer)
	case exchange.Secret:
		t.secret(ev)
	case exchange.Signed:
		if t.making != nil {
			t.proof.signature = ev.Signature
		}
		t.resumed(nil)
	case exchange.Verdict:
		if t.making != nil {
			t.verdict = ev
		}
		t.resumed(nil)
	case exchange.Sheltered:
		t.sheltered(ev)
	case exchange.Delete:
		t.delete(ev.Reason, ev.Quiet)
	case exchange.Moved:
		t.moved(ev.Remote)
	case exchange.DeleteIPsec:
		t.deleteIPsec(ev)
	}
	return t.out
}

// turn is one step: the machine with what it may look at and what it answers.
type turn struct {
	*Phase1
	env exchange.Env
	out []exchange.Action

	closest debug.Mismatch // in what the transform differs that comes closest to a policy
}

func (t *turn) do(a exchange.Action)   { t.out = append(t.out, a) }
func (t *turn) trace(e debug.Event)    { t.do(exchange.Trace{Event: e}) }
func (t *turn) drop(reason string)     { t.do(exchange.Drop{Reason: reason}) }
func (p *Phase1) initiator() bool      { return p.role == debug.Initiator }
func (p *Phase1) peerAddr() netip.Addr { return p.remote.Addr() }

func (p *Phase1) at() debug.At {
	return debug.At{Conn: p.conn, Role: p.role, Message: p.number, Signed: p.signed()}
}

func (t *turn) engine(s debug.EngineStep) {
	if t.env.Tracing {
		t.trace(debug.CryptoEngine{Step: s})
	}
}

// mode is the exchange of phase 1, as syslog messages name it.
func (p *Phase1) mode() debug.Mode {
	if p.aggressive {
		return debug.AggressiveMode
	}
	return debug.MainMode
}

// move changes the state and says so; nothing else does.
func (t *turn) move(source debug.Source, input debug.Input, next State) {
	if t.env.Tracing {
		t.trace(debug.ISAKMPInput{At: t.at(), Source: source, Input: input})
		t.trace(debug.ISAKMPState{At: t.at(), Old: t.state.String(), New: next.String()})
	}
	t.state = next
}

// header is that of a message of this SA.
func (p *Phase1) header(x payload.ExchangeType, mid uint32) payload.Header {
	return payload.Header{
		InitiatorCookie: [8]byte(p.cky[:8]), ResponderCookie: [8]byte(p.cky[8:]),
		Version: payload.Version1, Exchange: x, MessageID: mid,
	}
}

// message sorts a datagram by its exchange.
func (t *turn) message(in exchange.Message) {
	m, err := newMessage(in)
	if err != nil || !t.mine(m) {
		t.drop("not a message of its SA")
		return
	}
	switch m.header.Exchange {
	case payload.ExchangeMain:
		t.phase1(m, mainMode)
	case payload.ExchangeAggressive:
		t.phase1(m, aggressiveMode)
	case payload.ExchangeQuick:
		t.quickMode(m)
	case payload.ExchangeInformational:
		t.informational(m)
	default:
		t.drop("exchange not supported")
	}
}

// mine reports whether the cookies are those of this SA. Before message 2 an initiator
// does not know the responder's, and message 1 that comes again does not hold it.
func (p *Phase1) mine(m *message) bool {
	if p.state == IMM1 || p.state == IAM1 || p.state == Ready {
		return [8]byte(p.cky[:8]) == m.header.InitiatorCookie
	}
	return p.cky == cookiesOf(m.header) || slices.Contains(p.seen, m.digest)
}

// Established reports whether phase 1 is up and not about to end, so that a Quick Mode
// may begin under it.
func (p *Phase1) Established(now time.Time) bool {
	return p.state == P1Complete && now.Add(lastCall).Before(p.end())
}

// Budding reports whether phase 1 is still being negotiated.
func (p *Phase1) Budding() bool { return p.state < P1Complete }

// HalfOpen reports whether a responder has not yet heard again from an initiator. In
// Aggressive Mode it computes before it answers.
func (p *Phase1) HalfOpen() bool { return p.state == RMM2 || p.state == RAM2 || p.Computing() }

// Routable reports whether a responder has heard from its initiator again, in answer to what
// only the initiator's address was sent: that is no forgery.
func (p *Phase1) Routable() bool { return p.routable }

// Aggressive reports whether the exchange is Aggressive Mode.
func (p *Phase1) Aggressive() bool { return p.aggressive }

// Computing reports whether a responder does Diffie-Hellman for an initiator of which it
// knows nothing but a first message.
func (p *Phase1) Computing() bool { return p.state == Ready && !p.initiator() && p.pending != nil }

// Profile returns the name of the ISAKMP profile that an SA like this one is begun by: the
// one that the initiator's request has named, or that the responder's peer has matched.
func (p *Phase1) Profile() string {
	if p.initiator() {
		return p.wanted
	}
	return p.profile
}

// PeerID is who the peer says it is, zero before it has.
func (p *Phase1) PeerID() exchange.Identity { return p.peerID }

// Dead reports whether the SA is deleted.
func (p *Phase1) Dead() bool { return p.state == DestSA }

// Since returns when phase 1 came up, zero if it never did.
func (p *Phase1) Since() time.Time { return p.established }

// At is where the machine stands, for lines that the engine reports about it.
func (p *Phase1) At() debug.At { return p.at() }

// Roams reports whether the peer is behind a NAT, so that it can be reached only where it
// was last seen.
func (p *Phase1) Roams() bool { return p.roams() }

// Endpoints are where messages go from and to.
func (p *Phase1) Endpoints() (local, remote netip.AddrPort) { return p.local, p.remote }

func (p *Phase1) end() time.Time { return p.established.Add(p.life) }

// Info describes the SA.
func (p *Phase1) Info(now time.Time) exchange.PhaseOneInfo {
	i := exchange.PhaseOneInfo{
		Local: p.local, Remote: p.remote, Initiator: p.initiator(), State: string(p.shown), ConnID: p.conn,
		Deleted: p.Dead(), NATT: p.floated(), DPD: p.alive.watched, Suite: p.suite, Created: p.created,
		Aggressive: p.aggressive, Profile: p.profile, PeerID: p.peerID,
	}
	if p.state == P1Complete {
		i.Remaining = p.end().Sub(now)
	}
	return i
}
