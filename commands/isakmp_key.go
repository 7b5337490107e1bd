package commands

import (
	"cmp"
	"slices"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

var isakmpKeyLine = configLine{
	Syntax: "crypto isakmp key [0 | 6]$type WORD$$secret {address A.B.C.D$peer [A.B.C.D$mask] [no-xauth] | hostname WORD$host}",
	Help: withHelp(secretHelp, grammar.Help{
		"crypto":   "Encryption module",
		"isakmp":   "Configure ISAKMP policy",
		"key":      "Set pre-shared key for remote peer",
		"$secret":  "The UNENCRYPTED (cleartext) user password",
		"address":  "define shared key with IP address",
		"hostname": "define shared key with hostname",
		"$peer":    "Peer IP address",
		"$mask":    "Peer IP subnet mask",
		"no-xauth": "Bypasses XAuth for this peer, as is always done",
		"$host":    "Peer hostname",
	}),
	Set: func(c *config.Config, a grammar.Args) error {
		k, err := readKey(c, a)
		if err != nil {
			return err
		}
		if c.ISAKMPKeys, err = addKey(c.ISAKMPKeys, k); err == nil {
			warnExposure(c, a, k)
		}
		return err
	},
	No: func(c *config.Config, a grammar.Args) error {
		k, err := readKey(c, a)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(c.ISAKMPKeys, func(o config.ISAKMPKey) bool { return samePeer(o, k) && sameSecret(o.Key, k.Key) })
		if at < 0 {
			return refuse("No such pre-shared key for %s", peerTitle(k))
		}
		c.ISAKMPKeys = cut(c.ISAKMPKeys, at)
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		for _, k := range c.ISAKMPKeys {
			suffix := ""
			if k.NoXauth {
				suffix = "no-xauth"
			}
			w.Line("crypto isakmp key", secretText(k.Key), peerText(k), suffix)
		}
	},
}

// readKey reads a key and whose it is.
func readKey(c *config.Config, a grammar.Args) (config.ISAKMPKey, error) {
	k, err := readPeer(a)
	if err == nil {
		k.Key, err = readSecret(c, a)
	}
	return k, err
}

// readPeer reads whose a key is. Without a mask it is for one peer, or for all of them
// when the address is 0.0.0.0.
func readPeer(a grammar.Args) (config.ISAKMPKey, error) {
	if a.Has("hostname") {
		return config.ISAKMPKey{Host: a.String("host")}, nil
	}
	k := config.ISAKMPKey{IP: a.IP("peer"), Mask: 0xffffffff, NoXauth: a.Has("no-xauth")}
	switch {
	case a.Has("mask"):
		k.Mask = a.IP("mask")
	case k.IP == 0:
		k.Mask = 0
	}
	if !contiguous(k.Mask) {
		return k, refuse("Bad mask 0x%08X for address %s", k.Mask, ipText(k.IP))
	}
	k.IP &= k.Mask
	return k, nil
}

func samePeer(a, b config.ISAKMPKey) bool {
	return a.IP == b.IP && a.Mask == b.Mask && strings.EqualFold(a.Host, b.Host)
}

// sameSecret compares what keys are; of one that does not open its text counts.
func sameSecret(a, b config.Secret) bool {
	if a.Text == "" && b.Text == "" {
		return a.Sealed == b.Sealed
	}
	return a.Text == b.Text
}

// addKey puts a key at its place, unless it or another one for the same peer is there.
func addKey(list []config.ISAKMPKey, k config.ISAKMPKey) ([]config.ISAKMPKey, error) {
	at, found := slices.BinarySearchFunc(list, k, func(a, b config.ISAKMPKey) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Host), strings.ToLower(b.Host)), cmp.Compare(b.Mask, a.Mask), cmp.Compare(a.IP, b.IP))
	})
	switch {
	case !found:
		return slices.Insert(list, at, k), nil
	case !sameSecret(list[at].Key, k.Key):
		return list, refuse("A pre-shared key for %s already exists!", peerTitle(k))
	}
	if k.Key.Sealed != "" {
		list[at].Key = k.Key
	}
	list[at].NoXauth = k.NoXauth
	return list, nil
}

// peerTitle is whose a key is, as messages say it.
func peerTitle(k config.ISAKMPKey) string {
	if k.Host != "" {
		return "hostname " + k.Host
	}
	return "address mask " + ipText(k.IP) + " " + ipText(k.Mask)
}

// peerText is whose a key is, as it is typed.
func peerText(k config.ISAKMPKey) string {
	switch {
	case k.Host != "":
		return "hostname " + k.Host
	case k.Mask != 0xffffffff:
		return "address " + ipText(k.IP) + " " + ipText(k.Mask)
	}
	return "address " + ipText(k.IP)
}
