// Package config is the running configuration as a value. A Config is changed
// only while it is a private clone; once published it is immutable and shared.
// The package does no I/O and imports only internal/acl.
package config

import (
	"cmp"
	"errors"
	"reflect"

	"conft/internal/acl"
)

// Config is one complete configuration. The zero value is not valid: New
// returns IOS's defaults.
type Config struct {
	Version  string // IOS release whose manner is kept, one of Releases
	Hostname string

	TimestampsDebug Timestamps
	TimestampsLog   Timestamps

	LoggingConsole  Logging // level; default debugging
	LoggingBuffered Logging // level and size in octets; default debugging, 4096
	LoggingMonitor  Logging
	LoggingOff      bool // no logging on: messages go to the console only

	DomainLookup bool // ip domain lookup

	Syslog Syslog
	Zone   TimeZone
	Names

	Archive Archive
	Manners
	Accounts
	Lines      Lines
	AAA        AAA
	SSH        SSH
	PKI        PKI
	Identities // who the router and its peers are in phase 1

	Interfaces    []*Interface // in print order: Loopback, then Ethernet types by slot
	Routes        []Route      // in the order of `show running-config`
	ARP           []StaticARP  // by address
	NAT           NAT
	RouteMaps     []*RouteMap  // by name
	AccessLists   []*acl.List  // named first, then numbered, in print order
	DynamicMaps   []*CryptoMap // by name
	CryptoMaps    []*CryptoMap // by name
	ISAKMPPolicy  []*ISAKMPPolicy
	ISAKMPKeys    []ISAKMPKey // by address, the longest mask first, then by host
	TransformSet  []*TransformSet
	ISAKMPOff     bool     // no crypto isakmp enable
	ISAKMPRecover bool     // crypto isakmp invalid-spi-recovery
	LogSessions   bool     // crypto logging session
	IPsecLife     Lifetime // crypto ipsec security-association lifetime
	Replay        Replay   // crypto ipsec security-association replay
	Keepalive     Keepalive
	NATKeepalive  uint16   // crypto isakmp nat keepalive, in seconds; 0 for none
	NoUDPEncap    bool     // no crypto ipsec nat-transparency udp-encaps
	IdleTime      IdleTime // crypto ipsec security-association idle-time
	DFBit         DFBit    // crypto ipsec df-bit
	Fragmentation Fragmentation
}

// TimestampKind is the form of a time stamp.
type TimestampKind uint8

const (
	TimestampNone TimestampKind = iota
	TimestampUptime
	TimestampDatetime
)

// Timestamps is one `service timestamps debug|log` line.
type Timestamps struct {
	Kind     TimestampKind
	Msec     bool
	Local    bool // localtime
	ShowZone bool // show-timezone
	Year     bool
}

// Logging is the destination setting of `logging console|monitor|buffered`.
type Logging struct {
	Enabled bool
	Level   uint8 // 0 emergencies … 7 debugging
	Size    int   // octets, buffered only
}

// Interface is one router interface. Name is canonical: "GigabitEthernet0/0".
type Interface struct {
	Name        string
	Description string
	MTU         int // octets, 0 for that of the link
	Address     Address
	Secondary   []Address
	IPMTU       int // octets, 0 for MTU
	MSS         int // ip tcp adjust-mss, octets, 0 for none
	Shutdown    bool
	CryptoMap   string
	NAT         NATSide

	AccessIn, AccessOut string // ip access-group, "" for none
	NoUnreachables      bool   // no ip unreachables

	DFBit         DFBit
	Fragmentation Fragmentation
	Bandwidth     int // kilobits per second, 0 for that of the type
	Delay         int // tens of microseconds, 0 for that of the type
	LoadInterval  int // seconds, 0 for DefaultLoadInterval
}

// DefaultLoadInterval is what loads are averaged over, in seconds.
const DefaultLoadInterval = 300

// LoadSeconds is what the loads of the interface are averaged over.
func (i *Interface) LoadSeconds() int { return cmp.Or(i.LoadInterval, DefaultLoadInterval) }

// Address is an IPv4 address with its mask, both in host byte order; the zero
// value is "no ip address".
type Address struct {
	IP   uint32
	Mask uint32
}

// Null is the interface of routes that discard; it is always there and not
// configured.
const Null = "Null0"

// Route is one static route. NextHop 0 means an interface route.
type Route struct {
	Prefix, Mask uint32
	NextHop      uint32
	Interface    string
	Distance     uint8 // 1 by default
	Tag          uint32
	Name         string
	Permanent    bool // stays when the interface is down
}

// StaticARP is one `arp A.B.C.D MAC arpa`.
type StaticARP struct {
	IP  uint32
	MAC [6]byte
}

// Lifetime of a security association. 0 means the default or the global value.
type Lifetime struct {
	Seconds   uint32
	Kilobytes uint32
	NoVolume  bool // lifetime kilobytes disable; Kilobytes is 0
}

