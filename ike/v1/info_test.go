package v1

import (
	"testing"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// notification is the payload of an Informational message, with its generic header.
func notification(n payload.Notify) []byte {
	w := payload.NewWriter(payload.Header{})
	w.Add(payload.TypeNotify, &n)
	return w.Message()[payload.HeaderLen:]
}

// traced returns the events of the last step that are of type E.
func traced[E debug.Event](e *end) (list []E) {
	for _, a := range e.actions {
		if t, ok := a.(exchange.Trace); ok {
			if ev, ok := t.Event.(E); ok {
				list = append(list, ev)
			}
		}
	}
	return list
}

// R-U-THERE is answered with its own sequence number (RFC 3706, section 5.4). Sent again,
// it is a replay and stays unanswered.
func TestAlive(t *testing.T) {
	i, r := negotiate(9)
	body := notification(payload.Notify{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP, Type: payload.RUThere, SPI: r.cky[:], Data: octets(7)})
	m := exchange.Message{Local: addrR, Remote: addrI, Data: forge(r, hashed, payload.ExchangeInformational, 77, payload.TypeNotify, body)}
	again := m
	again.Data = append([]byte(nil), m.Data...)
	sent := r.step(m)
	if len(sent) != 1 {
		t.Fatalf("%d messages answer", len(sent))
	}
	i.step(deliver(sent[0]))
	if got := traced[debug.ISAKMPAlive](i); len(got) != 1 || !got[0].Ack || got[0].Sequence != 7 {
		t.Errorf("the answer is %+v", got)
	}
	if sent := r.step(again); len(sent) != 0 {
		t.Error("a replay is answered")
	}
}

// A notification that refuses a Quick Mode ends the one it names.
func TestRefusalNamesTheExchange(t *testing.T) {
	i, _ := negotiate(7)
	tunnel := &i.env.Policy.Tunnels[0]
	i.step(exchange.Request{Tunnel: tunnel, Selector: tunnel.Selectors[0], SPI: 0x5678})
	for n, spi := range []uint32{0x9999, 0x5678} { // nobody's, then the second's
		body := notification(payload.Notify{DOI: payload.DOIIPsec, Protocol: payload.ProtocolESP, Type: payload.NoProposalChosen, SPI: octets(spi)})
		i.step(exchange.Message{Local: addrI, Remote: addrR, Data: forge(i, hashed, payload.ExchangeInformational, uint32(77+n), payload.TypeNotify, body)})
		var failed []uint32
		for _, a := range i.actions {
			if f, ok := a.(exchange.Failed); ok {
				failed = append(failed, f.Request.SPI)
			}
		}
		if n == 0 && len(failed) != 0 || n == 1 && (len(failed) != 1 || failed[0] != spi) {
			t.Errorf("a refusal of %#x ends %#x", spi, failed)
		}
	}
}

// A peer that refuses our first encrypted message may say so encrypted. It has not proved
// who it is: that is reported, and changes nothing.
func TestInformationalBeforeAuthentication(t *testing.T) {
	i, _ := negotiate(4) // message 5 is sent
	before := i.state
	body := notification(payload.Notify{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP, Type: payload.AuthenticationFailed})
	sent := i.step(exchange.Message{Local: addrI, Remote: addrR, Data: forge(i, hashed, payload.ExchangeInformational, 77, payload.TypeNotify, body)})
	if got := traced[debug.ISAKMPTooEarly](i); len(got) != 1 || got[0].Peer != addrR.Addr() || len(traced[debug.ISAKMPReceived](i)) != 1 {
		t.Errorf("reported: %+v", i.actions)
	}
	if i.state != before || len(sent) != 0 {
		t.Errorf("from %v to %v, %d messages sent", before, i.state, len(sent))
	}
}
