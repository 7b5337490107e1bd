package commands

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"
	"strings"

	"conft/internal/config"
	"conft/internal/pki"
	"conft/internal/seat"
	"conft/shell/grammar"
)

// sshVersion is that of the protocol.
const sshVersion = "2.0"

func sshCommands(r Router) []exec {
	return []exec{
		{
			Syntax: "show ssh",
			Help:   grammar.Help{"show": "Show running system information", "ssh": "Status of SSH server connections"},
			Run:    output(func(w io.Writer, _ grammar.Args) error { showSSH(w, r.Seats().Taken()); return nil }),
		},
		{
			Syntax: "show ip ssh",
			Help:   grammar.Help{"ip": "IP information", "ssh": "Information on SSH"},
			Run:    output(func(w io.Writer, _ grammar.Args) error { showIPSSH(w, r.Config(), r.SSHKey()); return nil }),
		},
	}
}

// showSSH prints `show ssh`.
func showSSH(w io.Writer, taken []seat.Taken) {
	head := false
	for _, t := range taken {
		if !t.Remote {
			continue
		}
		if !head {
			fmt.Fprint(w, "Connection Version Mode  Encryption    Hmac             State               Username\n")
			head = true
		}
		for _, way := range [][3]string{{"IN", t.SSH.CipherIn, t.SSH.MACIn}, {"OUT", t.SSH.CipherOut, t.SSH.MACOut}} {
			mac := way[2]
			if mac == "" { // the cipher authenticates by itself
				mac = "implicit"
			}
			fmt.Fprintf(w, "%-10d %-7s %-5s %-13s %-16s %-19s %s\n", t.VTY(), sshVersion, way[0], way[1], mac, "Session started", t.By.User)
		}
	}
	if !head {
		fmt.Fprint(w, "%No SSHv2 server connections running.\n")
	}
	fmt.Fprint(w, "%No SSHv1 server connections running.\n")
}

// showIPSSH prints `show ip ssh`.
func showIPSSH(w io.Writer, c *config.Config, key *pki.KeyPair) {
	limits := fmt.Sprintf("Authentication timeout: %d secs; Authentication retries: %d\n", c.SSH.TimeOut, c.SSH.Retries)
	if key == nil {
		fmt.Fprintf(w, "SSH Disabled - version %s\n%%Please create RSA keys to enable SSH (and of atleast 768 bits for SSH v2).\n%s", sshVersion, limits)
		return
	}
	a := c.SSH.Agreeable()
	fmt.Fprintf(w, "SSH Enabled - version %s\nAuthentication methods:%s\n", sshVersion,
		strings.ReplaceAll(strings.Join(a.Authentication, ","), config.SSHKeyboard, "keyboard-interactive"))
	for _, x := range []struct {
		what string
		list []string
	}{
		{"Authentication Publickey", keyTypes}, {"Hostkey", a.HostKeys}, {"Encryption", a.Ciphers}, {"MAC", a.MACs}, {"KEX", a.KEX},
	} {
		fmt.Fprintf(w, "%s Algorithms:%s\n", x.what, strings.Join(x.list, ","))
	}
	fmt.Fprintf(w, "%sMinimum expected Diffie Hellman key size : 2048 bits\n", limits)
	fmt.Fprintf(w, "IOS Keys in SECSH format(ssh-rsa, base64 encoded): %s\nModulus Size : %d bits\n%s\n",
		key.Label, key.Public().N.BitLen(), fold("ssh-rsa "+base64.StdEncoding.EncodeToString(sshBlob(key.Public())), 80))
}

// fold breaks a text into lines.
func fold(s string, width int) string {
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width] + "\n")
		s = s[width:]
	}
	return b.String() + s
}

// sshBlob is a public key as SSH writes it (RFC 4253, section 6.6): the type and two
// numbers, each behind its length in four octets.
func sshBlob(k *rsa.PublicKey) []byte {
	b := appendString(nil, []byte("ssh-rsa"))
	b = appendString(b, mpint(big.NewInt(int64(k.E))))
	return appendString(b, mpint(k.N))
}

func appendString(b, s []byte) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
}

// mpint is a positive number whose first bit is no sign.
func mpint(n *big.Int) []byte {
	b := n.Bytes()
	if len(b) > 0 && b[0]&0x80 != 0 {
		b = append([]byte{0}, b...)
	}
	return b
}
