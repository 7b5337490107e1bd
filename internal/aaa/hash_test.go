package aaa

import (
	"crypto/rand"
	"testing"
)

// The first two are the example hashes that password crackers publish for these types.
func TestHashedSecrets(t *testing.T) {
	for _, v := range []struct {
		a                Algorithm
		password, secret string
	}{
		{SHA256, "hashcat", "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk"},
		{Scrypt, "hashcat", "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6"},
		{MD5, "cisco", "$1$abcd$2hDGYdE0UrwK2pqoiF6BB1"},
	} {
		if a, err := AlgorithmOf(v.secret); a != v.a || err != nil {
			t.Errorf("%s is of type %d, %v", v.secret, a, err)
		}
		if !Matches(v.secret, v.password) || Matches(v.secret, v.password+" ") || Matches(v.secret, "") {
			t.Errorf("%s does not tell %q from others", v.secret, v.password)
		}
		fresh, err := HashWith(rand.Reader, v.a, v.password)
		if err != nil || !Matches(fresh, v.password) || fresh == v.secret || len(fresh) != len(v.secret) {
			t.Errorf("HashWith gives %q, %v", fresh, err)
		}
	}
	for _, s := range []string{"", "$8$", "$8$TnGX/fE4KGHOVU", "$9$short$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6",
		"$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo", "$4$x$y", "cisco"} {
		if _, err := AlgorithmOf(s); err == nil || Matches(s, "hashcat") {
			t.Errorf("%q passes for a secret", s)
		}
	}
}

// These texts stand in published configurations and lessons.
func TestType7(t *testing.T) {
	for text, want := range map[string]string{"0822455D0A16": "cisco", "05080F1C2243": "cisco", "14341A195D173E26043B": ""} {
		got, err := Show7(text)
		if err != nil || want != "" && got != want {
			t.Errorf("%s is %q, %v", text, got, err)
		}
	}
	for _, password := range []string{"c", "cisco", "a longer one than the key is: 0123456789012345678901234567890"} {
		for range 20 {
			hidden, err := Hide7(rand.Reader, password)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := Show7(hidden); got != password || err != nil {
				t.Errorf("%s is %q, %v", hidden, got, err)
			}
		}
	}
	for _, s := range []string{"", "08", "0822455D0A1", "xx22", "9922", "08zz"} {
		if _, err := Show7(s); err == nil {
			t.Errorf("%q passes for type 7", s)
		}
	}
}
