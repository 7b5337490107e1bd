package debug

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode"
)

func TestTexts(t *testing.T) {
	for _, s := range samples {
		if got := string(s.event.AppendLine([]byte("~"), IOS12)); got != "~"+s.text {
			t.Errorf("%T:\n got %q\nwant %q", s.event, got, "~"+s.text)
		}
	}
}

// A syslog message states its severity twice, for the router and for the reader.
func TestSeverityIsTheOnePrinted(t *testing.T) {
	for _, s := range samples {
		severity, ok := s.event.(Severity)
		if syslog := s.event.Flag() == FlagNone; syslog != ok {
			t.Errorf("%T: flag %d, severity %t", s.event, s.event.Flag(), ok)
		}
		if !ok {
			continue
		}
		_, rest, _ := strings.Cut(s.text, "-")
		if rest[0] != '0'+severity.Severity() {
			t.Errorf("%T has severity %d and prints %q", s.event, severity.Severity(), s.text)
		}
	}
}

// eventTypes lists the types of the package that print a line.
func eventTypes(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == "AppendLine" {
				names = append(names, f.Recv.List[0].Type.(*ast.Ident).Name)
			}
		}
	}
	if len(names) == 0 {
		t.Fatal("no event types found")
	}
	return names
}

func TestEveryEventHasASample(t *testing.T) {
	sampled := map[string]bool{}
	for _, s := range samples {
		sampled[reflect.TypeOf(s.event).Name()] = true
	}
	for _, name := range eventTypes(t) {
		if !sampled[name] {
			t.Errorf("no sample of %s", name)
		}
	}
}

// No event may carry octets or a field that could hold a key.
func TestNoEventCarriesSecrets(t *testing.T) {
	for _, s := range samples {
		typ := reflect.TypeOf(s.event)
		for _, f := range reflect.VisibleFields(typ) {
			name := strings.ToLower(f.Name)
			for _, word := range []string{"secret", "password", "psk", "skeyid", "presharedkey"} {
				if strings.Contains(name, word) {
					t.Errorf("%s.%s", typ, f.Name)
				}
			}
			if f.Type.Kind() == reflect.Slice || f.Type.Kind() == reflect.Pointer || f.Type.Kind() == reflect.Interface {
				t.Errorf("%s.%s is a %s: events are plain values", typ, f.Name, f.Type)
			}
		}
	}
}

func checkNote(t *testing.T, e Event) {
	t.Helper()
	english, chinese := e.Explain(English), e.Explain(Chinese)
	if off := e.Explain(ExplainOff); off != "" {
		t.Errorf("%#v: explains while off: %q", e, off)
	}
	han := func(r rune) bool { return unicode.Is(unicode.Han, r) }
	switch {
	case strings.Contains(english+chinese, "%!"):
		t.Errorf("%#v: broken format:\n%s\n%s", e, english, chinese)
	case english == "" || strings.ContainsFunc(english, func(r rune) bool { return r > 0x7e }):
		t.Errorf("%#v: not English: %q", e, english)
	case !strings.HasSuffix(english, ".") && !strings.HasSuffix(english, ".)") && !strings.HasSuffix(english, "?"):
		t.Errorf("%#v: not a sentence: %q", e, english)
	case !strings.ContainsFunc(chinese, han):
		t.Errorf("%#v: not Chinese: %q", e, chinese)
	case !strings.HasSuffix(chinese, "。") && !strings.HasSuffix(chinese, "。）"):
		t.Errorf("%#v: not a sentence: %q", e, chinese)
	case strings.Contains(chinese, ", section"):
		t.Errorf("%#v: English in %q", e, chinese)
	}
}

func TestNotes(t *testing.T) {
	for _, s := range samples {
		if s.event.Flag() == FlagNone && !strings.HasPrefix(reflect.TypeOf(s.event).Name(), "Crypto") {
			continue // explains itself
		}
		checkNote(t, s.event)
	}
	n := negotiation{0x64E2927C, 0x80000002, 0x64E0AC34, 673525551, 0xD137A1B6, 1956049925}
	for _, e := range initiatorEvents(n) {
		checkNote(t, e)
	}
	for _, line := range responderLines {
		checkNote(t, line.event)
	}
}

// The same text means something else in another message of the exchange.
func TestNotesDependOnTheMessage(t *testing.T) {
	seen := map[string]int{}
	for message := 0; message <= 9; message++ {
		for _, role := range []Role{Initiator, Responder} {
			e := ISAKMPSending{At{Conn: 1, Role: role, Message: message}, r3, 500, 500, QMIdle}
			for _, l := range []Language{English, Chinese} {
				note := e.Explain(l)
				if before, ok := seen[note]; ok {
					t.Errorf("messages %d and %d have one note: %s", before, message, note)
				}
				seen[note] = message
			}
		}
	}
}

// signed is the place in an exchange with signatures.
func signed(a At) At {
	a.Signed = true
	return a
}

