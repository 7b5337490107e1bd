package commands

// This file is what is said of the lines of old configurations in the sub-modes, and of
// the cryptography around them.

const (
	noSCEP    = "certificates are enrolled by pasting, use enrollment terminal"
	noOCSP    = "there is no OCSP, use revocation-check crl"
	noMatch   = "a route map chooses what is translated, by match ip address and match interface"
	noSession = "nobody connects from the router"
	noStorage = "certificates and keys are kept in nvram"
	noOld     = "there is only IPv4"
)

var knownCrypto = []knownWord{
	{"crypto pki trustpool", "authorities are those of the trustpoints", block},
	{"crypto pki profile", noSCEP, block},
	{"crypto pki server", "there is no certificate server", block},
	{"crypto pki crl cache", "a CRL is kept until its next update", absent},
	{"crypto pki token", noHardware, absent},
	{"crypto ca identity", "use crypto pki trustpoint", block},
	{"crypto ca trusted-root", "use crypto pki trustpoint", block},
	{"crypto ca profile", noSCEP, block},
	{"crypto provisioning", noSCEP, block},
	{"crypto identity", "peers are told apart by crypto isakmp profile", block},
	{"crypto key pubkey-chain", "RSA keys of peers come in their certificates", block},
	{"crypto isakmp fragmentation", "messages of IKE are fragmented by IP only", absent},
	{"crypto isakmp default", "there are no default policies", absent},
	{"crypto isakmp diffie-hellman", "a key is made for each exchange", absent},
	{"crypto ipsec profile", noTunnel, block},
	{"crypto ipsec client", noMode, block},
	{"crypto ipsec server", noMode, absent},
	{"crypto ipsec optional", "what a crypto map protects never leaves in clear", absent},
	{"crypto call", "there is no such limit", absent},
	{"crypto ctcp", noMode, absent},
	{"crypto xauth", noMode, absent},
	{"crypto wui", noMode, absent},
	{"crypto map WORD client", noMode, absent},
	{"crypto map WORD isakmp", noMode, absent},
	{"crypto map WORD isakmp-profile", "use set isakmp-profile in its entries", absent},
	{"crypto map WORD redundancy", "there is no stateful failover", absent},
	{"crypto map WORD gdoi", "there is no group encryption", absent},
	{"crypto map WORD <1-65535> gdoi", "there is no group encryption", block},
	{"crypto map WORD <1-65535> ipsec-manual", "keys are negotiated, use ipsec-isakmp", block},
	{"access-list dynamic-extended", "nobody is let in by logging in", absent},
	{"access-list <700-799>", noOld, absent},
	{"ip access-list log-update", "an entry with log reports every five minutes", absent},
	{"snmp", noSNMP, absent},
}

var knownTrustpoint = []knownWord{
	{"enrollment terminal pem", "requests are printed without headers, and what is pasted may have them; use enrollment terminal", absent},
	{"enrollment url", noSCEP, absent},
	{"enrollment mode", noSCEP, absent},
	{"enrollment retry", noSCEP, absent},
	{"enrollment profile", noSCEP, absent},
	{"enrollment http-proxy", noSCEP, absent},
	{"enrollment credential", noSCEP, absent},
	{"enrollment command", noSCEP, absent},
	{"auto-enroll", noSCEP, absent},
	{"auto-rollover", noSCEP, absent},
	{"password", "it is for the revocation of certificates that were enrolled over the network", absent},
	{"root", noSCEP, absent},
	{"regenerate", "a key pair is made by crypto key generate rsa only", absent},
	{"rsakeypair WORD WORD", "the size is given to crypto key generate rsa, name the pair alone", absent},
	{"eckeypair", "key pairs are RSA, use rsakeypair", absent},
	{"usage ike", "certificates are for IKE", given},
	{"usage", "certificates are for IKE only", absent},
	{"hash sha256", "requests are signed with it", given},
	{"hash", "requests are signed with SHA-256", absent},
	{"source", "the address is that of the route", absent},
	{"vrf", noVRF, absent},
	{"chain-validation", "a chain ends at any authority of the trustpoint", absent},
	{"primary", "the trustpoint is that of an authority that the peer asks for", absent},
	{"crl optional", "use revocation-check crl none", absent},
	{"crl", "a CRL is kept until its next update", absent},
	{"query", "CRLs are fetched by HTTP or from a file, use crl query", absent},
	{"authorization", "certificates are judged by the router alone", absent},
	{"ocsp", noOCSP, absent},
	{"revocation-check ocsp", noOCSP, absent},
	{"revocation-check crl ocsp", noOCSP, absent},
	{"on", noHardware, absent},
	{"storage", noStorage, absent},
	{"eku", "the authority says what a certificate is for", absent},
	{"validation-usage", "certificates are for IKE", absent},
	{"fingerprint", "it is shown and asked about as the authority is pasted", absent},
	{"subject-alt-name", "the names are those of fqdn and ip-address", absent},
	{"match certificate WORD", "a map says who is accepted, without exceptions", absent},
	{"match", "peers are chosen by match certificate", absent},
}

