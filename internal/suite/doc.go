// Package suite holds the ciphers, hashes, pseudo-random functions and Diffie-Hellman
// groups of IKE and ESP under the numbers IANA gave them.
//
// The numbers are types: Encryption, Hash and Group are attribute values of an IKEv1
// phase 1 transform (RFC 2409, appendix A), Transform is an ESP transform identifier
// and Auth the authentication algorithm attribute beside it (RFC 2407, sections 4.4.4
// and 4.5). Valid reports whether a number received from a peer is one that this
// package implements; the methods that compute something require it.
//
// Everything is a pure function of its arguments: a private value comes from the reader
// given to Group.GenerateKey and from nothing else, so that a negotiation can be
// repeated octet by octet. Values are safe for concurrent use, except that
// PrivateKey.Clear must come after the last use of the key.
package suite