// Where signatures authenticate, no note speaks of pre-shared keys or of their hashes.
func TestNotesOnSignatures(t *testing.T) {
	var events []Event
	for _, number := range []int{5, 6, AM2, AM3} {
		at := At{Conn: 1, Role: Initiator, Message: number, Signed: true}
		events = append(events, ISAKMPSending{at, r3, 500, 500, MMKeyExch}, ISAKMPReceived{At: at, Peer: r3, DPort: 500, SPort: 500, State: MMKeyExch},
			ISAKMPProcessing{At: at, Payload: PayloadID, MessageID: 0}, ISAKMPID{At: at, Next: 13, Type: IDFQDN, Value: "r3"}, ISAKMPAuthStatus{at}, ISAKMPReserved{at, PayloadID},
			ISAKMPErrorCounter{at, false, 1, 5, ErrorMalformed}, ISAKMPDeleteSA{at, SADeathP1, MMKeyExch, r3, false}, ISAKMPTooEarly{at, r3, r1}, ISAKMPBeginAggressive{at})
	}
	for _, e := range events {
		checkNote(t, e)
		for l, words := range map[Language][]string{English: {"pre-shared", "HASH", "hash", "5.4"}, Chinese: {"预共享", "HASH", "5.4"}} {
			for _, w := range words {
				if note := e.Explain(l); strings.Contains(note, w) {
					t.Errorf("%T speaks of %q: %s", e, w, note)
				}
			}
		}
	}
}

// A line that is printed whatever comes of it promises nothing, and a notification in clear
// has no HASH, also where the SA has keys.
func TestNotesClaimNoMoreThanIsKnown(t *testing.T) {
	for _, c := range []struct {
		event Event
		not   string
	}{
		{IPsecProxyMatch{Src: net1, Dst: net3}, " match an entry"},
		{ISAKMPReceived{At: At{Conn: 1001, Role: Responder}, Peer: r1, State: MMKeyExch, Clear: true}, "HASH"},
		{ISAKMPState{info, "IKE_R_AM2", "IKE_R_AM2"}, "has answered"},
		{ISAKMPState{conn, "IKE_QM_I_QM1", "IKE_QM_I_QM1"}, "waits"},
		{ISAKMPTransform{At: conn, Number: 1, Protocol: 3, ID: 22}, "is :"},
		{ISAKMPProcessing{At: info, Payload: PayloadDelete, Deletes: Deleted{Protocol: 4, Count: 1}}, "inbound"},
	} {
		checkNote(t, c.event)
		if note := c.event.Explain(English); strings.Contains(note, c.not) {
			t.Errorf("%T: %q", c.event, note)
		}
	}
}

// Notes name the values of the event they explain.
func TestNotesNameValues(t *testing.T) {
	for _, c := range []struct {
		event Event
		words []string
	}{
		{ISAKMPAttribute{idle, classLife, 86400, 4}, []string{"86400", "1"}},
		{ISAKMPAttribute{idle, classGroup, 14, 0}, []string{"14", "2048"}},
		{ISAKMPAttribute{idle, classEncryption, 7, 0}, []string{"AES-CBC"}},
		{ISAKMPChecking{idle, 3, 20}, []string{"3", "20"}},
		{ISAKMPMismatch{At: idle, What: MismatchEncryption, Offered: 5, Wanted: 7}, []string{"3DES-CBC", "AES-CBC"}},
		{ISAKMPMismatch{At: idle, What: MismatchKeyLength, Offered: 256, Wanted: 192}, []string{" 256 ", " 192"}},
		{ISAKMPMismatch{At: idle, What: MismatchHash, Offered: 1, Wanted: 4}, []string{"MD5", "SHA256"}},
		{ISAKMPMismatch{At: idle, What: MismatchGroup, Offered: 5, Wanted: 14}, []string{" 5", " 14"}},
		{ISAKMPProcessing{At: info, Payload: PayloadDelete, Deletes: Deleted{3, 1, 1956049925}}, []string{"ESP", "0x7496F405"}},
		{IPsecTransformRefused{Transform: "esp-aes esp-sha-hmac", Ours: "esp-3des esp-md5-hmac"}, []string{"esp-aes esp-sha-hmac", "esp-3des esp-md5-hmac"}},
		{ISAKMPSASPI{conn, true, 1956049925, 0, SATunnel | SAOutbound}, []string{"0x7496F405"}},
		{ISAKMPSending{conn, r3, 4500, 4500, MMKeyExch}, []string{"23.23.23.3", "4500", "HASH_I", "5.4"}},
		{ISAKMPSAFlow{conn, false, r3, r1, net3, net1}, []string{"23.23.23.3", "12.12.12.1", "20.1.1.0", "10.1.1.0"}},
	} {
		for _, l := range []Language{English, Chinese} {
			for _, w := range c.words {
				if note := c.event.Explain(l); !strings.Contains(note, w) {
					t.Errorf("%q is missing in %q", w, note)
				}
			}
		}
	}
}
