package router

import (
	"net"
	"net/netip"
	"time"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/kernel"
)

// The types of this file are what show commands read: copies, made at one
// moment, that nobody changes afterwards.

// ISAKMPSA is one row of `show crypto isakmp sa`.
type ISAKMPSA struct {
	Local, Remote         netip.Addr
	LocalPort, RemotePort uint16
	Initiator             bool
	State                 string // MM_NO_STATE … QM_IDLE
	ConnID                uint32 // 0 until keys exist
	Slot                  uint32 // engine slot, printed by 12.4
	Deleted               bool
	NATT, DPD             bool
	Encryption, Hash      string // "aes 256", "sha"; "" before the policy is agreed
	Signed                bool   // authenticates by RSA signatures
	Group                 uint8
	Remaining             time.Duration
	Profile               string // ISAKMP profile that applies, "" for none
	PeerID                string // phase 1 identity, "" before the peer has proved it
}

// IKEFailure is one of the last failures of IKE.
type IKEFailure struct {
	Age      time.Duration // since it happened, the last time
	Times    int           // in a row
	Peer     netip.Addr
	Role     byte   // 'I', 'R', or 'N' where the message belonged to no SA
	Exchange string // "Main" … "Informational", "" where there was none
	Message  int    // of the exchange, 0 where it is not known
	Reason   string
}

// IPsecSA is one direction of one protocol of a tunnel.
type IPsecSA struct {
	AH           bool // the protocol, ESP if not
	Transport    bool
	SPI          uint32
	Transforms   []string // as show prints: "esp-256-aes", "esp-sha256-hmac"
	ConnID       uint32   // 1, 2, … in the order of installation
	UDPEncap     bool
	RemainingKB  uint64
	RemainingSec uint32
	IVSize       int // octets
	ReplayWindow int // packets, 0 where sequence numbers are not looked at
	Packets      uint64
	LastSeq      uint32 // the highest number accepted, of an inbound SA
}

// Proxy is one side of a proxy identity: an address range with protocol and port.
type Proxy struct {
	Addr, Mask uint32
	Protocol   uint8
	Port       uint16
}

// IPsecIdent is one block of `show crypto ipsec sa`: a pair of proxies of a
// crypto map on an interface, with its SAs (none when no tunnel is up).
type IPsecIdent struct {
	Interface          string
	Map                string
	Seq                int
	Template           string // the entry of a dynamic map that it came about by: "DYN/10"
	LocalAddr          netip.Addr
	Peer               netip.Addr // zero when the entry has none
	PeerPort           uint16     // 500 or 4500
	Local, Remote      Proxy
	Inbound, Outbound  []IPsecSA // newest first
	PFSGroup           uint8
	PathMTU            int
	PlaintextMTU       int
	IPMTU              int
	Encaps, Decaps     uint64
	SendErrs, RecvErrs uint64
	Drops              Drops         // what the errors are made of
	Uptime             time.Duration // since the peer had its first SAs
}

// Drops counts packets by what was wrong with them, in the words of `show crypto
// ipsec sa detail`.
type Drops struct {
	NoSA, EncapsFailed                              uint64 // sent
	InvalidSA, DecapsFailed, InvalidProt, InvalidID uint64 // received
	InvalidLen, VerifyFailed, ReplayFailed          uint64
	Clear                                           uint64 // received without protection
	SendInternal, RecvInternal                      uint64
}

// InterfaceState is one interface as it is now.
type InterfaceState struct {
	Config   *config.Interface
	Link     string // Linux link, "" when none is mapped
	LinkUp   bool   // carrier and administrative state
	Protocol bool   // line protocol
	MTU      int
	IPMTU    int              // of the IPv4 packets that leave
	Method   string           // "manual", "NVRAM" or "unset"
	MAC      net.HardwareAddr // nil for interfaces without one
	Input    Traffic
	Output   Traffic
	Detail   LinkDetail
	Use      LinkUse

	ARPTimeout time.Duration // 0 when it is not known
	Medium     Medium
	Queue      Queue
	IP         IPSettings
}

// LinkUse is how busy an interface is.
type LinkUse struct {
	In, Out               Rate
	LastInput, LastOutput time.Duration // ago; 0 for never, like the next
	Cleared               time.Duration // counters
	Failed                float64       // share of what was received that was in error
	Resets                uint64
}

// LinkDetail says what the errors of an interface are made of, and counts multicasts.
type LinkDetail kernel.LinkDetail

// IPSettings are switches of a link.
type IPSettings kernel.IPSettings

// Queue is where packets wait to be sent on a link.
type Queue kernel.Queue

// Medium is what the driver says of a link.
type Medium kernel.Medium

// Traffic counts what crossed an interface in one direction.
type Traffic struct {
	Packets, Bytes, Errors, Drops uint64
}

// RouteState is one row of the routing table.
type RouteState struct {
	Code      byte // 'C' or 'S'
	Prefix    netip.Prefix
	NextHop   netip.Addr // zero for directly connected
	Interface string     // over which, found by NextHop unless Pinned
	Pinned    bool       // NextHop is to be reached over Interface only
	Address   netip.Addr // of a connected network: the router's own in it
	Distance  uint8
	Metric    uint32
	Tag       uint32
	Permanent bool
}

// StaticRoute is one static route, used or not.
type StaticRoute struct {
	config.Route
	Active bool
}

// ACLState is an access list with the number of packets each entry matched.
type ACLState struct {
	List  *acl.List
	Match []uint64 // by index of List.Entries
}

// SystemState is what `show version` says about this process and machine.
type SystemState struct {
	Release  string // conft's own version
	Built    string // date and tool chain of the binary
	Image    string // path of the binary
	Machine  string // hardware name: "x86_64"
	Kernel   string // "Linux 6.1.0"
	Board    string // stable serial number of this router
	MemoryKB uint64 // of the machine
	UsedKB   uint64 // by this process
	NVRAMKB  uint64 // room for the startup configuration
	Returned string // why it was started: "power-on", "reload"
}

// ARPEntry is one row of `show arp`.
type ARPEntry struct {
	Address   netip.Addr
	MAC       net.HardwareAddr // nil while nobody has answered
	Interface string
	Age       time.Duration
	Own       bool // the router's address
	Static    bool // typed, not learnt
}
