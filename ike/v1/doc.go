// Package v1 is IKEv1 (RFC 2409) as pure state machines: Main Mode and Aggressive
// Mode with a pre-shared key or signatures, Quick Mode and Informational exchanges.
//
// Phase1 is the machine of one ISAKMP SA. It owns the key material and the exchanges
// that run under it: a node per message ID, for Quick Mode one machine each. Step
// consumes an exchange.Event and appends the exchange.Actions that follow, debug lines
// among them, in the order in which IOS 12.4 prints and does them.
//
//	main.go                          the table of Main Mode and what moves along it
//	main_initiator.go, _responder.go its rows: reading a message, building the answer
//	aggressive.go, _initiator.go, _responder.go  the same of Aggressive Mode
//	identity.go                      who is who: identities, keys, profiles
//	proposal1.go vendor.go natt.go auth.go sig.go  the payloads of phase 1
//	node.go                          the exchanges under phase 1
//	quick.go quick_initiator.go quick_responder.go  Quick Mode
//	proposal2.go choice2.go validate2.go proxy.go natoa.go install.go  what it agrees on, and the SAs of it
//	dynamic.go                       what a dynamic crypto map adds to it
//	info.go delete.go dpd.go retransmit.go  what may happen at any time
//	manner.go                        where 12.4 and 15.x differ in what is reported
//	keymat.go crypt.go               key derivation and encryption
//
// A message is judged by its row: which payloads it must and may carry, and whether it
// must be encrypted. Nothing that fails to authenticate changes anything once there are
// keys. A step that fails leaves the state it found.
package v1
