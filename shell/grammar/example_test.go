package grammar_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"conft/shell/grammar"
)

// A small router: what a command table looks like.
type router struct {
	Name     string
	Policies []*policy
}

type policy struct {
	Priority int
	Cipher   string
	Bits     int
}

func (r *router) policy(n int) *policy {
	i, ok := slices.BinarySearchFunc(r.Policies, n, func(p *policy, n int) int { return p.Priority - n })
	if !ok {
		r.Policies = slices.Insert(r.Policies, i, &policy{Priority: n, Cipher: "des"})
	}
	return r.Policies[i]
}

var policyMode = grammar.NewMode[*policy]("config-isakmp", "ISAKMP commands:",
	grammar.Exit[*policy]{Help: "Exit from ISAKMP protection suite configuration mode"},
	grammar.Line[*policy]{
		Syntax: "encryption ![{des | 3des | aes [128 | 192 | 256]$bits}$cipher]",
		Help: grammar.Help{
			"encryption": "Set encryption algorithm for protection suite",
			"des":        "DES - Data Encryption Standard (56 bit keys).",
			"3des":       "Three key triple DES",
			"aes":        "AES - Advanced Encryption Standard.",
			"128":        "128 bit keys.", "192": "192 bit keys.", "256": "256 bit keys.",
		},
		Set: func(p *policy, a grammar.Args) error {
			p.Cipher, p.Bits = a.String("cipher"), a.Int("bits")
			return nil
		},
		No: func(p *policy, _ grammar.Args) error { p.Cipher, p.Bits = "des", 0; return nil },
		Write: func(p *policy, w *grammar.Writer) {
			switch {
			case p.Bits != 0:
				w.Line("encr", p.Cipher, fmt.Sprint(p.Bits))
			case p.Cipher != "des":
				w.Line("encr", p.Cipher)
			}
		},
	},
	grammar.KnownList[*policy]{{Words: "lifetime", Answer: answer}, {Words: "group list", Block: true, Answer: answer}})

var configMode = grammar.NewRoot[*router]("config", "Configure commands:",
	grammar.Line[*router]{
		Syntax: "hostname ![WORD]",
		Help:   grammar.Help{"hostname": "Set system's network name", "WORD": "This system's network name"},
		Set:    func(r *router, a grammar.Args) error { r.Name = a.String("WORD"); return nil },
		No:     func(r *router, _ grammar.Args) error { r.Name = "Router"; return nil },
		Write:  func(r *router, w *grammar.Writer) { w.Line("hostname", r.Name) },
	},
	grammar.Separator[*router]{},
	grammar.Block[*router, *policy]{
		Syntax: "crypto isakmp policy <1-10000>$priority",
		Help: grammar.Help{
			"crypto": "Encryption module", "isakmp": "Configure ISAKMP policy",
			"policy":    "Set policy for an ISAKMP protection suite",
			"$priority": "Priority of protection suite",
		},
		Open: func(r *router, a grammar.Args) (*policy, error) { return r.policy(a.Int("priority")), nil },
		No: func(r *router, a grammar.Args) error {
			r.Policies = slices.DeleteFunc(r.Policies, func(p *policy) bool { return p.Priority == a.Int("priority") })
			return nil
		},
		Each: func(r *router) iter.Seq2[string, *policy] {
			return func(yield func(string, *policy) bool) {
				for _, p := range r.Policies {
					if !yield(fmt.Sprintf("crypto isakmp policy %d", p.Priority), p) {
						return
					}
				}
			}
		},
		Sub: policyMode,
	},
	grammar.Known[*router]{Words: "router rip", Block: true, Own: "hostname", Answer: answer},
	grammar.Known[*router]{Words: "line", Block: true, Answer: answer},
	grammar.Known[*router]{Words: "ip http server", Answer: answer},
	grammar.Known[*router]{Words: "logging A.B.C.D", Answer: answer},
	grammar.Known[*router]{Words: "permit ... time-range", Answer: answer},
	grammar.Known[*router]{Words: "crypto isakmp", Answer: answer},
	grammar.Known[*router]{Words: "banner motd", Answer: answer, End: func(rest string) string {
		if rest == "" || strings.Contains(rest[1:], rest[:1]) {
			return ""
		}
		return rest[:1]
	}},
)

// answer is that of a router without the command.
func answer(name string, no bool) (string, error) {
	if no {
		return "there is no " + name, nil
	}
	return "", errors.New("% not here: " + name)
}

func Example() {
	r := &router{Name: "Router"}
	err := configMode.Parse(r, "hostname R1\ncry isa pol 20\n enc aes 256\ncrypto isakmp policy 10\n encr 3des\n")
	fmt.Print(configMode.Write(r), err, "\n")

	at := configMode.Start()
	step, _ := at.Apply(r, "crypto isakmp policy 10")
	at = step.Next
	answer, _ := at.Ask("encryption ")
	for _, line := range answer.Format(80) {
		fmt.Println(line)
	}
	_, err = at.Apply(r, "encryption aex")
	fmt.Println(err)
	// Output:
	// hostname R1
	// !
	// crypto isakmp policy 10
	//  encr 3des
	// !
	// crypto isakmp policy 20
	//  encr aes 256
	// !
	// <nil>
	//   3des  Three key triple DES
	//   aes   AES - Advanced Encryption Standard.
	//   des   DES - Data Encryption Standard (56 bit keys).
	// invalid input at column 14
}
