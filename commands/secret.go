package commands

import (
	"crypto/rand"

	"conft/internal/aaa"
	"conft/internal/config"
	"conft/shell/grammar"
)

// secretHelp is of a key: [0 | 6]$type WORD$$secret.
var secretHelp = grammar.Help{
	"0":       "Specifies an UNENCRYPTED password will follow",
	"6":       "Specifies an ENCRYPTED password will follow",
	"$secret": "The password, encrypted or not as the type says",
}

// readSecret reads such a key.
func readSecret(c *config.Config, a grammar.Args) (config.Secret, error) {
	if a.String("type") == "6" {
		s := config.Secret{Sealed: a.String("secret")}
		text, err := aaa.Open6(c.MasterKey, s.Sealed)
		if err != nil {
			a.Note("Warning: this router's master key does not open this key, which is not used")
		}
		s.Text = text
		return s, nil
	}
	s := config.Secret{Text: a.String("secret")}
	if len(s.Text) > 128 {
		return s, refuse("The key is longer than 128 characters.")
	}
	return s, sealSecret(c, &s)
}

// sealSecret encrypts a key where keys are to be shown encrypted.
func sealSecret(c *config.Config, s *config.Secret) (err error) {
	if c.EncryptKeys && c.MasterKey != "" && s.Text != "" && s.Sealed == "" {
		s.Sealed, err = aaa.Seal6(rand.Reader, c.MasterKey, s.Text)
	}
	return err
}

// sealSecrets encrypts every key.
func sealSecrets(c *config.Config) error {
	for s := range c.Secrets() {
		if err := sealSecret(c, s); err != nil {
			return err
		}
	}
	return nil
}

// secretText is what a configuration says of a key.
func secretText(s config.Secret) string {
	if s.Sealed != "" {
		return "6 " + s.Sealed
	}
	if zero := typeZero(s.Text, "0", "6"); zero != "" {
		return zero + " " + s.Text
	}
	return s.Text
}

var passwordEncryptionLine = configLine{
	Syntax: "password encryption aes",
	Help: grammar.Help{
		"password":   "Configure encryption password (key)",
		"encryption": "Encrypt pre-shared keys",
		"aes":        "Encrypt with AES (type 6)",
	},
	Set: func(c *config.Config, a grammar.Args) error {
		c.EncryptKeys = true
		if c.MasterKey == "" {
			a.Note("Keys are shown in clear until a master key is set with key config-key password-encrypt")
		}
		return sealSecrets(c)
	},
	// As on IOS, what is encrypted stays so.
	No: func(c *config.Config, _ grammar.Args) error { c.EncryptKeys = false; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		if c.EncryptKeys {
			w.Line("password encryption aes")
		}
	},
}

// masterKeyLine sets the master key, which no configuration shows.
var masterKeyLine = configLine{
	Syntax: "key config-key password-encrypt ![LINE$$master]",
	Help: grammar.Help{
		"key":              "Key management",
		"config-key":       "Set a private configuration key",
		"password-encrypt": "Set the master key of encrypted (type 6) keys",
		"$master":          "The master key, at least 8 characters",
	},
	Set: func(c *config.Config, a grammar.Args) error {
		const least = 8
		if len(a.String("master")) < least {
			return refuse("The key must be at least %d characters long.", least)
		}
		master, err := aaa.MasterKey(a.String("master"))
		if err != nil || master == c.MasterKey {
			return err
		}
		c.MasterKey = master
		for s := range c.Secrets() {
			switch {
			case s.Text == "": // perhaps this is the master key that was missing
				s.Text, _ = aaa.Open6(master, s.Sealed)
			case s.Sealed != "":
				if s.Sealed, err = aaa.Seal6(rand.Reader, master, s.Text); err != nil {
					return err
				}
			}
		}
		a.Note("The master key is kept in nvram with the next write, apart from the configuration")
		return sealSecrets(c)
	},
	No: func(c *config.Config, _ grammar.Args) error {
		for s := range c.Secrets() {
			if s.Sealed != "" {
				return refuse("Encrypted (type 6) keys depend on the master key; remove or retype them first.")
			}
		}
		c.MasterKey = ""
		return nil
	},
}
