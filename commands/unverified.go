package commands

// Texts that no published transcript at hand shows. They are written down from memory and
// stand here together, so that a correction touches one line.
const (
	askSweepMin  = "Sweep min size"
	askSweepMax  = "Sweep max size"
	askSweepStep = "Sweep interval"
	askHops      = "Number of hops"

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
	textOptionsReceived = ".  Received packet has options\n Total option bytes= %d, padded length=%[1]d\n"
	textRecord          = " Record route:"
	textRecordMark      = " <*>"
	textRecordEnd       = " End of list\n\n"

	textPermanent    = "      Permanent\n"
	textStaticActive = "A"
	textStaticIdle   = "N"
	textStaticStays  = "P" // behind one of the others

	textLoadStep   = "Load interval must be in increments of 30 seconds"
	textBadPattern = "Invalid pattern, try again."
)
