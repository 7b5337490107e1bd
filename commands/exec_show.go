package commands

import (
	"io"
	"slices"

	"conft/internal/config"
	"conft/internal/router"
	"conft/shell/grammar"
)

const privileged = 15

func showSystem(r Router) []exec {
	return []exec{
		{
			Syntax: "show version",
			Help: grammar.Help{
				"show":    "Show running system information",
				"version": "System hardware and software status",
			},
			Run: output(func(w io.Writer, _ grammar.Args) error {
				showVersion(w, r.Config(), r.SystemState(), r.Clock())
				return nil
			}),
		},
		{
			Syntax: "show aliases [exec]",
			Help:   grammar.Help{"aliases": "Display alias commands", "exec": "Exec mode"},
			Run:    output(func(w io.Writer, _ grammar.Args) error { showAliases(w, r.Config()); return nil }),
		},
		{
			Syntax: "show clock [detail]",
			Help:   grammar.Help{"clock": "Display the system clock", "detail": "Display detailed information"},
			Run: output(func(w io.Writer, a grammar.Args) error {
				showClock(w, r.Clock(), r.Config().Zone, r.TimeSource(), a.Has("detail"))
				return nil
			}),
		},
		{
			Syntax: "show logging [count]",
			Help:   grammar.Help{"logging": "Show the contents of logging buffers", "count": "Show counts of each logging message"},
			Run: output(func(w io.Writer, a grammar.Args) error {
				if a.Has("count") {
					showLoggingCount(w, r.Hub().Counts())
				} else {
					showLogging(w, r.Config(), r.Hub().Counters(), r.SyslogHosts(), r.Hub().Buffer())
				}
				return nil
			}),
		},
		{
			Syntax: "show debugging",
			Help:   grammar.Help{"debugging": "State of each debugging option"},
			Run:    output(func(w io.Writer, _ grammar.Args) error { showDebugging(w, r.Hub().Flags()); return nil }),
		},
		{
			Syntax: "show {startup-config | configuration}",
			Help: grammar.Help{"startup-config": "Contents of startup configuration",
				"configuration": "Contents of Non-Volatile memory"},
			Priv: privileged,
			Run: output(func(w io.Writer, _ grammar.Args) error {
				text, err := r.Startup()
				if err != nil {
					return fileError("reading nvram: %v", err)
				}
				_, saved := r.ConfigStamps()
				showStartup(w, r.Config(), text, saved, r.NVRAMSize())
				return nil
			}),
		},
	}
}

func showNetwork(r Router) []exec {
	lists := output(func(w io.Writer, a grammar.Args) error {
		showAccessLists(w, r.AccessLists(), a.String("WORD"))
		return nil
	})
	return []exec{
		showInterfacesCommand(r),
		{
			Syntax: "show ip interface [brief [INTERFACE$which] | INTERFACE$which [brief]]",
			Help: grammar.Help{
				"ip":        "IP information",
				"interface": "IP interface status and configuration",
				"brief":     "Brief summary of IP status and configuration",
			},
			Run: output(func(w io.Writer, a grammar.Args) error {
				list, err := chosen(r, a, "which")
				switch {
				case err != nil:
					return err
				case a.Has("brief"):
					showIPInterfaceBrief(w, list)
				default:
					showIPInterface(w, list)
				}
				return nil
			}),
		},
		{
			Syntax: "show access-lists [WORD]",
			Help:   grammar.Help{"access-lists": "List access lists", "WORD": "Access-list number or name"},
			Run:    lists,
		},
		{
			Syntax: "show ip access-lists [WORD]",
			Help:   grammar.Help{"access-lists": "List IP access lists", "WORD": "Access-list number or name"},
			Run:    lists,
		},
		{
			Syntax: "show ip access-lists interface INTERFACE [in | out]",
			Help: grammar.Help{
				"interface": "Access lists of an interface",
				"in":        "Inbound access list",
				"out":       "Outbound access list",
			},
			Run: output(func(w io.Writer, a grammar.Args) error {
				i := r.Config().Interface(a.String("INTERFACE"))
				if i == nil {
					return a.Invalid("INTERFACE")
				}
				in, out := r.InterfaceLists(i.Name)
				for _, l := range r.Config().AccessLists {
					if in != nil && in.List.Name == l.Name && !a.Has("out") {
						showAccessList(w, *in, " in")
					}
					if out != nil && out.List.Name == l.Name && !a.Has("in") {
						showAccessList(w, *out, " out")
					}
				}
				return nil
			}),
		},
	}
}

