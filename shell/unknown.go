package shell

import (
	"context"
	"fmt"
	"net/netip"
)

const msgNoConnections = "% Connections from the router are not supported, use another host\n"

// unknownHost takes one unknown word in EXEC for the name of a host to connect to, as IOS
// does. There is no connecting, which is said when there is such a host.
func (s *Session) unknownHost(ctx context.Context, name string) {
	s.refused = true
	if !s.backend.Config().DomainLookup {
		asked := fmt.Sprintf("Translating \"%s\"\n\n", name)
		s.print(asked + asked + "% Bad IP address or host name\n" + msgUnknownHost)
		return
	}
	if s.keyboard != nil {
		var done func()
		ctx, done = s.keyboard.abortable(ctx)
		defer done()
	}
	s.print(fmt.Sprintf("Translating \"%s\"...domain server", name))
	asked := false
	asking := func(server netip.Addr) {
		asked = true
		s.print(fmt.Sprintf(" (%s)", server))
	}
	addrs, err := s.backend.Lookup(ctx, name, asking)
	switch {
	case err == nil && len(addrs) > 0:
		s.print(" [OK]\n" + msgNoConnections)
		return
	case !asked: // there is none: IOS would ask everybody
		s.print(" (255.255.255.255)")
	}
	s.print("\n" + msgUnknownHost)
}
