package exchange

import (
	"net/netip"
	"strconv"
	"strings"

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

var ahWords = map[suite.Auth]string{
	suite.HMACMD5: "ah-md5-hmac", suite.HMACSHA: "ah-sha-hmac", suite.HMACSHA256: "ah-sha256-hmac",
	suite.HMACSHA384: "ah-sha384-hmac", suite.HMACSHA512: "ah-sha512-hmac",
}

// String returns the words of the configuration: "ah-md5-hmac esp-aes 256 esp-sha-hmac".
func (s TransformSet) String() string {
	var words []string
	if ah := ahWords[s.AH]; ah != "" {
		words = append(words, ah)
	}
	if s.Transform != 0 {
		words = append(words, transformWords[s.Transform])
	}
	if s.KeyBits != 0 && (s.KeyBits != 128 || s.Transform == suite.ESPGCM16) {
		words = append(words, strconv.Itoa(s.KeyBits))
	}
	if auth := authWords[s.Auth]; auth != "" {
		words = append(words, auth)
	}
	return strings.Join(words, " ")
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
	var f debug.SAFlags
	if !i.Transport {
		f |= debug.SATunnel
	}
	if i.PFS != 0 {
		f |= debug.SAPFS
	}
	if outbound {
		f |= debug.SAOutbound
	}
	return f
}

// of is the SPI and connection of one direction.
func (i AHInfo) of(outbound bool) (spi, conn uint32) {
	if outbound {
		return i.OutboundSPI, i.OutboundConn
	}
	return i.InboundSPI, i.InboundConn
}

// KeyRequests describe one direction in the manner of the key engine, one for each
// protocol.
func (i SAInfo) KeyRequests(outbound bool) (list []debug.KeyRequest) {
	for _, leg := range i.Legs() {
		k := debug.KeyRequest{
			Outbound: outbound, AH: leg.AH,
			Local: i.Local.Addr(), Remote: i.Remote.Addr(),
			LocalProxy: i.Selector.Local.Debug(), RemoteProxy: i.Selector.Remote.Debug(),
			Transform: leg.Set.String(), Transport: i.Transport, UDP: i.UDPEncap,
			LifeSeconds: i.LifeSeconds, LifeKB: i.LifeKilobytes,
			KeySize: leg.Set.KeyBits, Flags: uint32(i.Flags(outbound)),
		}
		k.SPI, k.ConnID = leg.of(outbound)
		list = append(list, k)
	}
	return list
}

// SARefs name one direction of each protocol.
func (i SAInfo) SARefs(outbound bool) (list []debug.SARef) {
	for _, leg := range i.Legs() {
		r := debug.SARef{AH: leg.AH, Dst: i.Local.Addr(), Transform: leg.Set.String(), LifeSeconds: i.LifeSeconds, LifeKB: i.LifeKilobytes}
		if outbound {
			r.Dst = i.Remote.Addr()
		}
		r.SPI, r.ConnID = leg.of(outbound)
		list = append(list, r)
	}
	return list
}
