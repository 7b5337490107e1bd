// Package ike is the IKE engine: it owns every ISAKMP SA, demultiplexes datagrams to
// the state machines of ike/v1, keeps their timers and performs their actions.
//
// Core is the engine without goroutines and clock: it is given the time and one Input
// and does what follows from it, calling the functions in Options. Slow work (Diffie-
// Hellman) comes back as Jobs for somebody else to run. Engine is what a router uses: a
// Core behind a mailbox, one goroutine that owns it, one timer set to the earliest
// deadline, and a few workers for the Jobs. ike/iketest drives two Cores in virtual time.
//
// Within a Core: sadb.go knows the ISAKMP SAs by their cookies, room.go how many of
// strangers there may be, ipsec.go the pairs of IPsec SAs, renew.go their renewal and
// delete.go their end, request.go what waits for phase 1, timers.go the deadlines,
// perform.go the execution of actions, report.go what is said and counted. A machine
// (v1.Phase1) is stepped only by the Core that holds it. Within an Engine: mailbox.go is
// what others may ask of it, backlog.go has the Jobs that wait.
package ike
