package config

import "slices"

// Syslog is where messages go outside of the router, and what is done to all of them.
type Syslog struct {
	Hosts    []SyslogHost // in the order of `show running-config`
	Trap     Logging      // level of what is sent; default informational
	Facility string       // a name of Facilities; default local7
	Source   string       // interface that messages are sent from, "" for any
	Origin   Origin       // logging origin-id

	Numbered bool // service sequence-numbers
	Count    bool // logging count
	UserInfo bool // logging userinfo
	Limit    RateLimit
}

// SyslogHost is `logging host A [transport udp port N]`.
type SyslogHost struct {
	IP   uint32
	Port uint16 // 514 when nothing else is said
}

// SyslogPort is the UDP port of syslog.
const SyslogPort = 514

// Origin is what a message to a syslog host says about its sender.
type Origin struct {
	Kind OriginKind
	Text string // of OriginText
}

// OriginKind is the argument of `logging origin-id`.
type OriginKind uint8

const (
	OriginNone OriginKind = iota
	OriginHostname
	OriginIP
	OriginText
)

// RateLimit is `logging rate-limit`; the zero value is none.
type RateLimit struct {
	Console   bool // limits the console only
	All       bool // debug lines too
	PerSecond int
	Excepted  bool // messages of severity Except and more severe ones are not limited
	Except    uint8
}

// DefaultSyslog are IOS's defaults.
var DefaultSyslog = Syslog{Trap: Logging{Enabled: true, Level: 6}, Facility: "local7"}

// Facilities are the names of the facilities of syslog (RFC 3164, section 4.1.1), with
// their numbers.
var Facilities = []struct {
	Name   string
	Number uint8
}{
	{"auth", 4}, {"cron", 9}, {"daemon", 3}, {"kern", 0}, {"local0", 16}, {"local1", 17}, {"local2", 18}, {"local3", 19},
	{"local4", 20}, {"local5", 21}, {"local6", 22}, {"local7", 23}, {"lpr", 6}, {"mail", 2}, {"news", 7}, {"sys10", 10},
	{"sys11", 11}, {"sys12", 12}, {"sys13", 13}, {"sys14", 14}, {"sys9", 9}, {"syslog", 5}, {"user", 1}, {"uucp", 8},
}

// FacilityNumber is the number of the configured facility.
func (s *Syslog) FacilityNumber() uint8 {
	for _, f := range Facilities {
		if f.Name == s.Facility {
			return f.Number
		}
	}
	return 23
}

// SetHost adds a host, or changes its port.
func (s *Syslog) SetHost(h SyslogHost) {
	for i := range s.Hosts {
		if s.Hosts[i].IP == h.IP {
			s.Hosts[i] = h
			return
		}
	}
	s.Hosts = append(s.Hosts, h)
}

// RemoveHost forgets a host.
func (s *Syslog) RemoveHost(ip uint32) {
	s.Hosts = slices.DeleteFunc(s.Hosts, func(h SyslogHost) bool { return h.IP == ip })
	if len(s.Hosts) == 0 {
		s.Hosts = nil
	}
}

func (s Syslog) clone() Syslog {
	s.Hosts = slices.Clone(s.Hosts)
	return s
}
