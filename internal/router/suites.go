package router

import (
	"fmt"
	"strings"
	"time"

	"conft/ike/exchange"
	"conft/internal/config"
	"conft/internal/suite"
)

var encryptions = map[config.Encryption]struct {
	id   suite.Encryption
	bits int
}{
	config.DES:       {suite.DES, 0},
	config.TripleDES: {suite.TripleDES, 0},
	config.AES128:    {suite.AES, 128},
	config.AES192:    {suite.AES, 192},
	config.AES256:    {suite.AES, 256},
}

var hashes = map[config.Hash]suite.Hash{
	config.MD5: suite.MD5, config.SHA: suite.SHA,
	config.SHA256: suite.SHA256, config.SHA384: suite.SHA384, config.SHA512: suite.SHA512,
}

var authentications = map[config.Authentication]exchange.Authentication{
	config.PreShare: exchange.PreShared, config.RSASig: exchange.RSASig,
}

func isakmpProposal(p *config.ISAKMPPolicy) exchange.ISAKMPProposal {
	e := encryptions[p.Encryption]
	return exchange.ISAKMPProposal{
		Priority: p.Priority, Encryption: e.id, KeyBits: e.bits, Hash: hashes[p.Hash],
		Group: suite.Group(p.Group), Auth: authentications[p.Authentication], LifeSeconds: p.Lifetime,
	}
}

// espWords are the words of a transform set, as configured.
var espWords = map[string]func(*exchange.TransformSet){
	"esp-des":         cipher(suite.ESPDES, 0),
	"esp-3des":        cipher(suite.ESP3DES, 0),
	"esp-aes":         cipher(suite.ESPAES, 128),
	"esp-aes 192":     cipher(suite.ESPAES, 192),
	"esp-aes 256":     cipher(suite.ESPAES, 256),
	"esp-gcm":         cipher(suite.ESPGCM16, 128),
	"esp-gcm 192":     cipher(suite.ESPGCM16, 192),
	"esp-gcm 256":     cipher(suite.ESPGCM16, 256),
	"esp-null":        cipher(suite.ESPNull, 0),
	"esp-md5-hmac":    authenticator(suite.HMACMD5),
	"esp-sha-hmac":    authenticator(suite.HMACSHA),
	"esp-sha256-hmac": authenticator(suite.HMACSHA256),
	"esp-sha384-hmac": authenticator(suite.HMACSHA384),
	"esp-sha512-hmac": authenticator(suite.HMACSHA512),
	"ah-md5-hmac":     header(suite.HMACMD5),
	"ah-sha-hmac":     header(suite.HMACSHA),
	"ah-sha256-hmac":  header(suite.HMACSHA256),
	"ah-sha384-hmac":  header(suite.HMACSHA384),
	"ah-sha512-hmac":  header(suite.HMACSHA512),
}

func cipher(t suite.Transform, bits int) func(*exchange.TransformSet) {
	return func(s *exchange.TransformSet) { s.Transform, s.KeyBits = t, bits }
}

func authenticator(a suite.Auth) func(*exchange.TransformSet) {
	return func(s *exchange.TransformSet) { s.Auth = a }
}

func header(a suite.Auth) func(*exchange.TransformSet) {
	return func(s *exchange.TransformSet) { s.AH = a }
}

var modes = map[config.Mode]exchange.Mode{
	config.Tunnel: exchange.TunnelMode, config.Transport: exchange.TransportMode, config.RequireTransport: exchange.RequireTransport,
}

func transformSet(t *config.TransformSet) exchange.TransformSet {
	s := exchange.TransformSet{Mode: modes[t.Mode]}
	for _, word := range t.Transforms {
		espWords[strings.TrimSuffix(word, " 128")](&s)
	}
	return s
}

// transformWords are the words that `show crypto ipsec sa` prints for a set.
func transformWords(s exchange.TransformSet) []string {
	var words []string
	if s.AH != suite.AuthNone {
		words = append(words, strings.Replace(authWord(s.AH), "esp", "ah", 1))
	}
	switch s.Transform {
	case suite.ESPDES:
		words = append(words, "esp-des")
	case suite.ESP3DES:
		words = append(words, "esp-3des")
	case suite.ESPNull:
		words = append(words, "esp-null")
	case suite.ESPAES:
		words = append(words, map[int]string{128: "esp-aes", 192: "esp-192-aes", 256: "esp-256-aes"}[s.KeyBits])
	case suite.ESPGCM16:
		words = append(words, map[int]string{128: "esp-gcm", 192: "esp-gcm 192", 256: "esp-gcm 256"}[s.KeyBits])
	}
	if s.Auth != suite.AuthNone {
		words = append(words, authWord(s.Auth))
	}
	return words
}

func authWord(a suite.Auth) string {
	switch a {
	case suite.HMACMD5:
		return "esp-md5-hmac"
	case suite.HMACSHA:
		return "esp-sha-hmac"
	case suite.HMACSHA256:
		return "esp-sha256-hmac"
	case suite.HMACSHA384:
		return "esp-sha384-hmac"
	case suite.HMACSHA512:
		return "esp-sha512-hmac"
	}
	return ""
}

// encryptionWord is the cipher as `show crypto isakmp sa detail` prints it.
func encryptionWord(p exchange.ISAKMPProposal) string {
	switch p.Encryption {
	case suite.DES:
		return "des"
	case suite.TripleDES:
		return "3des"
	case suite.AES:
		if p.KeyBits == 128 {
			return "aes"
		}
		return fmt.Sprintf("aes %d", p.KeyBits)
	}
	return ""
}

func hashWord(p exchange.ISAKMPProposal) string {
	return map[suite.Hash]string{
		suite.MD5: "md5", suite.SHA: "sha", suite.SHA256: "sha256", suite.SHA384: "sha384", suite.SHA512: "sha512",
	}[p.Hash]
}

// ivSize is the size in octets of the IV that each packet carries.
func ivSize(s exchange.TransformSet) int {
	switch s.Transform {
	case suite.ESPNull, 0:
		return 0
	case suite.ESPAES:
		return 16
	}
	return 8
}

// remaining is what is left of a pair's lifetime, in seconds.
func remaining(p exchange.SAInfo, now time.Time) uint32 {
	left := time.Duration(p.LifeSeconds)*time.Second - now.Sub(p.Installed)
	return uint32(max(0, left/time.Second))
}

// kilobytesLeft is what is left of an SA's volume, in kilobytes.
func kilobytesLeft(life uint32, octets uint64) uint64 {
	return uint64(life) - min(uint64(life), (octets+1023)/1024)
}
