package commands

import (
	"context"
	"net/netip"
	"time"

	"conft/debug"
	"conft/internal/aaa"
	"conft/internal/config"
	"conft/internal/flash"
	"conft/internal/pki"
	"conft/internal/router"
	"conft/internal/seat"
)

// Router is what the EXEC commands need of the appliance. All methods are safe
// for concurrent use; what they return is a copy that nobody changes.
type Router interface {
	Store
	Network
	Crypto
	Translator
	PublicKeys
	System
	Machine
	Hosts
	Files
	Rollbacks
	Lines
}

// Lines are where users sit, and the server that lets them in from afar.
type Lines interface {
	Seats() *seat.Table
	SSHKey() *pki.KeyPair // the SSH server's, nil when there is none
	Watch() aaa.Watch     // over failed logins
	LoginFailures() (list []aaa.Failure, total int)
}

// Files are the file system flash: and the archive in it.
type Files interface {
	Flash() *flash.FS
	// Archive keeps the running configuration under a new name.
	Archive() (name string, err error)
	// Archives returns the names of what Archive has kept, oldest first.
	Archives() ([]string, error)
	// NextArchive is the name that Archive would give now.
	NextArchive() (string, error)
	// ConfigSession numbers a session of configuration that begins.
	ConfigSession() int
	// Configured notes that somebody typed a configuration line in a session.
	Configured(by debug.Origin, session int, line string)
	// ConfigLog returns the lines that have changed the configuration, oldest first.
	ConfigLog() []router.ConfigLogged
	ClearConfigLog()
}

// Machine is what the box under the router does.
type Machine interface {
	Load() router.Load
	Memory() router.Memory
	TCP() []router.TCPConn
}

// Hosts are the names that have an address.
type Hosts interface {
	// Lookup returns the addresses of a host; asking names each name server before it is
	// asked.
	Lookup(ctx context.Context, name string, asking func(server netip.Addr)) ([]netip.Addr, error)
	Hosts() []router.HostState
	ForgetHost(name string) // "*" for all
}

// Rollbacks replace the running configuration as a whole.
type Rollbacks interface {
	// Base returns what a stored text is read into.
	Base(text string) *config.Config
	// Change changes the running configuration in one transaction.
	Change(func(*config.Config) error) error
	Replace(*config.Config) error
	// StartRollback has c replace the running configuration in a while, unless
	// ConfirmRollback comes first.
	StartRollback(c *config.Config, b router.Rollback)
	PendingRollback() (router.Rollback, bool)
	ConfirmRollback() bool
	RevertNow() bool
}

// Store keeps the configurations.
type Store interface {
	// Config returns the running configuration, which nobody may change.
	Config() *config.Config
	// Startup returns the saved configuration, nil when there is none.
	Startup() ([]byte, error)
	// SaveStartup returns when the text is on stable storage.
	SaveStartup(text []byte, by debug.Origin) error
	// ConfigStamps say when the running configuration and the saved one were changed and
	// saved.
	ConfigStamps() (running, saved router.ConfigStamps)
	EraseStartup() error
	// NVRAMSize is the room for a saved configuration, in octets.
	NVRAMSize() int
}

// Network is the state of interfaces, routes and access lists.
type Network interface {
	Interfaces() []router.InterfaceState // in the order of the running configuration
	ClearCounters(ifc string)            // "" for all
	Routes() []router.RouteState
	StaticRoutes() []router.StaticRoute // in the order of the running configuration
	ARP() []router.ARPEntry             // by address
	ClearARP(only netip.Addr)
	Statistics() map[string]uint64  // counters of IPv4 by the kernel's names
	AccessLists() []router.ACLState // in the order of the running configuration
	// InterfaceLists are those of an interface with what they have matched there, nil for none.
	InterfaceLists(name string) (in, out *router.ACLState)
	ClearAccessListCounters(name string) // "" for all
	// Ping sends the echo requests one after the other and calls each with every
	// outcome as soon as it is known. It ends early when ctx is done.
	Ping(ctx context.Context, p router.PingRequest, each func(router.PingReply)) error
	// Traceroute likewise sends probes.
	Traceroute(ctx context.Context, q router.TraceRequest, each func(router.TraceReply)) error
}

// Crypto is the state of IKE and IPsec.
type Crypto interface {
	ISAKMPSAs() []router.ISAKMPSA
	// IKEFailures returns the last failures of IKE, newest first.
	IKEFailures() []router.IKEFailure
	// IPsecIdents returns one value for each permit entry of each crypto map
	// entry on each interface, and for what each peer has negotiated under a dynamic
	// one, in the order of the configuration.
	IPsecIdents() []router.IPsecIdent
	CryptoDrops() router.CryptoDrops
	ClearSA(router.SASelection)
	ClearSACounters()
	ClearISAKMP(connID uint32) // 0 for all
}

// Translator is address translation.
type Translator interface {
	NAT() router.NATState
	// ClearTranslations ends those that del holds for, all when it is nil.
	ClearTranslations(del func(router.Translation) bool) error
	ClearNATStatistics() error
}

// PublicKeys are the router's keys and certificates.
type PublicKeys interface {
	PKI() *pki.Store
	CRLs() []pki.KeptCRL
	// ForgetCRLs has every CRL fetched again when it is needed.
	ForgetCRLs()
}

// System is the machine: clock, log, identity, restart.
type System interface {
	Hub() *debug.Hub
	Clock() debug.Clock
	SetClock(time.Time)
	TimeSource() router.TimeSource
	// SyslogHosts returns the syslog hosts in the order of the configuration.
	SyslogHosts() []router.SyslogHostState
	SystemState() router.SystemState
	ScheduleReload(router.ScheduledReload)
	CancelReload() bool
	NextReload() (router.ScheduledReload, bool)
	// Reload restarts the router from the startup configuration; the session
	// that asked for it ends with the router.
	Reload()
}
