package commands

import (
	"crypto/rand"
	"strconv"

	"conft/internal/aaa"
	"conft/internal/config"
	"conft/shell/grammar"
)

// passwordSyntax is a password that may be shown as type 7.
const passwordSyntax = "{0 LINE$$clear | 7 WORD$$hidden | LINE$$plain}"

var passwordHelp = grammar.Help{
	"0":       "Specifies an UNENCRYPTED password will follow",
	"7":       "Specifies a HIDDEN password will follow",
	"$clear":  "The UNENCRYPTED (cleartext) password",
	"$plain":  "The UNENCRYPTED (cleartext) password",
	"$hidden": "The HIDDEN password string",
}

// otherTypes are numbers that stand before secrets elsewhere.
var otherTypes = []string{"4", "5", "6", "8", "9"}

// maxPassword is how long a password may be, in octets.
const maxPassword = 128

// readPassword reads such a password.
func readPassword(c *config.Config, a grammar.Args) (config.Password, error) {
	if a.Has("hidden") {
		text, err := aaa.Show7(a.String("hidden"))
		if err != nil {
			return config.Password{}, refuse("Invalid encrypted password")
		}
		return config.Password{Text: text, Hidden: a.String("hidden")}, nil
	}
	if t := typeZero(a.String("plain"), otherTypes...); t != "" {
		return config.Password{}, refuse("Passwords are of type 0 or 7; a password that begins with another number needs a 0 before it.")
	}
	p := config.Password{Text: a.String("clear") + a.String("plain")}
	if len(p.Text) > maxPassword {
		return p, refuse("The password is longer than %d characters.", maxPassword)
	}
	return p, hidePassword(c, &p)
}

// hidePassword gives a password its type 7 text where configurations are to show that.
func hidePassword(c *config.Config, p *config.Password) (err error) {
	if c.HidePassword && p.Text != "" && p.Hidden == "" {
		p.Hidden, err = aaa.Hide7(rand.Reader, p.Text)
	}
	return err
}

// passwordText is what a configuration says of a password; always0 says its type even
// where it is in clear.
func passwordText(p config.Password, always0 bool) string {
	switch {
	case p.Hidden != "":
		return "7 " + p.Hidden
	case always0 || typeZero(p.Text, append(otherTypes, "0", "7")...) != "":
		return "0 " + p.Text
	}
	return p.Text
}

var hidePasswordsLine = configLine{
	Syntax: "service password-encryption",
	Help:   grammar.Help{"password-encryption": "Encrypt system passwords"},
	Set: func(c *config.Config, _ grammar.Args) (err error) {
		c.HidePassword = true
		hidden := map[config.Password]config.Password{} // one password of several lines stays one
		c.Passwords(func(p *config.Password) {
			same, ok := hidden[*p]
			if !ok {
				if same = *p; err == nil {
					err = hidePassword(c, &same)
				}
				hidden[*p] = same
			}
			*p = same
		})
		return err
	},
	// As on IOS, what is hidden stays so.
	No: func(c *config.Config, _ grammar.Args) error { c.HidePassword = false; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		if c.HidePassword {
			w.Line("service password-encryption")
		} else {
			w.Line("no service password-encryption")
		}
	},
}

// hashedSyntax is a secret, in clear or hashed.
const hashedSyntax = "{0 LINE$$clear | 4 WORD$$other | 5 WORD$$hash | 8 WORD$$hash | 9 WORD$$hash | LINE$$plain}"

var hashedHelp = grammar.Help{
	"0":      "Specifies an UNENCRYPTED password will follow",
	"4":      "Specifies a SHA256 HASHED secret will follow",
	"$other": "The HASHED secret string",
	"5":      "Specifies a MD5 HASHED secret will follow",
	"8":      "Specifies a PBKDF2 HASHED secret will follow",
	"9":      "Specifies a SCRYPT HASHED secret will follow",
	"$clear": "The UNENCRYPTED (cleartext) secret",
	"$plain": "The UNENCRYPTED (cleartext) secret",
	"$hash":  "The HASHED secret string",
}

// readHashed reads such a secret.
func readHashed(a grammar.Args) (string, error) {
	if a.Has("other") {
		return "", refuse("Secrets of type 4 are not supported, use type 5, 8 or 9.")
	}
	if hash := a.String("hash"); hash != "" {
		typed := typedAlgorithm(a)
		if algorithm, err := aaa.AlgorithmOf(hash); err != nil || typed != strconv.Itoa(int(algorithm)) {
			return "", refuse("ERROR: The secret you entered is not a valid encrypted secret.\n"+
				"To enter an UNENCRYPTED secret, do not specify type %s encryption.\n"+
				"When you properly enter an UNENCRYPTED secret, it will be encrypted.", typed)
		}
		return hash, nil
	}
	return hashSecret(a, aaa.MD5)
}

// typedAlgorithm is the type that a secret is said to be of.
func typedAlgorithm(a grammar.Args) string {
	for _, n := range []string{"5", "8", "9"} {
		if a.Has(n) {
			return n
		}
	}
	return ""
}

func hashSecret(a grammar.Args, algorithm aaa.Algorithm) (string, error) {
	text := a.String("clear") + a.String("plain")
	if len(text) > maxPassword {
		return "", refuse("The secret is longer than %d characters.", maxPassword)
	}
	return aaa.HashWith(rand.Reader, algorithm, text)
}

// hashedText is what a configuration says of a secret.
func hashedText(secret string) string {
	algorithm, _ := aaa.AlgorithmOf(secret)
	return strconv.Itoa(int(algorithm)) + " " + secret
}

// algorithmSyntax chooses how a secret in clear is hashed.
const algorithmSyntax = "algorithm-type {md5 | scrypt | sha256}$algorithm"

var algorithmHelp = grammar.Help{
	"algorithm-type": "Algorithm to use for hashing the plain text secret",
	"md5":            "Encode the password using the MD5 algorithm",
	"scrypt":         "Encode the password using the SCRYPT hashing algorithm",
	"sha256":         "Encode the password using the PBKDF2 hashing algorithm",
}

func algorithm(a grammar.Args) aaa.Algorithm {
	return map[string]aaa.Algorithm{"md5": aaa.MD5, "sha256": aaa.SHA256, "scrypt": aaa.Scrypt}[a.String("algorithm")]
}
