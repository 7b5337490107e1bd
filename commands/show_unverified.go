package commands

// Texts of show and EXEC commands that no published transcript at hand shows. They are
// written down from memory and stand here together, so that a correction touches one line.
const (
	textCPUSeconds = "CPU% per second (last 60 seconds)"
	textCPUMinutes = "CPU% per minute (last 60 minutes)"
	textCPUHours   = "CPU% per hour (last 72 hours)"
	textCPUMarks   = "* = maximum CPU%   # = average CPU%"

	textNoCounts  = "Logging count is disabled: see logging count.\n"
	textCountHead = "Facility      Message Name                   Sev  Occur  Last Time\n" +
		"======================================================================\n"
	textCountRule = "------------- ------------------------------ --- ------  ----------\n"

	textELI = "Hardware Encryption : INACTIVE\n Number of hardware crypto engines = 0\n\ncrypto engine 1:Software Crypto Engine\n"

	textNoIssuer       = "  Issuing CA certificate not configured.\n"
	textNoVolume       = "kilobyte disabled/%d seconds"
	textFlowPort       = " port %d"
	textAccessCheckOut = "\tExtended IP access check OUT list %s\n"
	textISAKMPDeleted  = "       (deleted)\n"

	textCondition = "Crypto conditional debug currently is turned %s\nIKE debug context unmatched flag: %[2]s\n" +
		"IPsec debug context unmatched flag: %[2]s\nCrypto Engine debug context unmatched flag: %[2]s\n"
	textConditionPeers   = "\nIKE peer IP address filters:\n"
	textConditionSubnets = "\nIKE peer subnet filters:\n"
)
