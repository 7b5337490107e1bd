package commands

// Texts of address translation that no published transcript at hand shows. They are
// written down from memory and stand here together, so that a correction touches one
// line.
const (
	textNATNetmask   = "%%Invalid netmask"
	textNATPoolOrder = "%%End address less than start address"
	textNATPoolSpan  = "%%Start and end addresses on different subnets"
	textNATNoPool    = "%%Pool %s not found"
	textNATPoolUsed  = "%%Pool %s in use, cannot destroy"
	textNATNoDynamic = "%%Dynamic mapping not found"
	textNATNoStatic  = "%%Translation not found"
	textNATSimilar   = "%% similar static entry (%s -> %s) already exists"

	// What `show ip nat translations verbose` adds.
	textNATTimes  = "    create %s, use %s timeout:%d, left %s,"
	textNATMapID  = " Map-Id(In): %d,"
	textNATStatic = "    create %s, use %s timeout:0,"
	textNATFlags  = "\n    flags: \n%s, use_count: 0, entry-id: %d, lc_entries: 0\n"
)
