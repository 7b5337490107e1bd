package exchange

import (
	"net/netip"
	"strconv"

	"conft/debug"
	"conft/internal/suite"
)

var transformWords = map[suite.Transform]string{
	suite.ESPDES: "esp-des", suite.ESP3DES: "esp-3des", suite.ESPNull: "esp-null", suite.ESPAES: "esp-aes", suite.ESPGCM16: "esp-gcm",
}

var authWords = map[suite.Auth]string{
	suite.HMACMD5: "esp-md5-hmac", suite.HMACSHA: "esp-sha-hmac", suite.HMACSHA256: "esp-sha256-hmac",
	suite.HMACSHA384: "esp-sha384-hmac", suite.HMACSHA512: "esp-sha512-hmac",
}

// String returns the words of the configuration: "esp-aes 256 esp-sha-hmac".
func (s TransformSet) String() string {
	words := transformWords[s.Transform]
	if s.KeyBits != 0 && (s.KeyBits != 128 || s.Transform == suite.ESPGCM16) {
		words += " " + strconv.Itoa(s.KeyBits)
	}
	if auth := authWords[s.Auth]; auth != "" {
		words += " " + auth
	}
	return words
}

// Mask returns the mask of the proxy's prefix.
func (p Proxy) Mask() netip.Addr {
	m := ^uint32(0) << (32 - p.Prefix.Bits())
	return netip.AddrFrom4([4]byte{byte(m >> 24), byte(m >> 16), byte(m >> 8), byte(m)})
}

// Debug returns the proxy as debug lines take it.
func (p Proxy) Debug() debug.Proxy {
	return debug.Proxy{Addr: p.Prefix.Masked().Addr(), Mask: p.Mask(), Protocol: p.Protocol, Port: p.Port}
}

// Flags are those of an SA as debug lines print them.
func (i SAInfo) Flags(outbound bool) debug.SAFlags {
	f := debug.SATunnel
	if i.PFS != 0 {
		f |= debug.SAPFS
	}
	if outbound {
		f |= debug.SAOutbound
	}
	return f
}

// KeyRequest describes one direction in the manner of the key engine.
func (i SAInfo) KeyRequest(outbound bool) debug.KeyRequest {
	k := debug.KeyRequest{
		Outbound: outbound,
		Local:    i.Local.Addr(), Remote: i.Remote.Addr(),
		LocalProxy: i.Selector.Local.Debug(), RemoteProxy: i.Selector.Remote.Debug(),
		Transform: i.Set.String(), UDP: i.UDPEncap,
		LifeSeconds: i.LifeSeconds, LifeKB: i.LifeKilobytes,
		SPI: i.InboundSPI, ConnID: i.InboundConn,
		KeySize: i.Set.KeyBits, Flags: uint32(i.Flags(outbound)),
	}
	if outbound {
		k.SPI, k.ConnID = i.OutboundSPI, i.OutboundConn
	}
	return k
}

// SARef names one direction.
func (i SAInfo) SARef(outbound bool) debug.SARef {
	if outbound {
		return debug.SARef{Dst: i.Remote.Addr(), SPI: i.OutboundSPI, Transform: i.Set.String(), ConnID: i.OutboundConn,
			LifeSeconds: i.LifeSeconds, LifeKB: i.LifeKilobytes}
	}
	return debug.SARef{Dst: i.Local.Addr(), SPI: i.InboundSPI, Transform: i.Set.String(), ConnID: i.InboundConn,
		LifeSeconds: i.LifeSeconds, LifeKB: i.LifeKilobytes}
}
