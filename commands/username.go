package commands

import (
	"strconv"

	"conft/internal/config"
	"conft/shell/grammar"
)

var usernameHelp = grammar.Help{
	"username":   "Establish User Name Authentication",
	"$name":      "User name",
	"privilege":  "Set user privilege level",
	"$level":     "User privilege level",
	"password":   "Specify the password for the user",
	"secret":     "Specify the secret for the user",
	"nopassword": "No password is required for the user to log in",
}

// user is the user of a line, with the level that it gives.
func user(c *config.Config, a grammar.Args) *config.User {
	u := c.AddUser(a.String("name"))
	if a.Has("level") {
		u.Privilege = a.Int("level")
	}
	return u
}

var errBoth = refuse("ERROR: Can not have both a user password and a user secret.\nPlease choose one or the other.")

var usernameLine = configLine{
	Syntax: "username WORD$name [privilege <0-15>$level] [nopassword]",
	Help:   usernameHelp,
	Set: func(c *config.Config, a grammar.Args) error {
		u := user(c, a)
		if a.Has("nopassword") {
			u.NoPassword, u.Secret, u.Password = true, "", config.Password{}
		}
		return nil
	},
	No: func(c *config.Config, a grammar.Args) error { c.RemoveUser(a.String("name")); return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		for _, u := range c.Users {
			words := []string{"username", u.Name}
			if u.Privilege != 1 {
				words = append(words, "privilege", strconv.Itoa(u.Privilege))
			}
			switch {
			case u.Secret != "":
				words = append(words, "secret", hashedText(u.Secret))
			case u.Password.Text != "":
				words = append(words, "password", passwordText(u.Password, true))
			case u.NoPassword:
				words = append(words, "nopassword")
			}
			w.Line(words...)
		}
		if len(c.Users) > 0 {
			w.Line("!")
		}
	},
}

var usernamePasswordLine = configLine{
	Syntax: "username WORD$name [privilege <0-15>$level] password !" + bracket(passwordSyntax),
	Help:   withHelp(usernameHelp, passwordHelp),
	Set: func(c *config.Config, a grammar.Args) error {
		u := user(c, a)
		if u.Secret != "" {
			return errBoth
		}
		p, err := readPassword(c, a)
		u.Password, u.NoPassword = p, false
		return err
	},
	No: func(c *config.Config, a grammar.Args) error { c.RemoveUser(a.String("name")); return nil },
}

var usernameSecretLine = configLine{
	Syntax: "username WORD$name [privilege <0-15>$level] secret !" + bracket(hashedSyntax),
	Help:   withHelp(usernameHelp, hashedHelp),
	Set: func(c *config.Config, a grammar.Args) error {
		u := user(c, a)
		if u.Password.Text != "" {
			return errBoth
		}
		secret, err := readHashed(a)
		u.Secret, u.NoPassword = secret, false
		return err
	},
	No: func(c *config.Config, a grammar.Args) error { c.RemoveUser(a.String("name")); return nil },
}

var usernameAlgorithmLine = configLine{
	Syntax: "username WORD$name [privilege <0-15>$level] " + algorithmSyntax + " secret ![LINE$$plain]",
	Help:   withHelp(usernameHelp, algorithmHelp, hashedHelp),
	Set: func(c *config.Config, a grammar.Args) error {
		u := user(c, a)
		if u.Password.Text != "" {
			return errBoth
		}
		secret, err := hashSecret(a, algorithm(a))
		u.Secret, u.NoPassword = secret, false
		return err
	},
	No: func(c *config.Config, a grammar.Args) error { c.RemoveUser(a.String("name")); return nil },
}
