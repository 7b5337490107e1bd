package commands

import (
	"context"
	"fmt"
	"net/netip"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/pki"
)

// enroll makes what the certificate of a trustpoint is to say from its configuration,
// and asks what that leaves open.
func enroll(ctx context.Context, r Router, t Terminal, p *config.Trustpoint) error {
	key, err := trustpointKey(r, p)
	if err != nil {
		return err
	}
	switch p.Enrollment {
	case config.EnrollmentNone:
		return refuse("Please configure the enrollment of trustpoint %s first.", p.Name)
	case config.EnrollmentTerminal:
		if len(r.PKI().Certificates(p.Name).Authorities) == 0 {
			return refuse("Please authenticate the CA of trustpoint %s first.", p.Name)
		}
		say(t, "% Start certificate enrollment .. \n\n")
	}
	req := pki.Request{FQDN: hostInCertificate(r.Config(), p)}
	showNames(t, p, req.FQDN)
	serial, err := serialInCertificate(ctx, r, t, p)
	if err != nil {
		return err
	}
	if req.Address, err = addressInCertificate(ctx, r.Config(), t, p); err != nil {
		return err
	}
	if req.Subject, err = pki.Subject(p.SubjectName, req.FQDN, serial); err != nil {
		return refuse("Invalid subject name: %v", err)
	}
	if p.Enrollment == config.EnrollmentSelfSigned {
		return selfSign(ctx, r, t, p, req, key)
	}
	return showRequest(ctx, t, req, key)
}

// hostInCertificate is the name of this router, "" for none. IOS puts it into the
// subject as well.
func hostInCertificate(c *config.Config, p *config.Trustpoint) string {
	switch p.FQDN {
	case "":
		return c.FullName()
	case "none":
		return ""
	}
	return p.FQDN
}

func showNames(t Terminal, p *config.Trustpoint, host string) {
	const included = "%% The subject name in the certificate will include: %s\n"
	if p.SubjectName != "" {
		fmt.Fprintf(t, included, p.SubjectName)
	}
	switch p.FQDN {
	case "":
		fmt.Fprintf(t, included, host)
	case "none":
		say(t, "% The fully-qualified domain name will not be included in the certificate\n")
	default:
		fmt.Fprintf(t, "%% The fully-qualified domain name in the certificate will be: %s\n", host)
	}
}

func serialInCertificate(ctx context.Context, r Router, t Terminal, p *config.Trustpoint) (string, error) {
	yes := p.Serial == config.SerialIncluded
	if p.Serial == config.SerialAsked {
		var err error
		if yes, err = askYesNo(ctx, t, "% Include the router serial number in the subject name? [yes/no]: "); err != nil {
			return "", err
		}
	}
	if !yes {
		return "", nil
	}
	board := r.SystemState().Board
	fmt.Fprintf(t, "%% The serial number in the certificate will be: %s\n", board)
	return board, nil
}

func addressInCertificate(ctx context.Context, c *config.Config, t Terminal, p *config.Trustpoint) (netip.Addr, error) {
	switch {
	case p.NoIPAddress:
		return netip.Addr{}, nil
	case p.IPAddress != 0:
		addr := acl.IPv4(p.IPAddress)
		fmt.Fprintf(t, "%% The IP address in the certificate is %s\n\n", addr)
		return addr, nil
	}
	if yes, err := askYesNo(ctx, t, "% Include an IP address in the subject name? [no]: "); err != nil || !yes {
		return netip.Addr{}, err
	}
	for {
		text, err := t.Ask(ctx, "Enter Interface name or IP Address[]: ")
		if err != nil {
			return netip.Addr{}, err
		}
		// Behind a NAT the address is not the router's own.
		if addr, err := netip.ParseAddr(text); err == nil && addr.Is4() && !addr.IsUnspecified() {
			return addr, nil
		}
		if addr, err := pingSource(c, text); err == nil {
			return addr, nil
		}
		if err := say(t, "% Bad interface or address. Try again.\n"); err != nil {
			return netip.Addr{}, err
		}
	}
}

func showRequest(ctx context.Context, t Terminal, req pki.Request, key *pki.KeyPair) error {
	yes, err := askYesNo(ctx, t, "Display Certificate Request to terminal? [yes/no]: ")
	for err == nil && yes {
		text, fault := req.Text(key)
		if fault != nil {
			return refuse("The request cannot be made: %v", fault)
		}
		fmt.Fprintf(t, "Certificate Request follows:\n\n%s\n---End - This line not part of the certificate request---\n\n", text)
		yes, err = askYesNo(ctx, t, "Redisplay enrollment request? [yes/no]: ")
	}
	return err
}

func selfSign(ctx context.Context, r Router, t Terminal, p *config.Trustpoint, req pki.Request, key *pki.KeyPair) error {
	yes, err := askYesNo(ctx, t, "Generate Self Signed Router Certificate? [yes/no]: ")
	if err != nil || !yes {
		return err
	}
	if _, err := r.PKI().SelfSign(p.Name, req, key, r.Clock().Now()); err != nil {
		return refuse("The certificate could not be made: %v", err)
	}
	return say(t, "\nRouter Self Signed Certificate successfully created\n\n")
}
