package commands

import (
	"strings"
	"testing"
)

// "No key, PSK or password in any log": however a line that has one is typed, what the
// log of changes gets has none.
func TestSecretsAreNotLogged(t *testing.T) {
	const secret = "S3cret"
	for _, lines := range []string{
		"crypto isakmp key S3cret address 1.1.1.1",
		"cry isa key  S3cret\taddress 1.1.1.1",
		"cry isa key 0 S3cret hostname r2",
		"crypto isakmp key S3cret address 1.1.1.1\nno cry isa key S3cret add 1.1.1.1",
		"crypto keyring K\npre address 1.1.1.1 k S3cret",
		"crypto isakmp peer address 1.1.1.1\nset agg pass S3cret",
		"ena sec S3cret with S3cret",
		"enable  secret 0 S3cret with blanks",
		"ena sec 5 $1$S3cret$hx5rVt7rPNoS4wqbXKX7m0",
		"ena pas S3cret with S3cret",
		"ke con pass S3cret of S3cret",
		"user admin priv 15 password S3cret word",
		"user admin sec 0 S3cret word",
		"user admin algorithm-type sha256 sec S3cret word",
		"line vty 0 4\npas S3cret word",
		"radius server R\nkey S3cret word",
		"radius-server host 1.1.1.1 key S3cret word",
		"radius-server key S3cret word",
		"ena sec lev 5 S3cret word",
	} {
		c := load(t, "")
		at, logged := Config.Start(), ""
		for line := range strings.SplitSeq(lines, "\n") {
			step, err := at.Apply(c, line)
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			at, logged = step.Next, logged+step.Logged
		}
		if strings.Contains(logged, secret) || logged == "" {
			t.Errorf("%q is logged as %q", lines, logged)
		}
	}
}
