// Package exchange is the vocabulary that the IKE engine and its state machines
// share: the policy a machine may look at, the events it consumes and the actions
// it answers with.
//
// A machine is a pure function of its state, an Env and one Event. It performs
// nothing itself: sending, timers, Diffie-Hellman, the installation of SAs and every
// debug line are Actions, which the engine performs in the order they were appended.
// All values are owned by the engine's goroutine, except a Policy, which is immutable
// once it is given to the engine and may be read by anyone.
package exchange
