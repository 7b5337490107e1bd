package v1

import (
	"conft/debug"
	"conft/ike/payload"
)

// vendors is what the peer's vendor IDs say.
type vendors struct {
	natt payload.Vendor // the best version of NAT traversal, VendorUnknown for none
}

var nattVersion = map[payload.Vendor]debug.NATT{
	payload.VendorNATTRFC3947:       debug.NATTRFC3947,
	payload.VendorNATTDraft07:       debug.NATTDraft07,
	payload.VendorNATTDraft03:       debug.NATTDraft03,
	payload.VendorNATTDraft02:       debug.NATTDraft02,
	payload.VendorNATTDraft02Strict: debug.NATTDraft02,
}

// readVendors walks the vendor IDs of a message. IOS walks them before it looks at the
// policy and again once that is known, and reports both.
func (t *turn) readVendors(m *message) (v vendors) {
	again := (t.number <= 2 || t.aggressive) && t.suite.Group != 0
	for r := range m.all(payload.TypeVendor) {
		known := payload.ClassifyVendor(r.Body)
		if known == payload.VendorDPD {
			t.alive.able = true
		}
		if known.NATT() && !t.env.Policy.NoUDPEncap && (v.natt == payload.VendorUnknown || known < v.natt) {
			v.natt = known // Vendor lists the versions from the best on
		}
		if t.env.Tracing {
			t.trace(debug.ISAKMPVendorPayload{At: t.at(), Again: again})
			t.traceVendor(known, r.Body, m.header)
		}
	}
	return v
}

func (t *turn) traceVendor(v payload.Vendor, id []byte, h payload.Header) {
	switch {
	case v == payload.VendorUnity:
		t.trace(debug.ISAKMPVendor{At: t.at(), Vendor: debug.Unity})
		return
	case v == payload.VendorDPD:
		t.trace(debug.ISAKMPVendor{At: t.at(), Vendor: debug.DPD})
		return
	case payload.IsIOSVendorID(id, h.InitiatorCookie, h.ResponderCookie):
		t.trace(debug.ISAKMPAnotherIOS{At: t.at()})
		return
	case v == payload.VendorFragmentation && t.ios15():
		t.trace(debug.ISAKMPVendorFragment{At: t.at()})
		t.trace(debug.ISAKMPNoFragment{At: t.at()})
		return
	}
	// IOS compares every other vendor ID with Unity's and DPD's first.
	major, ok := payload.VendorMajor(id)
	if ok {
		t.trace(debug.ISAKMPVendorHash{At: t.at()})
	} else {
		t.trace(debug.ISAKMPVendorMismatch{At: t.at(), Major: major})
	}
	switch {
	case v.NATT():
		t.trace(debug.ISAKMPVendorNATT{At: t.at(), Version: nattVersion[v]})
	case v == payload.VendorConcentrator:
		t.trace(debug.ISAKMPConcentrator{At: t.at()})
	case v == payload.VendorXAUTH:
		t.trace(debug.ISAKMPVendor{At: t.at(), Vendor: debug.XAUTH})
	}
}

// writeChosenNATT adds the one version of NAT traversal that the responder takes.
func (t *turn) writeChosenNATT(w *payload.Writer) {
	if v := t.vendor.natt; v != payload.VendorUnknown {
		t.trace(debug.ISAKMPNATTConstructed{At: t.at(), Version: nattVersion[v]})
		w.Add(payload.TypeVendor, v.ID())
	}
}

// writeVendors adds the vendor IDs of messages 3 and 4. XAUTH is for the initiator,
// which may be asked for it.
func (t *turn) writeVendors(w *payload.Writer) {
	w.Add(payload.TypeVendor, payload.VendorUnity.ID())
	w.Add(payload.TypeVendor, payload.VendorDPD.ID())
	w.Add(payload.TypeVendor, payload.IOSVendorID([8]byte(t.cky[:8]), [8]byte(t.cky[8:])))
	if t.initiator() {
		w.Add(payload.TypeVendor, payload.VendorXAUTH.ID())
	}
}
