package nettest

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"conft/esp"
	"conft/internal/packet"
	"conft/internal/suite"
)

// tshark, which shares nothing with conft, is given the keys: it verifies and decrypts our
// ESP, of which the first packet is as sealed and the second damaged.
func TestTshark(t *testing.T) {
	t.Parallel()
	need(t, "tshark")
	for _, s := range []struct {
		keys              esp.Keys
		cipher, integrity string // tshark's words
	}{
		{esp.Keys{Transform: suite.ESPAES, KeyBits: 256, Auth: suite.HMACSHA256}, "AES-CBC [RFC3602]", "HMAC-SHA-256-128 [RFC4868]"},
		{esp.Keys{Transform: suite.ESP3DES, Auth: suite.HMACMD5}, "TripleDES-CBC [RFC2451]", "HMAC-MD5-96 [RFC2403]"},
		{esp.Keys{Transform: suite.ESPAES, KeyBits: 128, Auth: suite.HMACSHA}, "AES-CBC [RFC3602]", "HMAC-SHA-1-96 [RFC2404]"},
		{esp.Keys{Transform: suite.ESPDES, Auth: suite.HMACSHA512}, "DES-CBC [RFC2405]", "HMAC-SHA-512-256 [RFC4868]"},
		{esp.Keys{Transform: suite.ESPNull, Auth: suite.HMACSHA384}, "NULL", "HMAC-SHA-384-192 [RFC4868]"},
		{esp.Keys{Transform: suite.ESPGCM16, KeyBits: 256}, "AES-GCM with 16 octet ICV [RFC4106]", "NULL"},
		{esp.Keys{Transform: suite.ESPGCM16, KeyBits: 128}, "AES-GCM with 16 octet ICV [RFC4106]", "NULL"},
	} {
		t.Run(fmt.Sprintf("%s %d %s", s.cipher, s.keys.KeyBits, s.integrity), func(t *testing.T) {
			enc, auth, err := esp.KeyLens(s.keys.Transform, s.keys.KeyBits, s.keys.Auth)
			if err != nil {
				t.Fatal(err)
			}
			s.keys.EncKey, s.keys.AuthKey = seqKey(enc, 1), seqKey(auth, 99)
			const spi = 0x1a2b3c4d
			out, err := esp.NewOutbound(spi, s.keys)
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			file := filepath.Join(t.TempDir(), "esp.pcap")
			if err := os.WriteFile(file, espCapture(out), 0o644); err != nil {
				t.Fatal(err)
			}
			var authKey string
			if auth > 0 {
				authKey = fmt.Sprintf("0x%x", s.keys.AuthKey)
			}
			sa := fmt.Sprintf(`uat:esp_sa:"IPv4","12.12.12.1","23.23.23.3","0x%x","%s","0x%x","%s","%s","32-bit","0"`,
				spi, s.cipher, s.keys.EncKey, s.integrity, authKey)
			cmd := exec.Command("tshark", "-r", file, "-o", "esp.enable_encryption_decode:TRUE", "-o", "esp.enable_authentication_check:TRUE",
				"-o", sa, "-T", "fields", "-E", "separator=,", "-e", "esp.sequence", "-e", "esp.icv_good", "-e", "ip.src", "-e", "icmp.seq", "-e", "data.data")
			cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
			text, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			inner := echoRequest("10.1.1.2", "20.1.1.2", 1, 100)
			want := []string{fmt.Sprintf("1,1,12.12.12.1,10.1.1.2,1,%x\n", inner[28:]), "\n2,0,12.12.12.1,"}
			for _, w := range want {
				if !strings.Contains(string(text), w) {
					t.Errorf("%q is not in what tshark read\n%s", w, text)
				}
			}
		})
	}
}

// espCapture is a file of pcap with two echo requests from 10.1.1.2 to 20.1.1.2 in tunnel
// mode, the second of which has been changed on the way.
func espCapture(out *esp.Outbound) []byte {
	const raw = 101 // link type: IP without link layer
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b2c3d4)
	b = le.AppendUint32(b, 2|4<<16)
	b = append(b, make([]byte, 8)...)
	b = le.AppendUint32(b, 65535)
	b = le.AppendUint32(b, raw)
	for n := range 2 {
		inner := echoRequest("10.1.1.2", "20.1.1.2", uint16(n+1), 100)
		buf := make([]byte, out.Headroom()+len(inner)+out.Tailroom())
		copy(buf[out.Headroom():], inner)
		seq, _ := out.NextSeq()
		start, end := out.Seal(buf, out.Headroom(), len(inner), seq, packet.IPIP)
		ip := append([]byte{0x45, 0, 0, 0, 0, byte(n), 0, 0, 64, packet.ESP, 0, 0, 12, 12, 12, 1, 23, 23, 23, 3}, buf[start:end]...)
		binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
		packet.SetChecksum(ip)
		if n == 1 {
			ip[60] ^= 1
		}
		b = append(b, make([]byte, 8)...)
		b = le.AppendUint32(b, uint32(len(ip)))
		b = le.AppendUint32(b, uint32(len(ip)))
		b = append(b, ip...)
	}
	return b
}