var knownCertificateMap = []knownWord{
	{"valid-start", "the times in a certificate are always judged", absent},
	{"expires-on", "the times in a certificate are always judged", absent},
}

var knownISAKMPProfile = []knownWord{
	{"client", noMode, absent},
	{"isakmp authorization", noMode, absent},
	{"match identity group", noMode, absent},
	{"match identity address A.B.C.D A.B.C.D WORD", noVRF, absent},
	{"self-identity fqdn WORD", "the name is that of hostname and ip domain name, use self-identity fqdn", absent},
	{"local-address", "a profile holds for every address of the router", absent},
	{"virtual-template", noTunnel, absent},
	{"vrf", noVRF, absent},
	{"qos-group", noQoS, absent},
}

var knownKeyring = []knownWord{
	{"local-address", "a keyring holds for every address of the router", absent},
	{"vrf", noVRF, absent},
	{"rsa-pubkey", "RSA keys of peers come in their certificates", block},
	{"pre-shared-key address ipv6", noIPv6, absent},
}

var knownMapEntry = []knownWord{
	{"qos", noQoS, absent},
	{"set nat", "it serves clients of L2TP, and there is no L2TP", absent},
	{"set security-policy", "an entry has no such limit", absent},
	{"set identity", "peers are told apart by set isakmp-profile", absent},
	{"set session-key", "keys are negotiated", absent},
	{"set security-association level", "an SA is as wide as its entry of the access list", absent},
	{"set security-association dummy", "no packets are made up", absent},
	{"set ikev2-profile", "there is only IKE version 1", absent},
	{"set peer WORD dynamic", "a peer is named by its address, use a dynamic crypto map for one whose address changes", absent},
	{"set peer WORD", "a peer is named by its address", absent},
	{"set reverse-route", "a reverse route has neither distance nor tag", absent},
	{"reverse-route remote-peer", "the peer is reached by ip route", absent},
	{"reverse-route tag", "a reverse route has neither distance nor tag", absent},
}

var knownInterface = []knownWord{
	{"logging event link-status", "every change of a link is logged", given},
	{"logging event", "only changes of the link are logged", absent},
	{"ip address negotiated", noTunnel, absent},
	{"ip verify", "sources are not checked against the routes, use an access list", absent},
	{"ip nbar", noQoS, absent},
	{"ip rsvp", noQoS, absent},
	{"ip rtp", noQoS, absent},
	{"ip load-sharing", "the kernel spreads what goes several ways", absent},
	{"ip authentication", noRouting, absent},
	{"ip bandwidth-percent", noRouting, absent},
	{"ip router", noRouting, absent},
	{"ip mobile", noRouting, absent},
	{"ip irdp", "routers are not announced", absent},
	{"ip wccp", "packets are not redirected", absent},
	{"ip cgmp", "there is no multicast", absent},
	{"ip information-reply", "there is no information reply", absent},
	{"ip broadcast-address", "it is 255.255.255.255", absent},
	{"ip probe", "hosts are found by ARP only", absent},
	{"isis", noRouting, absent},
	{"bfd", noRouting, absent},
	{"mpls", "there is no MPLS", absent},
	{"tag-switching", "there is no MPLS", absent},
	{"crypto ipsec client", noMode, absent},
	{"crypto map WORD redundancy", "there is no stateful failover", absent},
	{"bandwidth inherit", noTunnel, absent},
	{"bandwidth receive", "there is one bandwidth for both directions", absent},
	{"rate-limit", noQoS, absent},
	{"random-detect", noQoS, absent},
	{"traffic-shape", noQoS, absent},
	{"max-reserved-bandwidth", noQoS, absent},
	{"priority-group", noQoS, absent},
	{"priority-queue", noQoS, absent},
	{"custom-queue-list", noQoS, absent},
	{"wrr-queue", noQoS, absent},
	{"mls", noQoS, absent},
	{"auto", noQoS, absent},
	{"storm-control", noSwitch, absent},
	{"channel-group", byLinux, absent},
	{"udld", noSwitch, absent},
	{"dot1q", noSwitch, absent},
	{"dot1x", noSwitch, absent},
	{"vlan-id", noSwitch, absent},
	{"macsec", noSwitch, absent},
	{"peer default", noTunnel, absent},
	{"timeout absolute", noTunnel, absent},
	{"xconnect", noTunnel, absent},
	{"backup", "use a second ip route with a higher distance", absent},
	{"arp arpa", "ARP is that of Ethernet", given},
	{"arp frame-relay", noTunnel, absent},
	{"arp", byLinux, absent},
	{"ipx", noOld, absent},
	{"appletalk", noOld, absent},
	{"decnet", noOld, absent},
	{"clns", noOld, absent},
	{"mop", noOld, absent},
	{"lat", noOld, absent},
	{"loopback", noHardware, absent},
	{"down-when-looped", noHardware, absent},
	{"transmit-interface", noHardware, absent},
	{"squelch", noHardware, absent},
	{"power", noHardware, absent},
	{"crc", noHardware, absent},
	{"framing", noHardware, absent},
	{"linecode", noHardware, absent},
	{"cablelength", noHardware, absent},
	{"dsl", noHardware, absent},
	{"pvc", noHardware, absent},
	{"atm", noHardware, absent},
	{"service-module", noHardware, absent},
}

