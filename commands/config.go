package commands

import (
	"slices"

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
		sequenceNumbersLine,
		separator,
		hostnameLine,
		separator,
		bootMarkerLines,
		loggingOnLine,
		loggingBufferedLine,
		loggingConsoleLine,
		loggingMonitorLine,
		loggingCountLine,
		loggingUserInfoLine,
		loggingRateLine,
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
		timezoneLine,
		summerTimeLine,
		separator,
		domainLookupLine,
		domainNameLine,
		hostLine,
		nameServerLine,
		loginBlockLine,
		loginDelayLine,
		loginQuietLine,
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
		logSessionLine,
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
		noWebLines,
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
		radiusSourceLine,
		loggingTrapLine,
		loggingOriginLine,
		loggingFacilityLine,
		loggingSourceLine,
		loggingHostLine,
		routeMapBlock,
	},
	numberedLines(),
	radiusLines,
	[]grammar.Entry[*config.Config]{separator},
	bannerTexts(),
	[]grammar.Entry[*config.Config]{privilegeLine, aliasLine, separator, lineBlock},
	actions,
	[]grammar.Entry[*config.Config]{known[*config.Config](knownWords), known[*config.Config](knownCrypto), known[*config.Config](knownOld)},
)...)

var separator = grammar.Separator[*config.Config]{}

// Text is a configuration as it is stored and as shows print it.
func Text(c *config.Config) string { return textFor(c, nil, false) }

// Load applies a stored text to c, a configuration that holds the machine's
// interfaces and is otherwise as config.New made it. Every line is tried; the
// error joins a *grammar.LineError for each one that was refused, without keys and
// passwords.
func Load(c *config.Config, text string) error { return redactErrors(Config.Parse(c, text)) }

// textFor is Text as somebody may read it who has some rights, nil for all; with all it has
// the lines that say what is so by default.
func textFor(c *config.Config, may *grammar.Rights, all bool) string {
	return "!\n" + Config.WriteFor(c, may, all) + "end\n"
}
