// Package grammar turns declarations of commands into everything a command line
// needs: the matcher with its abbreviations, the `?` lists, Tab, the place of
// the ^ marker, and the writer of `show running-config`. It is pure: it prints
// nothing, keeps no state and imports only the standard library.
//
// # Notation of a syntax
//
//	word            a keyword; any unambiguous prefix is accepted, in any case
//	{a | b c}       a choice; each side is a sequence
//	[a | b]         an optional choice
//	![a]            required, but optional behind `no` and `default`
//	x...            x once or more; [x]... is x any number of times
//	x$name          binds what x matched; see below
//	x$$name         binds it, and it is a secret: Step.Logged leaves it out
//	WORD            any word          LINE   the rest of the line, blanks kept
//	A.B.C.D         IPv4 address, mask or wildcard
//	A.B.C.D/nn      IPv4 prefix
//	<1-10000>       decimal number
//	hh:mm:ss, hh:mm time of day
//	MONTH           month of the year, full or abbreviated       DAY  likewise, of the week
//	flash:          a name in the file system before the colon, or all of it
//	INTERFACE       interface name, "gi0/0" and "gig 0/0" alike, made canonical
//	INTERFACES      rest of the line, help as for "gi0/0 - 3 , lo1"
//
// A binding on a group holds the words matched in the group that no inner
// binding holds: in `{des | aes [128 | 256]$bits}$cipher`, "aes 256" gives
// cipher "aes" and bits "256". A placeholder that is not bound is bound under its
// own text ("WORD"), and Args.Has answers for each keyword under its own text.
//
// # Help
//
// Help is keyed by token: the keyword or placeholder, or "$name" for a token
// that is bound directly (`A.B.C.D$mask` is looked up as "$mask" first). Where
// several commands of a mode begin alike, one of them gives the help of the
// shared tokens. Building a mode panics when a token has no help, when
// two commands give it different texts at the same place, or when two commands
// accept the same line. INTERFACE and INTERFACES bring their own help.
//
// # Which word matches
//
// At each place all commands of the mode are considered together: an exact
// keyword wins, then a keyword that the word abbreviates (several: the
// line is ambiguous), then a number, address, time or interface, then WORD, then
// LINE. There is no way back from a choice, as on IOS.
//
// # Modes
//
// Line and Block are the entries of a configuration Mode, Exec those of an
// ExecTable. A Position is a place in the configuration: the blocks that are
// open, each by the arguments that opened it. Position.Apply interprets one line
// on a private copy of the configuration; Parse does it for a whole text. `no`,
// `default`, `exit` exist in each Mode, `do` and `end` in the outermost one.
package grammar
