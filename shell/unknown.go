package shell

import (
	"context"
	"fmt"
)

// unknownHost takes one unknown word in EXEC for the name of a host to connect to. There
// is no connecting, so that it is unknown whatever the name servers say.
func (s *Session) unknownHost(ctx context.Context, name string) {
	s.refused = true
	if !s.backend.Config().DomainLookup {
		asked := fmt.Sprintf("Translating \"%s\"\n\n", name)
		s.print(asked + asked + "% Bad IP address or host name\n" + msgUnknownHost)
		return
	}
	s.print(fmt.Sprintf("Translating \"%s\"...domain server (255.255.255.255)\n", name) + msgUnknownHost)
}