// Over is the lifetime with what it does not say taken from another.
func (l Lifetime) Over(base Lifetime) Lifetime {
	if l.Seconds == 0 {
		l.Seconds = base.Seconds
	}
	if l.Kilobytes == 0 && !l.NoVolume {
		l.Kilobytes, l.NoVolume = base.Kilobytes, base.NoVolume
	}
	return l
}

// Encryption is the cipher of an ISAKMP policy.
type Encryption uint8

const (
	DES Encryption = iota
	TripleDES
	AES128
	AES192
	AES256
)

// Hash is the hash of an ISAKMP policy.
type Hash uint8

const (
	SHA Hash = iota
	MD5
	SHA256
	SHA384
	SHA512
)

// Authentication is the method of an ISAKMP policy.
type Authentication uint8

const (
	RSASig Authentication = iota
	PreShare
)

// ISAKMPPolicy is one `crypto isakmp policy`. The list in Config is sorted by
// Priority.
type ISAKMPPolicy struct {
	Priority       int // 1..10000
	Encryption     Encryption
	Hash           Hash
	Authentication Authentication
	Group          uint8  // 1 2 5 14 15 16 19 20 21 24
	Lifetime       uint32 // seconds, 60..86400
}

// ISAKMPKey is one `crypto isakmp key K address A [mask]`, or one `hostname H`, which
// has no address.
type ISAKMPKey struct {
	Key      Secret
	IP, Mask uint32
	Host     string
	NoXauth  bool // as typed: extended authentication, which is never asked for, is not to be
}

// TransformSet is one `crypto ipsec transform-set NAME t1 [t2]`; the transforms
// are the words typed, in canonical form, with the key size of an AES cipher in
// the cipher's own word unless it is 128: "esp-aes", "esp-aes 256", "esp-gcm",
// "esp-sha-hmac". AH comes first, then the cipher.
type TransformSet struct {
	Name       string
	Transforms []string
	Mode       Mode
}

// Mode is the encapsulation mode of a transform set.
type Mode uint8

const (
	Tunnel           Mode = iota
	Transport             // between the peers themselves; tunnel mode is accepted, too
	RequireTransport      // only that
)

// Replay is how inbound SAs look at sequence numbers.
type Replay struct {
	Window   uint16 // packets; 0 for the global value, or 64
	Disabled bool
}

// Size returns the window of an entry's SAs in packets, 0 for none. What the entry says
// goes before what is said for all.
func (r Replay) Size(global Replay) int {
	switch {
	case r.Disabled:
		return 0
	case r.Window != 0:
		return int(r.Window)
	case global.Disabled:
		return 0
	case global.Window != 0:
		return int(global.Window)
	}
	return DefaultReplayWindow
}

// CryptoMap is all entries of one name, sorted by Seq.
type CryptoMap struct {
	Name         string
	LocalAddress string // the interface whose address stands for all that have the map; "" for each its own
	Entries      []*CryptoMapEntry
}

// CryptoMapEntry is one `crypto map NAME SEQ ipsec-isakmp`, or `crypto dynamic-map NAME
// SEQ`.
type CryptoMapEntry struct {
	Seq           int
	Dynamic       string // the dynamic map that stands here; the entry has nothing else then
	Description   string
	Peers         []uint32
	DefaultPeer   uint32 // one of Peers, 0 for none
	TransformSets []string
	PFS           uint8 // group, 0 for none
	Life          Lifetime
	Replay        Replay
	IdleTime      IdleTime
	Profile       string // set isakmp-profile, "" for none
	MatchAddress  string // access list number or name
	AccessIn      string // set ip access-group, of decrypted packets, "" for none
	AccessOut     string // likewise, of those to be encrypted
	ReverseRoute  ReverseRoute
}

// New returns the configuration of a router without any.
func New() *Config {
	return &Config{
		Version:         "12.4",
		Hostname:        "Router",
		TimestampsDebug: Timestamps{Kind: TimestampDatetime, Msec: true},
		TimestampsLog:   Timestamps{Kind: TimestampDatetime, Msec: true},
		LoggingConsole:  Logging{Enabled: true, Level: 7},
		LoggingMonitor:  Logging{Enabled: true, Level: 7},
		LoggingBuffered: Logging{Enabled: true, Level: 7, Size: DefaultLogBuffer},
		DomainLookup:    true,
		Archive:         DefaultArchive,
		Syslog:          DefaultSyslog,
		Lines:           newLines(),
		AAA:             AAA{RADIUS: RADIUS{Retransmit: -1}},
		SSH:             newSSH(),
	}
}

// Defaults of `crypto ipsec security-association lifetime` and of the log buffer.
const (
	DefaultLifeSeconds   = 3600
	DefaultLifeKilobytes = 4608000
	DefaultISAKMPLife    = 86400
	DefaultReplayWindow  = 64
	DefaultLogBuffer     = 4096
)

// ErrUnchanged is the error of a change that has changed nothing.
var ErrUnchanged = errors.New("config: nothing has changed")

// Equal reports whether two configurations are the same.
func (c *Config) Equal(d *Config) bool { return reflect.DeepEqual(c, d) }
