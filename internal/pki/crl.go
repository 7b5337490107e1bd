package pki

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"conft/debug"
)

// Bounds of fetching a CRL. Whoever waits for it is a negotiation whose peer gives up
// after half a minute.
const (
	crlTimeout = 5 * time.Second
	maxCRL     = 8 << 20
	maxCRLs    = 256
	crlDefault = time.Hour        // kept so long when it does not say
	crlRetry   = 30 * time.Second // before a source that failed is asked again
)

// Revocations fetches CRLs and keeps each until its next update. It is safe for
// concurrent use; each source is asked by one caller at a time.
type Revocations struct {
	mu      sync.Mutex
	sources map[string]*source
	client  *http.Client
}

// source is where one CRL comes from.
type source struct {
	mu    sync.Mutex
	list  *x509.RevocationList
	err   error
	until time.Time
}

// NewRevocations returns an empty cache.
func NewRevocations() *Revocations {
	return &Revocations{
		sources: map[string]*source{},
		client: &http.Client{
			Timeout:   crlTimeout,
			Transport: &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10},
			CheckRedirect: func(r *http.Request, via []*http.Request) error {
				if len(via) > 3 || r.URL.Scheme != "http" {
					return errors.New("too many redirections")
				}
				return nil
			},
		},
	}
}

// KeptCRL is a CRL that is kept and where it comes from, a URL.
type KeptCRL struct {
	Place string
	List  *x509.RevocationList
}

// Kept returns the CRLs that are kept, by place. One that is being fetched is not waited for.
func (r *Revocations) Kept() []KeptCRL {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []KeptCRL
	for _, place := range slices.Sorted(maps.Keys(r.sources)) {
		if s := r.sources[place]; s.mu.TryLock() {
			if s.list != nil {
				list = append(list, KeptCRL{place, s.list})
			}
			s.mu.Unlock()
		}
	}
	return list
}

// Forget empties the cache: CRLs are fetched again when they are needed.
func (r *Revocations) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.sources)
}

// check asks the methods of a trustpoint whether x, issued by issuer, is revoked.
func (r *Revocations) check(t *Trustpoint, x, issuer *x509.Certificate, now time.Time, say Say) *Rejection {
	unknown := func(cause string) *Rejection {
		r := reject(RuleCRL, x, "cannot be checked for revocation: %s", cause)
		r.Trustpoint, r.Cause = t.Name, cause
		return r
	}
	last := unknown("the trustpoint names no revocation-check")
	for _, method := range t.Revocation {
		if method == "none" {
			return nil
		}
		say(debug.PKIRevocation, "")
		list, err := r.crl(t, x, issuer, now, say)
		if err != nil {
			last = unknown(err.Error())
			continue
		}
		for _, e := range list.RevokedCertificateEntries {
			if e.SerialNumber.Cmp(x.SerialNumber) == 0 && e.ReasonCode != removeFromCRL {
				return reject(RuleRevoked, x, "was revoked by %s on %s", Name(list.RawIssuer), Time(e.RevocationTime))
			}
		}
		return nil
	}
	return last
}

const removeFromCRL = 8 // RFC 5280, section 5.3.1

// crl returns a CRL of the issuer that is valid now.
func (r *Revocations) crl(t *Trustpoint, x, issuer *x509.Certificate, now time.Time, say Say) (*x509.RevocationList, error) {
	places := x.CRLDistributionPoints
	if t.CRL != "" {
		places = []string{t.CRL}
	}
	last := errors.New("the certificate names no CRL distribution point, and the trustpoint has no crl query")
	for _, place := range places {
		u, err := url.Parse(place)
		// A certificate may send us to a web server; files are the operator's to name.
		if err != nil || u.Scheme != "http" && (u.Scheme != "file" || t.CRL == "") {
			last = fmt.Errorf("%s cannot be fetched", place)
			continue
		}
		list, err := r.fetch(u, now, say)
		if err == nil {
			err = valid(list, x, issuer, now)
		}
		if err == nil {
			return list, nil
		}
		last = fmt.Errorf("%s: %w", place, err)
	}
	return nil, last
}

// fetch returns what a source has, from the cache while that is valid.
func (r *Revocations) fetch(u *url.URL, now time.Time, say Say) (*x509.RevocationList, error) {
	r.mu.Lock()
	s := r.sources[u.String()]
	if s == nil {
		if len(r.sources) >= maxCRLs {
			clear(r.sources)
		}
		s = &source{}
		r.sources[u.String()] = s
	}
	r.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Before(s.until) {
		return s.list, s.err
	}
	say(debug.PKIFetch, u.String())
	s.list, s.err = r.get(u)
	switch {
	case s.err != nil:
		s.until = now.Add(crlRetry)
	case s.list.NextUpdate.IsZero():
		s.until = now.Add(crlDefault)
	case s.list.NextUpdate.After(now):
		s.until = s.list.NextUpdate
	default:
		s.until = now.Add(crlRetry)
	}
	return s.list, s.err
}

func (r *Revocations) get(u *url.URL) (*x509.RevocationList, error) {
	b, err := r.read(u)
	if err != nil {
		return nil, err
	}
	if block, _ := pem.Decode(b); block != nil {
		b = block.Bytes
	}
	list, err := x509.ParseRevocationList(b)
	if err != nil {
		return nil, errors.New("what it has is not a CRL")
	}
	return list, nil
}

func (r *Revocations) read(u *url.URL) ([]byte, error) {
	var from io.ReadCloser
	if u.Scheme == "file" {
		info, err := os.Stat(u.Path)
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			return nil, errors.New("not a file")
		}
		if from, err = os.Open(u.Path); err != nil {
			return nil, err
		}
	} else {
		ctx, cancel := context.WithTimeout(context.Background(), crlTimeout)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
		if err != nil {
			return nil, err
		}
		answer, err := r.client.Do(request)
		if err != nil {
			return nil, errors.New("no answer")
		}
		if from = answer.Body; answer.StatusCode != http.StatusOK {
			from.Close()
			return nil, fmt.Errorf("the server answers %d", answer.StatusCode)
		}
	}
	defer from.Close()
	b, err := io.ReadAll(io.LimitReader(from, maxCRL+1))
	if err == nil && len(b) > maxCRL {
		err = errors.New("too large")
	}
	return b, err
}

// valid checks that a CRL is the issuer's and of today.
func valid(list *x509.RevocationList, x, issuer *x509.Certificate, now time.Time) error {
	switch {
	case !bytes.Equal(list.RawIssuer, issuer.RawSubject):
		return fmt.Errorf("the CRL is of %s", Name(list.RawIssuer))
	case issuer.KeyUsage != 0 && issuer.KeyUsage&x509.KeyUsageCRLSign == 0:
		return errors.New("the issuer may not sign CRLs (keyUsage)")
	case !list.NextUpdate.IsZero() && now.After(list.NextUpdate):
		return fmt.Errorf("the CRL has expired %s", Time(list.NextUpdate))
	case now.Before(list.ThisUpdate):
		return fmt.Errorf("the CRL begins only %s", Time(list.ThisUpdate))
	}
	for _, e := range list.Extensions {
		if e.Critical {
			return fmt.Errorf("the CRL has a critical extension that is not understood: %v", e.Id)
		}
	}
	if r := checkSignature(x, issuer, list.SignatureAlgorithm, list.RawTBSRevocationList, list.Signature, "the CRL"); r != nil {
		return errors.New(r.Detail)
	}
	return nil
}
