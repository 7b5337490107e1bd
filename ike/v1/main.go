package v1

import (
	"errors"
	"slices"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// Main Mode with a pre-shared key, RFC 2409, section 5.4 (see sig.go for signatures):
//
//	 Initiator                        Responder
//	----------                       -----------
//	 HDR, SA             -->
//	                     <--    HDR, SA
//	 HDR, KE, Ni         -->
//	                     <--    HDR, KE, Nr
//	 HDR*, IDii, HASH_I  -->
//	                     <--    HDR*, IDir, HASH_R
//
// A row is one message received. read looks at its payloads and may ask for Diffie-
// Hellman; resume then goes on with them; reply builds the answer.
type row struct {
	state     State // waits for the message
	number    int   // of the message
	need      []payload.Type
	encrypted bool
	floats    bool  // may come from another port, encrypted or not
	during    State // while the message is processed; Aggressive Mode has no such states
	late      bool  // IOS reports that only after the payloads
	read      func(*turn, *message) error
	resume    func(*turn, *message) error
	reply     func(*turn)
	next      State // once the answer is sent
}

// aggressive reports whether the row is one of Aggressive Mode.
func (r *row) aggressive() bool { return r.number >= debug.AM1 }

var mainMode = []row{
	{state: IMM1, number: 2, need: []payload.Type{payload.TypeSA}, during: IMM2,
		read: (*turn).readChoice, resume: (*turn).resumeChoice, reply: (*turn).replyKE, next: IMM3},
	{state: IMM3, number: 4, need: []payload.Type{payload.TypeKE, payload.TypeNonce}, during: IMM4,
		read: (*turn).readKE, resume: (*turn).resumeKE, reply: (*turn).replyID, next: IMM5},
	{state: IMM5, number: 6, need: []payload.Type{payload.TypeID, payload.TypeHash}, encrypted: true, during: IMM6, late: true,
		read: (*turn).readID, reply: func(*turn) {}, next: P1Complete},

	{state: Ready, number: 1, need: []payload.Type{payload.TypeSA}, during: RMM1,
		read: (*turn).readOffer, reply: (*turn).replyChoice, next: RMM2},
	{state: RMM2, number: 3, need: []payload.Type{payload.TypeKE, payload.TypeNonce}, during: RMM3,
		read: (*turn).readKE, resume: (*turn).resumeKE, reply: (*turn).replyKE, next: RMM4},
	{state: RMM4, number: 5, need: []payload.Type{payload.TypeID, payload.TypeHash}, encrypted: true, during: RMM5,
		read: (*turn).readID, reply: (*turn).replyID, next: P1Complete},
}

// pending is a message whose processing waits for Diffie-Hellman.
type pending struct {
	row    *row
	m      *message
	before State
}

// Errors of a row that has already said what is wrong.
var (
	errRefused = errors.New("isakmp: message refused")
	errDeleted = errors.New("isakmp: SA deleted")
)

// halfOpen is how long a responder waits for message 3 and 5.
const halfOpen = time.Minute

// phase1 takes a message along the table of its exchange.
func (t *turn) phase1(m *message, table []row) {
	if i := slices.Index(t.seen, m.digest); i >= 0 {
		if i == len(t.seen)-1 && t.pending == nil {
			t.duplicate(m)
		} else {
			t.drop("repeated")
		}
		return
	}
	i := slices.IndexFunc(table, func(r row) bool { return r.state == t.state })
	if i < 0 || t.pending != nil || m.header.MessageID != 0 || t.state == Ready && t.initiator() {
		t.drop("not expected now")
		return
	}
	r := &table[i]
	switch {
	case r.encrypted && !m.header.Encrypted():
		t.drop("not encrypted")
		t.trace(debug.CryptoNotEncrypted{Peer: m.Remote.Addr()})
		return
	case m.Local.Addr() != t.local.Addr() || m.Remote.Addr() != t.remote.Addr() && !t.elsewhere(r, m):
		t.drop("not from the peer's address")
		return
	case !r.encrypted && !r.floats && (m.header.Encrypted() || m.Remote != t.remote || m.Local != t.local):
		t.drop("not from the peer's port")
		return
	}
	t.number, t.aggressive = r.number, r.aggressive()
	if t.state != Ready { // the engine has reported the first message of a new SA
		t.routable = true
		t.received(m)
	}
	if err := t.cut(r, m); err != nil {
		t.malformed(m, err)
		return
	}
	before := t.state
	if !r.late && !t.aggressive {
		t.move(debug.FromPeer, debug.MMExch, r.during)
	}
	t.then = r.resume // read will ask for Diffie-Hellman
	err := r.read(t, m)
	t.proceed(&pending{r, m, before}, err)
}

// proceed goes on with a message: it waits where slow work is under way.
func (t *turn) proceed(p *pending, err error) {
	switch {
	case err != nil:
		t.then = nil
		t.refuse(p.m, p.before, err)
	case t.then != nil:
		t.pending = p
	default:
		t.finish(p)
	}
}

// cut decrypts a message of phase 1 if need be, and checks which payloads it has.
func (t *turn) cut(r *row, m *message) error {
	var err error
	if m.header.Encrypted() {
		if err = m.open(t.chain); err == nil {
			t.engine(debug.EngineDecrypt)
			t.engine(debug.EngineHash)
		}
	} else {
		err = m.decode()
	}
	if err != nil {
		return err
	}
	return m.check(t.needs(r))
}

// secret goes on with what waited for Diffie-Hellman.
func (t *turn) secret(ev exchange.Secret) {
	if ev.Node != 0 {
		t.quickSecret(ev)
		return
	}
	if t.state == Ready && t.initiator() { // Aggressive Mode begins with it
		t.beginAggressive(ev)
		return
	}
	if t.pending == nil || t.state == DestSA {
		Erase(ev)
		return
	}
	if ev.Key != nil { // kept beyond an error: a peer's bad values do not cost a key each
		if t.dh == nil {
			t.engine(debug.EngineDH)
		}
		t.dh = ev.Key
	}
	if ev.Err == nil {
		clear(t.gxy) // with a value of the peer's that came to nothing
		t.gxy = ev.Shared
		if ev.Shared != nil {
			t.engine(debug.EngineShared)
		}
	}
	t.resumed(ev.Err)
}

// finish accepts the message and answers it.
func (t *turn) finish(p *pending) {
	r := p.row
	t.seen = append(t.seen, p.m.digest)
	if p.m.header.Encrypted() {
		t.chain = p.m.after
	}
	if t.aggressive {
		r.reply(t)
		t.move(debug.FromPeer, debug.AMExch, r.next)
	} else {
		t.moveMain(r)
	}
	if r.next == P1Complete {
		t.up()
	}
}

// moveMain answers a message of Main Mode, of which each has three changes of state.
func (t *turn) moveMain(r *row) {
	if r.late {
		t.move(debug.FromPeer, debug.MMExch, r.during)
	}
	t.move(debug.Internal, debug.ProcessMainMode, r.during)
	r.reply(t)
	t.move(debug.Internal, debug.ProcessComplete, r.next)
}

// refuse goes back to the state before a message that could not be accepted.
func (t *turn) refuse(m *message, before State, err error) {
	if errors.Is(err, errDeleted) {
		return
	}
	t.state = before
	switch {
	case !errors.Is(err, errRefused):
		t.malformed(m, err)
	case before == IMM5:
		t.drop("refused")
		t.reject(m)
	default:
		t.drop("refused")
	}
}

// reject ends an SA that the responder takes for up, since it has sent message 6, and tells
// it so: nothing else would, and it would begin its exchanges under an SA that is none.
// The message is from whom the keys were agreed with.
func (t *turn) reject(m *message) {
	t.chain = m.after
	gone := debug.ISAKMPDeleteSA{At: t.at(), Reason: debug.SANoReason, State: t.shown, Peer: t.peerAddr()}
	t.trace(gone)
	t.destroy(gone, false, debug.Internal, debug.Phase1Delete)
}

// malformed reports a message that cannot be decoded. In an encrypted one that is the
// usual sign of a wrong key, and so of different pre-shared keys.
func (t *turn) malformed(m *message, err error) {
	var d *payload.DecodeError
	if m.header.Encrypted() && errors.As(err, &d) {
		t.trace(debug.ISAKMPReserved{At: t.at(), Payload: debug.Payload(d.Payload.String())})
	}
	t.drop("malformed")
	t.trace(debug.CryptoBadMessage{Peer: m.Remote.Addr()})
	t.errors = min(t.errors+1, attempts)
	t.trace(debug.ISAKMPErrorCounter{At: t.at(), Attempt: t.errors, Of: attempts, Reason: debug.ErrorMalformed})
	if t.state == Ready {
		t.bury(debug.SANoReason)
	}
}

func (t *turn) received(m *message) {
	if t.env.Tracing {
		t.trace(debug.ISAKMPReceived{At: t.at(), Peer: m.Remote.Addr(), DPort: m.Local.Port(), SPort: m.Remote.Port(), State: t.shown,
			Clear: t.number == 0 && !m.header.Encrypted()})
	}
}

func (t *turn) processing(p debug.Payload, mid uint32) {
	if t.env.Tracing {
		t.trace(debug.ISAKMPProcessing{At: t.at(), Payload: p, MessageID: mid})
	}
}

// Erase forgets a result that came too late for its SA.
func Erase(s exchange.Secret) {
	clear(s.Shared)
	if s.Key != nil {
		s.Key.Clear()
	}
}
