package debug

import (
	"fmt"
	"net/netip"
)

// CryptoOnOff is "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON": the first crypto map was
// applied, or the last one removed.
type CryptoOnOff struct {
	inSyslog
	On bool
}

func (CryptoOnOff) Severity() uint8 { return 6 }
func (e CryptoOnOff) AppendLine(b []byte, _ Manner) []byte {
	if e.On {
		return append(b, "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON"...)
	}
	return append(b, "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is OFF"...)
}

// CryptoBadMessage is "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 192.0.2.1
// failed its sanity check or is malformed".
type CryptoBadMessage struct {
	inSyslog
	Peer netip.Addr
}

func (CryptoBadMessage) Severity() uint8 { return 4 }
func (e CryptoBadMessage) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from %s failed its sanity check or is malformed", e.Peer)
}

// CryptoNoSA is "%CRYPTO-4-IKMP_NO_SA: IKE message from 203.0.113.10 has no SA and
// is not an initialization offer".
type CryptoNoSA struct {
	inSyslog
	Peer netip.Addr
}

func (CryptoNoSA) Severity() uint8 { return 4 }
func (e CryptoNoSA) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%CRYPTO-4-IKMP_NO_SA: IKE message from %s has no SA and is not an initialization offer", e.Peer)
}

// CryptoNotEncrypted says that an IKE packet came in clear after keys were agreed.
type CryptoNotEncrypted struct {
	inSyslog
	Peer netip.Addr
}

func (CryptoNotEncrypted) Severity() uint8 { return 6 }
func (e CryptoNotEncrypted) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textNotEncrypted, e.Peer)
}

// Mode is an exchange as %CRYPTO-6-IKMP_MODE_FAILURE names it.
type Mode string

const (
	MainMode          Mode = "Main"
	AggressiveMode    Mode = "Aggressive"
	QuickMode         Mode = "Quick"
	InformationalMode Mode = "Informational"
)

// CryptoModeFailure is "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Quick mode
// failed with peer at 23.23.23.3".
type CryptoModeFailure struct {
	inSyslog
	Mode Mode
	Peer netip.Addr
}

func (CryptoModeFailure) Severity() uint8 { return 6 }
func (e CryptoModeFailure) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textModeFailure, e.Mode, e.Peer)
}

// CryptoNotOffered says that the peer chose something that was not offered.
type CryptoNotOffered struct {
	inSyslog
	Peer      netip.Addr
	Attribute string
}

func (CryptoNotOffered) Severity() uint8 { return 6 }
func (e CryptoNotOffered) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textNotOffered, e.Peer, e.Attribute)
}

// CryptoNotAuthenticated says that a quick mode came before phase 1 was complete.
type CryptoNotAuthenticated struct {
	inSyslog
	Peer netip.Addr
}

func (CryptoNotAuthenticated) Severity() uint8 { return 6 }
func (e CryptoNotAuthenticated) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textNotAuth, e.Peer)
}

// CryptoAggressiveDisabled is "%CRYPTO-5-IKMP_AG_MODE_DISABLED: Unable to initiate or
// respond to Aggressive Mode while disabled".
type CryptoAggressiveDisabled struct{ inSyslog }

func (CryptoAggressiveDisabled) Severity() uint8 { return 5 }
func (e CryptoAggressiveDisabled) AppendLine(b []byte, _ Manner) []byte {
	return append(b, "%CRYPTO-5-IKMP_AG_MODE_DISABLED: Unable to initiate or respond to Aggressive Mode while disabled"...)
}

// CryptoInvalidSPI is "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has
// invalid spi for destaddr=…, prot=50, spi=0x33C701EA(868680170), srcaddr=…".
type CryptoInvalidSPI struct {
	inSyslog
	Src, Dst netip.Addr
	Protocol uint8
	SPI      uint32
}

func (CryptoInvalidSPI) Severity() uint8 { return 4 }
func (e CryptoInvalidSPI) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for destaddr=%s, prot=%d, spi=0x%X(%d), srcaddr=%s",
		e.Dst, e.Protocol, e.SPI, e.SPI, e.Src)
}

// CryptoReplay is "%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed connection
// id=29". 15.x puts the connection on a line of its own, with the sequence number.
type CryptoReplay struct {
	inSyslog
	ConnID   uint32
	Sequence uint32
}

func (CryptoReplay) Severity() uint8 { return 4 }
func (e CryptoReplay) AppendLine(b []byte, m Manner) []byte {
	if m == IOS15 {
		return fmt.Appendf(b, "%%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed\n        connection id=%d, sequence number=%d\n", e.ConnID, e.Sequence)
	}
	return fmt.Appendf(b, textReplay, e.ConnID)
}

// CryptoMACError says that the integrity check of an ESP packet failed.
type CryptoMACError struct {
	inSyslog
	ConnID uint32
}

func (CryptoMACError) Severity() uint8 { return 4 }
func (e CryptoMACError) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textMACError, e.ConnID)
}

// CryptoClear is "%CRYPTO-4-RECVD_PKT_NOT_IPSEC: Rec'd packet not an IPSEC packet.
// (ip) vrf/dest_addr= /62.25.122.10, src_addr= 62.25.122.11, prot= 132".
type CryptoClear struct {
	inSyslog
	Src, Dst netip.Addr
	Protocol uint8
}

func (CryptoClear) Severity() uint8 { return 4 }
func (e CryptoClear) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%CRYPTO-4-RECVD_PKT_NOT_IPSEC: Rec'd packet not an IPSEC packet. (ip) vrf/dest_addr= /%s, src_addr= %s, prot= %d",
		e.Dst, e.Src, e.Protocol)
}

// CryptoInvalidIdentity says that what came out of an SA is not what the SA was
// negotiated for.
type CryptoInvalidIdentity struct {
	inSyslog
	Src, Dst                netip.Addr // of the packet inside
	Protocol                uint8
	Local, Remote           netip.Addr // of the SA
	LocalProxy, RemoteProxy Proxy
}

func (CryptoInvalidIdentity) Severity() uint8 { return 4 }
func (e CryptoInvalidIdentity) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textIdentity, e.Dst, e.Src, e.Protocol, e.Local, e.Remote, e.LocalProxy.plain(), e.RemoteProxy.plain())
}

// CryptoSession is the message of `crypto logging session`.
type CryptoSession struct {
	inSyslog
	Up   bool
	Peer netip.AddrPort
	ID   string // who the peer is in phase 1
}

func (CryptoSession) Severity() uint8 { return 5 }
func (e CryptoSession) AppendLine(b []byte, _ Manner) []byte {
	state := "DOWN"
	if e.Up {
		state = "UP"
	}
	return fmt.Appendf(b, textSession, state, e.Peer.Addr(), e.Peer.Port(), printable(e.ID))
}
