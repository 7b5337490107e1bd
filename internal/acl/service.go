package acl

import "strconv"

// DSCPs are the keywords of code points, sorted by word (RFC 2474, 2597 and 3246).
var DSCPs = []Name{
	{"af11", 10, "Match packets with AF11 dscp (001010)"},
	{"af12", 12, "Match packets with AF12 dscp (001100)"},
	{"af13", 14, "Match packets with AF13 dscp (001110)"},
	{"af21", 18, "Match packets with AF21 dscp (010010)"},
	{"af22", 20, "Match packets with AF22 dscp (010100)"},
	{"af23", 22, "Match packets with AF23 dscp (010110)"},
	{"af31", 26, "Match packets with AF31 dscp (011010)"},
	{"af32", 28, "Match packets with AF32 dscp (011100)"},
	{"af33", 30, "Match packets with AF33 dscp (011110)"},
	{"af41", 34, "Match packets with AF41 dscp (100010)"},
	{"af42", 36, "Match packets with AF42 dscp (100100)"},
	{"af43", 38, "Match packets with AF43 dscp (100110)"},
	{"cs1", 8, "Match packets with CS1(precedence 1) dscp (001000)"},
	{"cs2", 16, "Match packets with CS2(precedence 2) dscp (010000)"},
	{"cs3", 24, "Match packets with CS3(precedence 3) dscp (011000)"},
	{"cs4", 32, "Match packets with CS4(precedence 4) dscp (100000)"},
	{"cs5", 40, "Match packets with CS5(precedence 5) dscp (101000)"},
	{"cs6", 48, "Match packets with CS6(precedence 6) dscp (110000)"},
	{"cs7", 56, "Match packets with CS7(precedence 7) dscp (111000)"},
	{"default", 0, "Match packets with default dscp (000000)"},
	{"ef", 46, "Match packets with EF dscp (101110)"},
}

// Precedences are the keywords of the IP precedence, sorted by word (RFC 791).
var Precedences = []Name{
	{"critical", 5, "Match packets with critical precedence (5)"},
	{"flash", 3, "Match packets with flash precedence (3)"},
	{"flash-override", 4, "Match packets with flash override precedence (4)"},
	{"immediate", 2, "Match packets with immediate precedence (2)"},
	{"internet", 6, "Match packets with internetwork control precedence (6)"},
	{"network", 7, "Match packets with network control precedence (7)"},
	{"priority", 1, "Match packets with priority precedence (1)"},
	{"routine", 0, "Match packets with routine precedence (0)"},
}

// Services are the keywords of the TOS value, sorted by word (RFC 1349).
var Services = []Name{
	{"max-reliability", 2, "Match packets with max reliable TOS (2)"},
	{"max-throughput", 4, "Match packets with max throughput TOS (4)"},
	{"min-delay", 8, "Match packets with min delay TOS (8)"},
	{"min-monetary-cost", 1, "Match packets with min monetary cost TOS (1)"},
	{"normal", 0, "Match packets with normal TOS (0)"},
}

func (s Service) append(b []byte) []byte {
	for _, f := range []struct {
		word  string
		v     Value
		names []Name
	}{{"dscp", s.DSCP, DSCPs}, {"precedence", s.Precedence, Precedences}, {"tos", s.TOS, Services}} {
		if f.v != 0 {
			b = append(append(append(b, ' '), f.word...), ' ')
			b = append(b, word(f.names, uint16(f.v-1))...)
		}
	}
	return b
}

// word returns the keyword of a number, or the number.
func word(names []Name, n uint16) string {
	for _, x := range names {
		if x.Number == n {
			return x.Word
		}
	}
	return strconv.Itoa(int(n))
}
