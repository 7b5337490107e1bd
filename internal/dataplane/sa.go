package dataplane

import (
	"net/netip"

	"conft/esp"
)

// SA is a pair of ESP tunnel-mode SAs as IKE negotiated it.
type SA struct {
	Flow FlowKey

	InSPI, OutSPI   uint32
	InKeys, OutKeys esp.Keys // copied by Install; the caller clears its own

	// Outer addresses. The ports are 0 for protocol 50, and those of UDP
	// encapsulation (RFC 3948) otherwise.
	Local, Remote netip.AddrPort

	ConnID  uint32 // of the inbound SA, for %CRYPTO-4 messages
	SoftKB  uint64 // volume that asks for a new SA; 0 takes HardKB less 256
	HardKB  uint64 // volume after which the SA is not used any more; 0 for no limit
	Window  int    // anti-replay window; 0 switches the check off
	Standby bool   // outbound unused until Enable: a responder before the third message
	PathMTU int    // 0 for the MTU of the link
}
