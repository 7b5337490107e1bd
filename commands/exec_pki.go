package commands

import (
	"context"
	"crypto/x509"
	"fmt"

	"conft/internal/config"
	"conft/internal/pki"
	"conft/shell/grammar"
)

const (
	authenticateSyntax = pkiWords + "authenticate WORD$name"
	enrollSyntax       = pkiWords + "enroll WORD$name"
	importSyntax       = pkiWords + "import WORD$name {certificate | pkcs12 terminal password WORD$passphrase}"
	requestSyntax      = pkiWords + "crl request WORD$name"
)

var enrollHelp = withHelp(pkiHelp, grammar.Help{
	"authenticate": "Get the CA certificate",
	"enroll":       "Request a certificate from a CA",
	"import":       "Import certificate or pkcs12",
	"certificate":  "Import a certificate from the terminal",
	"pkcs12":       "Import from PKCS12 file",
	"terminal":     "cut-and-paste from the console",
	"password":     "Specify the passphrase used to protect the pkcs12 file",
	"$passphrase":  "Passphrase used to protect the pkcs12 file",
	"crl":          "Actions on certificate revocation lists",
	"request":      "Get new certificate revocation lists when they are needed next",
	"$name":        "CA Server Name",
})

// actions are the commands that IOS has in configuration mode although they are no
// configuration.
var actions = []grammar.Entry[*config.Config]{
	grammar.Action[*config.Config]{Syntax: generateSyntax, Help: keyHelp},
	grammar.Action[*config.Config]{Syntax: zeroizeSyntax, Help: keyHelp},
	grammar.Action[*config.Config]{Syntax: authenticateSyntax, Help: enrollHelp},
	grammar.Action[*config.Config]{Syntax: enrollSyntax, Help: enrollHelp},
	grammar.Action[*config.Config]{Syntax: importSyntax, Help: enrollHelp},
	grammar.Action[*config.Config]{Syntax: requestSyntax, Help: enrollHelp},
}

func pkiCommands(r Router) []exec {
	type handler = func(context.Context, Terminal, *config.Trustpoint, grammar.Args) error
	command := func(syntax string, run handler) exec {
		return exec{Syntax: syntax, Help: enrollHelp, Priv: privileged, Run: func(ctx context.Context, t Terminal, a grammar.Args) error {
			p := r.Config().Trustpoint(a.String("name"))
			if p == nil {
				return refuse("CA trustpoint '%s' is not known.", a.String("name"))
			}
			return run(ctx, t, p, a)
		}}
	}
	return []exec{
		command(authenticateSyntax, func(ctx context.Context, t Terminal, p *config.Trustpoint, _ grammar.Args) error {
			return authenticateCA(ctx, r, t, p)
		}),
		command(enrollSyntax, func(ctx context.Context, t Terminal, p *config.Trustpoint, _ grammar.Args) error {
			return enroll(ctx, r, t, p)
		}),
		command(importSyntax, func(ctx context.Context, t Terminal, p *config.Trustpoint, a grammar.Args) error {
			if a.Has("pkcs12") {
				return importPKCS12(ctx, r, t, p, a.String("passphrase"))
			}
			return importCertificate(ctx, r, t, p)
		}),
		command(requestSyntax, func(_ context.Context, t Terminal, p *config.Trustpoint, _ grammar.Args) error {
			r.ForgetCRLs()
			return nil
		}),
	}
}

// askPaste reads what the operator pastes.
func askPaste(ctx context.Context, t Terminal, what, end string) (string, error) {
	say(t, "\nEnter the base 64 encoded "+what+".\nEnd with a blank line or the word \"quit\" on a line by itself"+end+"\n\n")
	return t.Paste(ctx)
}

func authenticateCA(ctx context.Context, r Router, t Terminal, p *config.Trustpoint) error {
	if len(r.PKI().Certificates(p.Name).Authorities) > 0 {
		return refuse("Please delete your existing CA certificate first.\n" +
			"%% You must use 'no crypto pki trustpoint <trustpoint-name>' to delete the CA certificate.")
	}
	if p.Enrollment == config.EnrollmentSelfSigned {
		return refuse("A self-signed trustpoint has no CA to authenticate.")
	}
	text, err := askPaste(ctx, t, "CA certificate", "")
	if err != nil {
		return err
	}
	ca, err := pki.ReadCertificate(text)
	if err != nil {
		return refuse("Error in saving certificate: status = FAIL (%v)", err)
	}
	md5, sha1 := pki.Fingerprints(ca)
	fmt.Fprintf(t, "Certificate has the following attributes:\n       Fingerprint MD5: %s\n      Fingerprint SHA1: %s\n\n", md5, sha1)
	yes, err := askYesNo(ctx, t, "% Do you accept this certificate? [yes/no]: ")
	if err != nil || !yes {
		return err
	}
	if err := r.PKI().Authenticate(p.Name, ca, r.Clock().Now()); err != nil {
		return refuse("Error in saving certificate: %v", err)
	}
	return say(t, "Trustpoint CA certificate accepted.\n% Certificate successfully imported\n\n")
}

// trustpointKey is the key pair of a trustpoint, or how to get one.
func trustpointKey(r Router, p *config.Trustpoint) (*pki.KeyPair, error) {
	label := r.Config().KeyLabel(p)
	if k := r.PKI().Key(label); k != nil {
		return k, nil
	}
	return nil, refuse("There are no RSA keys named %s; generate them with 'crypto key generate rsa label %s modulus 2048'.", label, label)
}

func importCertificate(ctx context.Context, r Router, t Terminal, p *config.Trustpoint) error {
	key, err := trustpointKey(r, p)
	if err != nil {
		return err
	}
	text, err := askPaste(ctx, t, "certificate", "")
	if err != nil {
		return err
	}
	own, err := pki.ReadCertificate(text)
	if err == nil {
		err = r.PKI().Import(p.Name, own, key, r.Clock().Now())
	}
	if err != nil {
		return refuse("Failed to parse or verify imported certificate: %v", err)
	}
	warnLegacy(t, own)
	return say(t, "% Router Certificate successfully imported\n\n")
}

func importPKCS12(ctx context.Context, r Router, t Terminal, p *config.Trustpoint, passphrase string) error {
	text, err := askPaste(ctx, t, "pkcs12", ":")
	if err != nil {
		return err
	}
	list, err := pki.ReadText(text)
	if err == nil && len(list) != 1 {
		err = fmt.Errorf("one file is expected")
	}
	if err == nil {
		err = r.PKI().ImportPKCS12(p.Name, list[0], passphrase, r.Clock().Now())
	}
	if err != nil {
		return refuse("PKCS12 import failed: %v", err)
	}
	own := r.PKI().Certificates(p.Name).Own
	if err := useKeyOf(r, p.Name, own); err != nil {
		return err
	}
	warnLegacy(t, own)
	return say(t, "CRYPTO_PKI: Imported PKCS12 file successfully.\n")
}

// useKeyOf names the key pair that came with a certificate in the trustpoint, as IOS does, so
// that the next request is made with it.
func useKeyOf(r Router, name string, own *x509.Certificate) error {
	key := r.PKI().KeyOf(own)
	if key == nil {
		return nil
	}
	return r.Change(func(c *config.Config) error {
		if t := c.Trustpoint(name); t != nil {
			t.KeyPair = key.Label
		}
		return nil
	})
}

func warnLegacy(t Terminal, c *x509.Certificate) {
	if weak := pki.LegacySignature(c); weak != "" {
		fmt.Fprintf(t, "Warning: the certificate is signed with %s, which is weak\n", weak)
	}
}
