package commands

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

// Config is the configuration mode. The order of its entries is that of
// `show running-config`.
var Config = grammar.NewRoot("config", "Configure commands:", slices.Concat(
	[]grammar.Entry[*config.Config]{
		versionLine,
		timestampsLine,
		hidePasswordsLine,
		separator,
		hostnameLine,
		separator,
		loggingOnLine,
		loggingBufferedLine,
		loggingConsoleLine,
		loggingMonitorLine,
		enableSecretLine,
		enableAlgorithmLine,
		enablePasswordLine,
		passwordEncryptionLine,
		masterKeyLine,
		separator,
		newModelLine,
		serverGroupBlock,
		loginListLine,
		enableListLine,
		consoleAuthorizationLine,
		execListLine,
		sessionIDLine,
		separator,
		domainNameLine,
		domainLookupLine,
		loginBlockLine,
		loginDelayLine,
		loginFailureLine,
		loginSuccessLine,
		separator,
		trustpointBlock,
		certificateMapBlock,
		usernameLine,
		usernamePasswordLine,
		usernameSecretLine,
		usernameAlgorithmLine,
		archiveBlock,
		sshTimeOutLine,
		sshRetriesLine,
		sshKeyPairLine,
		sshVersionLine,
	},
	sshAlgorithmLines(),
	[]grammar.Entry[*config.Config]{
		pubkeyChainBlock,
		keyringBlock,
		isakmpPolicyBlock,
		isakmpKeyLine,
		isakmpEnableLine,
		isakmpRecoveryLine,
		isakmpKeepaliveLine,
		natKeepaliveLine,
		isakmpIdentityLine,
		isakmpPeerBlock,
		aggressiveModeLine,
		isakmpProfileBlock,
		separator,
		ipsecLifetimeLine,
		ipsecIdleLine,
		ipsecReplayLine,
		transformSetBlock,
		natTransparencyLine,
		dfBitLine,
		fragmentationLine,
		separator,
		dynamicMapBlock,
		cryptoMapBlock,
		dynamicEntryLine,
		localAddressLine,
		separator,
		interfaceBlock,
		rangeBlock,
		natTimeoutLine(),
		natPoolLine,
		natSourceLine,
	},
	natStaticLines(),
	[]grammar.Entry[*config.Config]{
		ipRouteLine,
		arpLine,
		separator,
		standardBlock,
		extendedBlock,
		resequenceLine,
		routeMapBlock,
	},
	numberedLines(),
	radiusLines,
	[]grammar.Entry[*config.Config]{separator},
	bannerTexts(),
	[]grammar.Entry[*config.Config]{privilegeLine, aliasLine, separator, lineBlock},
	actions,
	knownLines(),
)...)

var separator = grammar.Separator[*config.Config]{}

// Text is a configuration as it is stored and as shows print it.
func Text(c *config.Config) string { return "!\n" + Config.Write(c) + "end\n" }

// Load applies a stored text to c, a configuration that holds the machine's
// interfaces and is otherwise as config.New made it. Every line is tried; the
// error joins a *grammar.LineError for each one that was refused, without keys and
// passwords.
func Load(c *config.Config, text string) error { return redactErrors(Config.Parse(c, text)) }

// showRunning prints `show running-config`.
func showRunning(w io.Writer, c *config.Config) {
	text := Text(c)
	fmt.Fprintf(w, "Building configuration...\n\nCurrent configuration : %d bytes\n%s\n", len(text), text)
}

// showRunningInterface prints `show running-config interface X`.
func showRunningInterface(w io.Writer, i *config.Interface) {
	one := config.New()
	one.Interfaces = []*config.Interface{i}
	var b strings.Builder
	b.WriteString("!\n")
	in := false
	for line := range strings.Lines(Config.Write(one)) {
		if strings.HasPrefix(line, "interface ") {
			in = true
		} else if in && !strings.HasPrefix(line, " ") {
			break
		}
		if in {
			b.WriteString(line)
		}
	}
	b.WriteString("end\n")
	fmt.Fprintf(w, "Building configuration...\n\nCurrent configuration : %d bytes\n%s\n", b.Len(), b.String())
}

// showStartup prints `show startup-config`.
func showStartup(w io.Writer, text []byte, room int) {
	if text == nil {
		fmt.Fprint(w, "startup-config is not present\n")
		return
	}
	fmt.Fprintf(w, "Using %d out of %d bytes\n%s\n", len(text), room, text)
}
