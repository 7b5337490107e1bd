package commands

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"conft/internal/packet"
)

// pingOptions are what was chosen at the question for IP options.
type pingOptions struct {
	loose, strict  []netip.Addr // routers to go through; only one of the two
	record, stamps int          // how many addresses of the route and how many timestamps there is room for
	verbose        bool
}

// octets are the options as a header has them, not yet padded.
func (o *pingOptions) octets() (b []byte) {
	if len(o.loose) > 0 {
		b = packet.AppendRoute(b, packet.OptionLoose, o.loose)
	}
	if len(o.strict) > 0 {
		b = packet.AppendRoute(b, packet.OptionStrict, o.strict)
	}
	if o.record > 0 {
		b = packet.AppendRecord(b, o.record)
	}
	if o.stamps > 0 {
		b = packet.AppendTimestamps(b, o.stamps)
	}
	return b
}

// room is how many words of four octets one more option may have behind a head of n octets.
func (o *pingOptions) room(n int) int { return max(packet.MaxOptions-len(o.octets())-n, 0) / 4 }

// letters stand for what was chosen.
func (o *pingOptions) letters() string {
	var b strings.Builder
	for _, c := range []struct {
		chosen bool
		letter byte
	}{{len(o.loose) > 0, 'L'}, {len(o.strict) > 0, 'S'}, {o.record > 0, 'R'}, {o.stamps > 0, 'T'}, {o.verbose, 'V'}} {
		if c.chosen {
			b.WriteByte(c.letter)
		}
	}
	if b.Len() == 0 {
		return "none"
	}
	return b.String()
}

// options asks for IP options until nothing more is typed. With each the output is verbose,
// unless that is taken back.
func (q *questions) options() (o pingOptions) {
	for q.err == nil {
		typed := q.line("Loose, Strict, Record, Timestamp, Verbose[" + o.letters() + "]: ")
		answer := strings.ToLower(typed)
		switch {
		case answer == "", strings.HasPrefix("none", answer):
			return o
		case strings.HasPrefix("loose", answer):
			o.loose = q.route(o, o.loose)
		case strings.HasPrefix("strict", answer):
			o.strict = q.route(o, o.strict)
		case strings.HasPrefix("record", answer):
			o.record = 0
			o.record = q.count(askHops, o.room(packet.RouteHeaderLen))
		case strings.HasPrefix("timestamp", answer):
			o.stamps = 0
			o.stamps = q.count(askStamps, o.room(packet.StampHeaderLen))
		case strings.HasPrefix("verbose", answer):
			o.verbose = !o.verbose
			continue
		default:
			q.say(fmt.Sprintf(textNoOption, typed))
			continue
		}
		o.verbose = o.verbose || len(o.octets()) > 0
	}
	return o
}

// route asks for the routers to go through; it returns those from before when what is typed
// cannot be taken.
func (q *questions) route(o pingOptions, before []netip.Addr) (hops []netip.Addr) {
	if len(o.loose)+len(o.strict) > len(before) {
		q.say(textOneRoute)
		return before
	}
	o.loose, o.strict = nil, nil
	room := o.room(packet.RouteHeaderLen)
	if room == 0 {
		q.say(textNoRoom)
		return before
	}
	for _, word := range strings.Fields(q.line(askRoute)) {
		ip, err := netip.ParseAddr(word)
		if err != nil || !ip.Is4() || len(hops) == room {
			q.say(textBadRoute)
			return before
		}
		hops = append(hops, ip)
	}
	return hops
}

// count asks how many there are to be, of as many as there is room for.
func (q *questions) count(prompt string, room int) int {
	if room == 0 {
		q.say(textNoRoom)
		return 0
	}
	return q.between(fmt.Sprintf(prompt, room), room, 1, room)
}

// sentOptions is what is said of the options of the requests.
func sentOptions(options string, clock func(uint32) string) string {
	total := 0
	for o := range packet.Options([]byte(options)) {
		if o.Type != packet.OptionEnd {
			total += o.Len
		}
	}
	return fmt.Sprintf(textOptionsSent, total, len(options)) + optionsText([]byte(options), clock) + "\n"
}

// receivedOptions is what is said of those of a reply.
func receivedOptions(options []byte, clock func(uint32) string) string {
	text := fmt.Sprintf(textOptionsReceived, len(options)) + optionsText(options, clock)
	for o := range packet.Options(options) {
		if o.Type == packet.OptionEnd {
			text += textOptionsEnd
		}
	}
	return text + "\n"
}

func optionsText(options []byte, clock func(uint32) string) string {
	var b strings.Builder
	for o := range packet.Options(options) {
		switch o.Type {
		case packet.OptionLoose:
			routeText(&b, textLoose, &o)
		case packet.OptionStrict:
			routeText(&b, textStrict, &o)
		case packet.OptionRecord:
			routeText(&b, textRecord, &o)
		case packet.OptionTimestamp:
			stampsText(&b, &o, clock)
		}
	}
	return b.String()
}

// routeText writes the addresses of a route; a mark stands where the next one goes.
func routeText(b *strings.Builder, title string, o *packet.Option) {
	b.WriteString(title)
	next := o.Used() / 4
	for i, w := range o.Words() {
		if i == next {
			b.WriteString(textRouteMark)
		}
		fmt.Fprintf(b, "\n   (%s)", ipText(w))
	}
	if next == len(o.Words()) {
		b.WriteString(textRouteMark)
	}
	b.WriteByte('\n')
}

// stampsText writes timestamps; a mark stands where the next one goes.
func stampsText(b *strings.Builder, o *packet.Option, clock func(uint32) string) {
	fmt.Fprintf(b, textStamps, o.Flags&15, o.Flags>>4, o.Len, o.Pointer)
	words := o.Words()
	next := o.Used() / 4
	for i, w := range words {
		if i == next {
			b.WriteString(textStampMark)
		}
		fmt.Fprintf(b, textStamp, clock(w), w)
	}
	if next == len(words) {
		b.WriteString(textStampMark)
	}
}

// notStandard marks a timestamp that is not in milliseconds since midnight UTC, RFC 791,
// section 3.1.
const notStandard = 1 << 31

// stampClock shows timestamps of today on the router's clock.
func stampClock(r Router) func(uint32) string {
	midnight := r.Clock().Now().UTC().Truncate(24 * time.Hour)
	zone := r.Config().Zone
	return func(w uint32) string {
		mark := " "
		if w&notStandard != 0 {
			mark = "*"
		}
		return mark + zone.In(midnight.Add(time.Duration(w&^notStandard)*time.Millisecond)).Format("15:04:05.000 MST")
	}
}
