package shell

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"

	"conft/internal/config"
)

// FuzzConsole types anything at a console that asks who it is, from one user to the next: it lives
// until the end of input, and nobody has a level above 1 who has not shown a password.
func FuzzConsole(f *testing.F) {
	for _, keys := range []string{"\radmin\rcisco\rconf t\rend\rexit\r\rlab\rlab\rshow privilege\r", "\r\r\r\x03\x1a\radmin\r\x15\r\x1b[A\r", "\rlab\rlab\renable\rconf t\rbanner motd #\r#\r",
		"\radmin\r\x16?\t\r\xff\xfe\r\r\rlogout\r\r\x04\x1e", "\rlab\rlab\rshow interfaces\rq?enable 0\r?disable 0\rexit\r\r"} {
		f.Add(keys)
	}
	f.Fuzz(func(t *testing.T, keys string) {
		r := withUsers()
		unknown := config.Password{Text: rand.Text()}
		r.c.AddUser("admin").Password = unknown
		r.c.Lines.Console.Login = config.LoginLocal
		r.c.SetEnable(config.Enable{Level: maxLevel, Password: unknown})
		o := consoleOf(r)
		tt := &typist{Reader: strings.NewReader(keys)}
		o.Terminal = tt
		if err := New(o).RunConsole(context.Background()); err != nil {
			t.Fatal(err)
		}
		out := tt.out.String()
		for _, c := range out {
			if c < ' ' && !strings.ContainsRune("\r\n\b\a", c) || c == 0x7f {
				t.Fatalf("sent %q", c)
			}
		}
		if r.Config().Hostname != "R1" || strings.Contains(out, "(config") {
			t.Fatalf("%q came to configure:\n%s", keys, out)
		}
	})
}
