// Package bench measures conft against its controls on one machine, in one run: TCP
// and UDP through a tunnel of each suite beside plain forwarding, beside a conft that
// copies instead of encrypting, beside wireguard-go and beside strongSwan's user-space
// ESP; the time from start to prompt, resident memory, and GCM beside Go's bare AEAD.
// IKE is measured with spokes, engines in this process that share sockets: negotiations
// a second with strongSwan and with conft in every group, with the part of the engine's
// time that is public-key arithmetic, and what thousands of tunnels take in one conft.
// What forwarding costs beside a crypto map one thread on one core tells; numbered
// datagrams tell what is lost while SAs are renewed; and a stream has its turns beside
// SAs of other flows and alone.
//
// A machine that others use gives other figures from second to second. So the
// candidates take turns in several rounds, and what is reported is the median with
// the smallest and the largest; a ratio is the median of those within a round.
//
// It needs root. Everything happens in network namespaces that end with the process.
package bench
