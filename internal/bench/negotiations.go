package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"conft/internal/strongswan"
	"conft/internal/suite"
)

// ikeGroups are the groups that negotiations are measured with, with strongSwan's names.
var ikeGroups = []struct {
	group suite.Group
	name  string
}{
	{suite.MODP768, "modp768"}, {suite.MODP1024, "modp1024"}, {suite.MODP1536, "modp1536"}, {suite.MODP2048, "modp2048"},
	{suite.MODP3072, "modp3072"}, {suite.MODP4096, "modp4096"},
	{suite.ECP256, "ecp256"}, {suite.ECP384, "ecp384"}, {suite.ECP521, "ecp521"}, {suite.MODP2048S256, "modp2048s256"},
}

// atOnce is how many negotiations are under way at once.
const atOnce = 8

// negotiations measures complete negotiations, Main Mode and Quick Mode, of conft's engine
// as initiator with strongSwan, and of a conft process as responder with that engine.
func negotiations(ctx context.Context, o Options, dir string) error {
	fmt.Fprintf(o.Out, "%-40s %-20s %-22s %s\n", "main and quick mode, AES, SHA-256", "negotiations/s", "ms of a core for one", "of which public-key arithmetic, %")
	for _, g := range ikeGroups {
		for _, peer := range []string{"strongSwan", "conft"} {
			name := fmt.Sprintf("negotiations with %s, group %d", peer, g.group)
			if !o.apart(name) {
				continue
			}
			var rate, cost, share spread
			for range o.Rounds {
				n, err := negotiated(ctx, o, dir, peer, g.group, g.name)
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				rate, cost, share = append(rate, n.rate), append(cost, n.cost.Seconds()), append(share, n.share)
			}
			fmt.Fprintf(o.Out, "%-40s %-20s %-22s %s\n", name, rate.text(1, "%.0f"), cost.text(1e-3, "%.3f"), share.text(0.01, "%.1f"))
		}
	}
	fmt.Fprintln(o.Out)
	return nil
}

// pace is what negotiations cost.
type pace struct {
	rate  float64       // a second
	cost  time.Duration // of a core, for the engine's part of one
	share float64       // of it, public-key arithmetic
}

// negotiated lets spokes negotiate with a hub for as long as a stream would last.
func negotiated(ctx context.Context, o Options, dir, peer string, g suite.Group, word string) (r pace, err error) {
	network, err := newStar()
	if err != nil {
		return r, err
	}
	defer network.close()
	dir, err = os.MkdirTemp(dir, "")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	if peer == "conft" {
		hub, err := startHub(o.Conft, network, filepath.Join(dir, "hub"), g)
		if err != nil {
			return r, err
		}
		defer hub.close()
	} else {
		d, err := network.strongSwan(dir, word)
		if err != nil {
			return r, err
		}
		defer d.Close()
	}
	p, err := newSpokes(network.far, kind{hubAddr, hubsLAN, 1, g})
	if err != nil {
		return r, err
	}
	defer p.close()
	start := time.Now()
	up, err := p.negotiate(ctx, atOnce, func(int) bool { return time.Since(start) < o.Time }, p.end)
	if err != nil {
		return r, err
	}
	engine := p.arithmetic + p.rest
	return pace{float64(up) / time.Since(start).Seconds(), engine / time.Duration(max(up, 1)), float64(p.arithmetic) / float64(engine)}, nil
}

// strongSwan starts the control on the hub.
func (s *star) strongSwan(dir, group string) (*strongswan.Daemon, error) {
	if err := errorOf(addresses(end{s.hub, "eth0", hubAddr.String() + "/30"}), s.hub.Default(farAddr)); err != nil {
		return nil, err
	}
	return strongswan.Start(s.hub, dir, strongswan.Tunnel{Local: hubAddr.String(), Remote: "%any", LocalTS: hubsLAN.String(), RemoteTS: behindNet.String(),
		PSK: "cisco123", IKE: "aes128-sha256-" + group, ESP: "aes128-sha1"})
}
