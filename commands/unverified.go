package commands

// Texts that no published transcript at hand shows. They are written down from memory and
// stand here together, so that a correction touches one line.
const (
	askSweepMin  = "Sweep min size"
	askSweepMax  = "Sweep max size"
	askSweepStep = "Sweep interval"

	// Published are the dialogues of a record and of timestamps. Of a source route only the
	// question is, and that there is no room, by which automation knows them; the rest is ours.
	askHops      = "Number of hops [ %d ]: "
	askStamps    = "Number of timestamps [ %d ]: "
	askRoute     = "Source route: "
	textNoOption = "%% No such option - \"%s\"" // the next question stands right behind it
	textOneRoute = "% There is a source route already\n"
	textNoRoom   = "% No room for that option\n"
	textBadRoute = "% Invalid source route\n"

	askClearConfigLog = "Clear config log [confirm]"
	askDebugAll       = "This may severely impact network performance. Continue? (yes/[no]): "

	textSweepSizes  = "[%d..%d]"
	textPattern     = "Packet has data pattern 0x%04X\n"
	textPingReply   = "Reply to request %d (%d ms)"
	textPingLost    = "Request %d timed out"
	textPingTooBig  = "Request %d could not be fragmented"
	textPingMTU     = "Unreachable from %s, maximum MTU %d"
	textPingNoRoute = "Unreachable from %s"
	textPingQuench  = "Source quench from %s"
	textPingExpired = "Time exceeded from %s"
	textPingUnknown = "Unknown reply to request %d from %s"
	textPingSize    = " (size %d)"

	textOptionsSent     = "Packet has IP options:  Total option bytes= %d, padded length=%d\n"
	textOptionsReceived = "Received packet has options\n Total option bytes= %d, padded length=%[1]d\n"
	textOptionsEnd      = " End of list\n"
	textLoose           = " Loose source route:"
	textStrict          = " Strict source route:"
	textRecord          = " Record route:"
	textRouteMark       = " <*>"
	textStamps          = " Timestamp: Type %d.  Overflows: %d length %d, ptr %d\n"
	textStampMark       = "  >>Current pointer<<\n"
	textStamp           = "  Time=%s (%08X)\n"

	textARPSummary = "Total number of entries in the ARP table: %d.\nTotal number of Dynamic ARP entries: %d.\n" +
		"Total number of Incomplete ARP entries: %d.\nTotal number of Interface ARP entries: %d.\nTotal number of Static ARP entries: %d.\n" +
		"Total number of Alias ARP entries: 0.\nTotal number of Simple Application ARP entries: 0.\n" +
		"Total number of Application Alias ARP entries: 0.\nTotal number of Application Timer ARP entries: 0.\n"

	textPermanent    = "      Permanent\n"
	textStaticActive = "A"
	textStaticIdle   = "N"
	textStaticStays  = "P" // behind one of the others

	textLoadStep   = "Load interval must be in increments of 30 seconds"
	textBadPattern = "Invalid pattern, try again."
)

// Those of address translation.
const (
	textNATNetmask          = "%%Invalid netmask"
	textNATPoolOrder        = "%%End address less than start address"
	textNATPoolSpan         = "%%Start and end addresses on different subnets"
	textNATNoPool           = "%%Pool %s not found"
	textNATPoolUsed         = "%%Pool %s in use, cannot destroy"
	textNATNoDynamic        = "%%Dynamic mapping not found"
	textNATNoStatic         = "%%Translation not found"
	textNoRouteMap          = "route-map %s not found"
	textRouteMapDescription = "  Description:\n    %s\n"

	textNATSimilar = "%% similar static entry (%s -> %s) already exists"

	// What `show ip nat translations verbose` adds.
	textNATTimes  = "    create %s, use %s timeout:%d, left %s,"
	textNATMapID  = " Map-Id(In): %d,"
	textNATStatic = "    create %s, use %s timeout:0,"
	textNATFlags  = "\n    flags: \n%s, use_count: 0, entry-id: %d, lc_entries: 0\n"
)

// Those of `show login`.
const (
	textLoginDelay    = "     A %slogin delay of %d seconds is applied.\n"
	textLoginNoDelay  = "     No login delay has been applied.\n"
	textLoginNoClass  = "     No Quiet-Mode access list has been configured.\n"
	textLoginClass    = "     Quiet-Mode access list %s is applied.\n"
	textLoginLogged   = "     All %s login is logged.\n"
	textLoginSome     = "     Every %d %s login is logged.\n"
	textLoginOff      = "\n     Router NOT enabled to watch for login Attacks\n"
	textLoginOn       = "\n     Router enabled to watch for login Attacks.\n     If more than %d login failures occur in %d seconds or less,\n     logins will be disabled for %d seconds.\n\n"
	textLoginQuiet    = "     Router presently in Quiet-Mode.\n     Will remain in Quiet-Mode for %d seconds.\n"
	textLoginAll      = "     Denying logins from all sources.\n"
	textLoginFiltered = "     Restricted logins filtered by applied ACL %s.\n"
	textLoginNormal   = "     Router presently in Normal-Mode.\n     Current Watch Window\n         Time remaining: %d seconds.\n         Login failures for current window: %d.\n"
	textNoFailures    = "\n*** No logged failed login attempts with the device.***\n\n"
	textFailures      = "Total failed logins: %d\nDetailed information about last 50 failures\n\nUsername        SourceIPAddr    lPort  Count  TimeStamp\n"
	textLoginTotal    = "     Total login failures: %d.\n"
)

// Those of `show crypto pki crls`.
const (
	textCRL      = "CRL Issuer Name: \n    %s\n    LastUpdate: %s\n"
	textCRLNext  = "    NextUpdate: %s\n"
	textCRLPlace = "    Retrieved from CRL Distribution Point: \n      %s\n\n"
)