var knownLine = []knownWord{
	{"ip netmask-format", "masks are shown as each page has them", absent},
	{"access-class WORD out", noSession, absent},
	{"access-class WORD in", noVRF, absent},
	{"authorization", byLevel, absent},
	{"login tacacs", "servers are asked by RADIUS", absent},
	{"exec prompt", "a session says so itself, by terminal exec prompt timestamp", absent},
	{"editing", "lines are always edited", given},
	{"monitor", "use terminal monitor", absent},
	{"vacant-message", noSetting, delimited},
	{"refuse-message", noSetting, delimited},
	{"rotary", noSession, absent},
	{"telnet", noSession, absent},
	{"autobaud", noHardware, absent},
	{"autohangup", noHardware, absent},
	{"autoselect", noHardware, absent},
	{"callback", noHardware, absent},
	{"rxspeed", noHardware, absent},
	{"txspeed", noHardware, absent},
	{"script", noHardware, absent},
	{"exec-character-bits", noSetting, absent},
	{"data-character-bits", noSetting, absent},
	{"special-character-bits", noSetting, absent},
	{"disconnect-character", noSetting, absent},
	{"hold-character", noSetting, absent},
	{"start-character", noSetting, absent},
	{"stop-character", noSetting, absent},
	{"buffer-length", noSetting, absent},
	{"dispatch-timeout", noSetting, absent},
	{"dispatch-character", noSetting, absent},
	{"full-help", noSetting, absent},
	{"insecure", noSetting, absent},
	{"international", noSetting, absent},
	{"lockable", noSetting, absent},
	{"login-string", noSetting, absent},
	{"logout-warning", noSetting, absent},
	{"notify", noSetting, absent},
	{"padding", noSetting, absent},
	{"private", noSetting, absent},
	{"session-disconnect-warning", noSetting, absent},
	{"timeout login", noSetting, absent},
}

var knownArchive = []knownWord{
	{"path", "the archive is in flash: only", absent}, // an address would hold a password
	{"rollback", "a rollback is one transaction, without retries", absent},
}

var knownArchiveLog = []knownWord{
	{"logging persistent", "the log of changes is kept in memory", absent},
	{"notify syslog contenttype xml", "notifications are text", absent},
	{"record", "only the lines themselves are recorded", absent},
}

var knownRADIUSServer = []knownWord{
	{"automate-tester", "a server is asked only when somebody logs in", absent},
	{"backoff", "the timeout is always the same", absent},
	{"non-standard", "only what RFC 2865 says is read", absent},
	{"pac", "there is no protected access", absent},
}

var knownServerGroup = []knownWord{
	{"server-private", "use radius server and server name", absent},
	{"deadtime", "one dead time holds for all servers, use radius-server deadtime", absent},
	{"attribute", "attributes are those of RFC 2865", absent},
}

var knownRouteMap = []knownWord{
	{"match", noMatch, absent},
	{"set", noMatch, absent},
	{"continue", noMatch, absent},
}

var knownPublicKeys = []knownWord{{"server", noSession, block}}