func showCrypto(r Router) []exec {
	return []exec{
		{
			Syntax: "show crypto isakmp sa [detail]",
			Help: grammar.Help{
				"crypto": "Encryption module",
				"isakmp": "Show ISAKMP",
				"sa":     "Show ISAKMP Security Associations",
				"detail": "Show ISAKMP SA Detail",
			},
			Run: output(func(w io.Writer, a grammar.Args) error {
				if a.Has("detail") {
					showISAKMPSADetail(w, r.ISAKMPSAs())
				} else {
					showISAKMPSA(w, r.ISAKMPSAs())
				}
				return nil
			}),
		},
		{
			Syntax: "show crypto isakmp peers [A.B.C.D]",
			Help:   grammar.Help{"peers": "Show ISAKMP peer structures", "A.B.C.D": "Peer IP address"},
			Run: output(func(w io.Writer, a grammar.Args) error {
				showISAKMPPeers(w, r.ISAKMPSAs(), a.Addr("A.B.C.D"))
				return nil
			}),
		},
		{
			Syntax: "show crypto isakmp diagnose error [A.B.C.D]",
			Help: grammar.Help{
				"diagnose": "Show what has gone wrong in ISAKMP",
				"error":    "Last failures, with their reasons",
				"A.B.C.D":  "Peer IP address",
			},
			Run: output(func(w io.Writer, a grammar.Args) error {
				showISAKMPFailures(w, r.IKEFailures(), r.Clock(), a.Addr("A.B.C.D"))
				return nil
			}),
		},
		{
			Syntax: "show crypto isakmp policy",
			Help:   grammar.Help{"policy": "Show ISAKMP protection suite policy"},
			Run:    output(func(w io.Writer, _ grammar.Args) error { showISAKMPPolicy(w, r.Config()); return nil }),
		},
		{
			Syntax: "show crypto isakmp key",
			Help:   grammar.Help{"key": "Show ISAKMP preshared keys"},
			Priv:   privileged,
			Run:    output(func(w io.Writer, _ grammar.Args) error { showISAKMPKey(w, r.Config()); return nil }),
		},
		{
			Syntax: "show crypto isakmp profile",
			Help:   grammar.Help{"profile": "Show ISAKMP profiles"},
			Run:    output(func(w io.Writer, _ grammar.Args) error { showISAKMPProfile(w, r.Config()); return nil }),
		},
		{
			Syntax: "show crypto ipsec sa [peer A.B.C.D | map WORD | interface INTERFACE | identity] [detail]",
			Help: grammar.Help{
				"ipsec":     "Show IPSEC policy",
				"sa":        "IPSEC SA table",
				"peer":      "Show all SAs with a specific peer",
				"A.B.C.D":   "Peer IP address",
				"map":       "Show all SAs of a crypto map",
				"interface": "Show all SAs of an interface",
				"identity":  "Show IPSEC SADB identity tree",
				"detail":    "Show counters detail",
				"WORD":      "Crypto map tag",
			},
			Run: output(func(w io.Writer, a grammar.Args) error {
				idents := slices.DeleteFunc(r.IPsecIdents(), func(id router.IPsecIdent) bool {
					return a.Has("peer") && id.Peer != a.Addr("A.B.C.D") || a.Has("map") && id.Map != a.String("WORD") ||
						a.Has("INTERFACE") && id.Interface != a.String("INTERFACE")
				})
				if a.Has("INTERFACE") && r.Config().Interface(a.String("INTERFACE")) == nil {
					return a.Invalid("INTERFACE")
				}
				showIPsecSA(w, idents, a.Has("identity"), a.Has("detail"))
				return nil
			}),
		},
		{
			Syntax: "show crypto ipsec transform-set [tag WORD]",
			Help: grammar.Help{
				"transform-set": "Crypto transform sets",
				"tag":           "Show a specific transform set",
				"WORD":          "Transform set tag",
			},
			Run: output(func(w io.Writer, a grammar.Args) error {
				showTransformSets(w, r.Config(), a.String("WORD"))
				return nil
			}),
		},
		{
			Syntax: "show crypto ipsec security-association lifetime",
			Help: grammar.Help{
				"security-association": "Show parameters for IPSec security associations",
				"lifetime":             "Show security association lifetime",
			},
			Run: output(func(w io.Writer, _ grammar.Args) error { showIPsecLifetime(w, r.Config()); return nil }),
		},
		{
			Syntax: "show crypto map [tag WORD | interface INTERFACE$which]",
			Help: grammar.Help{
				"map":       "Crypto maps",
				"tag":       "Show crypto maps with a specific tag",
				"WORD":      "Crypto map tag",
				"interface": "Show crypto maps of an interface",
			},
			Run: output(func(w io.Writer, a grammar.Args) error {
				c := r.Config()
				name := a.String("WORD")
				if a.Has("which") {
					i := c.Interface(a.String("which"))
					if i == nil {
						return a.Invalid("which")
					}
					if name = i.CryptoMap; name == "" {
						_, err := io.WriteString(w, "No crypto maps found.\n")
						return err
					}
				}
				showCryptoMaps(w, c, r.IPsecIdents(), name)
				return nil
			}),
		},
		{
			Syntax: "show crypto dynamic-map [tag WORD]",
			Help: grammar.Help{
				"dynamic-map": "Crypto map templates",
				"tag":         "Show dynamic crypto maps with a specific tag",
				"WORD":        "Dynamic crypto map tag",
			},
			Run: output(func(w io.Writer, a grammar.Args) error { showDynamicMaps(w, r.Config(), a.String("WORD")); return nil }),
		},
	}
}

// showCryptoMaps prints the maps, or says that there are none.
func showCryptoMaps(w io.Writer, c *config.Config, idents []router.IPsecIdent, name string) {
	if len(c.CryptoMaps) == 0 {
		io.WriteString(w, "No crypto maps found.\n")
		return
	}
	showCryptoMap(w, c, idents, name)
}
