package commands

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"strings"
	"testing"
	"time"

	"conft/internal/aaa"
	"conft/internal/pki"
	"conft/internal/router"
)

func TestShowLogin(t *testing.T) {
	r := newFake(t, "")
	r.watch.Total = 2
	expect(t, "nothing configured", run(t, r, "show login"), `     No login delay has been applied.
     No Quiet-Mode access list has been configured.

     Router NOT enabled to watch for login Attacks
     Total login failures: 2.
`)
	r = newFake(t, "login block-for 100 attempts 15 within 90\nlogin on-failure log every 7\nlogin on-success log\n")
	r.watch = aaa.Watch{Failures: 3, Total: 4, Window: 89500 * time.Millisecond}
	normal := `     A default login delay of 1 seconds is applied.
     No Quiet-Mode access list has been configured.
     All successful login is logged.
     Every 7 failed login is logged.

     Router enabled to watch for login Attacks.
     If more than 15 login failures occur in 90 seconds or less,
     logins will be disabled for 100 seconds.

     Router presently in Normal-Mode.
     Current Watch Window
         Time remaining: 90 seconds.
         Login failures for current window: 3.
     Total login failures: 4.
`
	expect(t, "a watch", run(t, r, "show login"), normal)
	r = newFake(t, "login block-for 100 attempts 15 within 90\nlogin delay 5\nlogin quiet-mode access-class ADMINS\n")
	r.watch = aaa.Watch{Total: 15, Quiet: 99 * time.Second}
	expect(t, "the quiet mode", run(t, r, "show login"), `     A login delay of 5 seconds is applied.
     Quiet-Mode access list ADMINS is applied.

     Router enabled to watch for login Attacks.
     If more than 15 login failures occur in 90 seconds or less,
     logins will be disabled for 100 seconds.

     Router presently in Quiet-Mode.
     Will remain in Quiet-Mode for 99 seconds.
     Restricted logins filtered by applied ACL ADMINS.
     Total login failures: 15.
`)
}

func TestShowCRLs(t *testing.T) {
	r := newFake(t, "")
	expect(t, "none", run(t, r, "show crypto pki crls"), "")
	issuer, err := asn1.Marshal(pkix.Name{CommonName: "CA", Organization: []string{"lab"}}.ToRDNSequence())
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	r.crls = []pki.KeptCRL{{Place: "http://192.0.2.1/ca.crl",
		List: &x509.RevocationList{RawIssuer: issuer, ThisUpdate: at, NextUpdate: at.AddDate(0, 0, 7)}}}
	expect(t, "one", run(t, r, "show crypto ca crls"), "CRL Issuer Name: \n    "+pki.Name(issuer)+`
    LastUpdate: 07:08:09 UTC May 6 2024
    NextUpdate: 07:08:09 UTC May 13 2024
    Retrieved from CRL Distribution Point: 
      http://192.0.2.1/ca.crl

`)
}

// Rows of one protocol only, each as in the whole list.
func TestShowNATProtocol(t *testing.T) {
	r := newFake(t, "ip nat inside source static 10.0.0.1 1.1.1.1\nip nat inside source static tcp 10.0.0.2 80 1.1.1.2 8080\n"+
		"ip nat inside source static udp 10.0.0.3 53 1.1.1.3 53\n")
	all := strings.SplitAfter(run(t, r, "show ip nat translations"), "\n")
	if len(all) != 5 {
		t.Fatalf("the whole list is %q", all)
	}
	for _, protocol := range []string{"tcp", "udp"} {
		for _, row := range all {
			if line := "show ip nat translations " + protocol; strings.HasPrefix(row, protocol) {
				expect(t, line, run(t, r, line), all[0]+row)
			}
		}
	}
	expect(t, "none", run(t, r, "show ip nat translations icmp"), "")
}

func TestShowAccessListsOfInterface(t *testing.T) {
	r := newFake(t, "access-list 100 permit ip any any\naccess-list 10 permit any\n"+
		"interface GigabitEthernet0/1\n ip access-group 100 in\n ip access-group 10 out\n")
	r.lists = []router.ACLState{{List: r.config.AccessList("10")}, {List: r.config.AccessList("100"), Match: []uint64{9}}}
	r.listsAt = []router.ACLState{{List: r.config.AccessList("10")}, {List: r.config.AccessList("100"), Match: []uint64{4}}} // the others elsewhere
	in := "Extended IP access list 100 in\n    10 permit ip any any (4 matches)\n"
	out := "Standard IP access list 10 out\n    10 permit any\n"
	for line, want := range map[string]string{
		"show ip access-lists interface Gi0/1":     out + in,
		"show ip access-lists interface Gi0/1 in":  in,
		"show ip access-list int Gi0/1 out":        out,
		"show ip access-lists interface Gi0/0":     "",
		"show ip access-lists interface Loopback9": "% Invalid input detected at '^' marker.",
	} {
		if strings.HasPrefix(want, "%") {
			if _, err := try(r, line); err == nil {
				t.Errorf("%s is not refused", line)
			}
			continue
		}
		expect(t, line, run(t, r, line), want)
	}
}

func TestClearCryptoSession(t *testing.T) {
	r := lab(t)
	other := r.isakmp[0]
	other.Remote, other.ConnID = addr("9.9.9.9"), 2
	begun := r.isakmp[0]
	begun.ConnID = 0 // which would stand for all
	r.isakmp = append(r.isakmp, other, begun)
	for line, want := range map[string]string{
		"clear crypto session remote 23.23.23.3": "clear sa 23.23.23.3,clear isakmp 1 SA",
		"clear crypto session remote 8.8.8.8":    "clear sa 8.8.8.8",
		"clear crypto session":                   "clear sa invalid IP,clear isakmp 0 SAs",
	} {
		r.did = nil
		run(t, r, line)
		if got := strings.Join(r.did, ","); got != want {
			t.Errorf("%s did %q, want %q", line, got, want)
		}
	}
}
