// Package nettest runs conft as its users do, as a process in network namespaces,
// against hosts, captures and peers that nobody here wrote. Its tests need root
// and skip without; they send only inside namespaces they make themselves.
package nettest
