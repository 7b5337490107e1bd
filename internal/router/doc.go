// Package router is the appliance: the running configuration, and everything
// that is made to agree with it.
//
//	commands ──► Router.Commit ──► kernel.Apply, ike.SetPolicy, dataplane.SetPolicy
//	IKE ──► sas (installs IPsec SAs) ──► dataplane
//	dataplane ──► acquire, expiry ──► IKE
//
// Ownership: Router.mu serialises commits and what follows from them. The
// running configuration is published by an atomic pointer and never changed
// afterwards; show commands get copies (snapshot.go).
package router
