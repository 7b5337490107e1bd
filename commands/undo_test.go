package commands

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"conft/internal/config"
	"conft/shell/grammar"
)

// undoing is a configuration command, what it writes and how it is undone.
type undoing struct {
	before []string // lines that lead there
	line   string
	want   string
	no     string
}

const (
	set   = "crypto ipsec transform-set T esp-aes esp-sha-hmac"
	entry = "crypto map M 10 ipsec-isakmp"
	trust = "crypto pki trustpoint CA"
	peers = "crypto pki certificate map PEERS 10"

	profile = "crypto isakmp profile P"

	link = "interface GigabitEthernet0/0"

	template = "crypto dynamic-map D 10"

	pool = "ip nat pool P 1.1.1.1 1.1.1.9 netmask 255.255.255.240"
)

// Places where users come in.
var (
	newModel = []string{"aaa new-model"}
	con      = []string{"line con 0"}
	vtys     = []string{"line vty 0 4"}
	server   = []string{"radius server R"}
	servers  = []string{"aaa new-model", "aaa group server radius G"}
	keyChain = []string{"ip ssh pubkey-chain"}
	keyUser  = []string{"ip ssh pubkey-chain", "username u"}
	keyText  = []string{"ip ssh pubkey-chain", "username u", "key-string"}
)

var undoings = []undoing{
	{nil, "service password-encryption", "service password-encryption", "no service password-encryption"},
	{nil, "enable secret level 5 5 $1$abcd$2hDGYdE0UrwK2pqoiF6BB1", "enable secret level 5 5 $1$abcd$2hDGYdE0UrwK2pqoiF6BB1", "no enable secret level 5"},
	{nil, "enable algorithm-type scrypt secret cisco", "hostname Router", "no enable algorithm-type scrypt secret"},
	{nil, "enable password 7 0822455D0A16", "enable password 7 0822455D0A16", "no enable password"},
	{nil, "username u privilege 7", "username u privilege 7", "no username u"},
	{nil, "username u nopassword", "username u nopassword", "no username u"},
	{nil, "username u password cisco", "username u password 0 cisco", "no username u password"},
	{nil, "username u algorithm-type sha256 secret cisco", "hostname Router", "no username u algorithm-type sha256 secret"},
	{nil, "username u privilege 15 secret 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6",
		"username u privilege 15 secret 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6", "no username u"},
	{nil, "login block-for 10 attempts 3 within 20", "login block-for 10 attempts 3 within 20", "no login block-for"},
	{nil, "login delay 3", "login delay 3", "no login delay"},
	{nil, "login quiet-mode access-class 10", "login quiet-mode access-class 10", "no login quiet-mode access-class"},
	{nil, "login on-failure log", "login on-failure log", "no login on-failure log"},
	{nil, "login on-failure log every 1", "login on-failure log", "no login on-failure"},
	{nil, "login on-failure every 3", "login on-failure log every 3", "no login on-failure log every 3"},
	{nil, "login on-success", "login on-success log", "no login on-success"},
	{nil, "aaa new-model", "aaa session-id common", "no aaa new-model"},
	{newModel, "aaa session-id common", "aaa session-id common", "no aaa session-id"},
	{newModel, "aaa authentication login default local line local", "aaa authentication login default local line", "no aaa authentication login default"},
	{newModel, "aaa authentication login L group radius none", "aaa authentication login L group radius none", "no aaa authentication login L"},
	{newModel, "aaa authentication enable default enable", "aaa authentication enable default enable", "no aaa authentication enable default"},
	{newModel, "aaa authorization exec default local", "aaa authorization exec default local", "no aaa authorization exec default"},
	{newModel, "aaa authorization console", "aaa authorization console", "no aaa authorization console"},
	{newModel, "aaa group server radius G", "aaa group server radius G", "no aaa group server radius G"},
	{servers, "server name R", " server name R", "no server name R"},
	{servers, "server 10.0.0.1", " server 10.0.0.1 auth-port 1645 acct-port 1646", "no server 10.0.0.1"},
	{nil, "radius server R", "radius server R", "no radius server R"},
	{server, "address ipv4 10.0.0.1", " address ipv4 10.0.0.1 auth-port 1645 acct-port 1646", "no address ipv4"},
	{server, "timeout 3", " timeout 3", "no timeout"},
	{server, "retransmit 0", " retransmit 0", "no retransmit"},
	{server, "key 7 0822455D0A16", " key 7 0822455D0A16", "no key"},
	{nil, "radius-server deadtime 5", "radius-server deadtime 5", "no radius-server deadtime"},
	{nil, "radius-server host 10.0.0.1 key cisco", "radius-server host 10.0.0.1 auth-port 1645 acct-port 1646 key cisco", "no radius-server host 10.0.0.1"},
	{nil, "radius-server key cisco", "radius-server key cisco", "no radius-server key"},
	{nil, "radius-server timeout 3", "radius-server timeout 3", "no radius-server timeout"},
	{nil, "radius-server retransmit 0", "radius-server retransmit 0", "no radius-server retransmit"},
	{nil, "ip ssh version 2", "ip ssh version 2", "no ip ssh version"},
	{nil, "ip ssh time-out 30", "ip ssh time-out 30", "no ip ssh time-out"},
	{nil, "ip ssh authentication-retries 5", "ip ssh authentication-retries 5", "default ip ssh authentication-retries"},
	{nil, "ip ssh rsa keypair-name K", "ip ssh rsa keypair-name K", "no ip ssh rsa keypair-name"},
	{nil, "ip ssh server algorithm authentication publickey", "ip ssh server algorithm authentication publickey", "no ip ssh server algorithm authentication"},
	{nil, "ip ssh server algorithm mac hmac-sha2-512 hmac-sha1", "ip ssh server algorithm mac hmac-sha2-512 hmac-sha1", "no ip ssh server algorithm mac"},
	{nil, "ip ssh pubkey-chain", "hostname Router", "no ip ssh pubkey-chain"}, // it is written when there is something in it
	{keyChain, "username u", "  username u", "no username u"},
	{keyUser, "key-hash ssh-rsa 0123456789abcdef0123456789ABCDEF me", "   key-hash ssh-rsa 0123456789ABCDEF0123456789ABCDEF me", "no key-hash ssh-rsa"},
	{keyUser, "key-string", "hostname Router", "no key-string"},
	{keyText, "LINE", "hostname Router", ""},
	{nil, "line vty 5 15", "line vty 5 15", "no line vty 5"},
	{nil, "line vty 0", "line vty 0 4", ""},
	{con, "exec-timeout 0 30", " exec-timeout 0 30", "default exec-timeout"},
	{con, "no exec-timeout", " exec-timeout 0 0", "exec-timeout 10"},
	{con, "location Room 3", " location Room 3", "no location"},
	{con, "session-timeout 4", " session-timeout 4", "no session-timeout"},
	{con, "privilege level 15", " privilege level 15", "no privilege level"},
	{con, "password 7 0822455D0A16", " password 7 0822455D0A16", "no password"},
	{con, "logging synchronous", " logging synchronous", "no logging synchronous"},
	{con, "logging synchronous level all limit 300", " logging synchronous level all limit 300", "no logging synchronous"},
	{con, "logging synchronous level 5", " logging synchronous level 5", "default logging synchronous"},
	{con, "length 0", " length 0", "no length"},
	{con, "width 132", " width 132", "default width"},
	{con, "history size 50", " history size 50", "no history size"},
	{con, "no history", " history size 0", "history"},
	{con, "history size 50", " history size 50", "default history"},
	{con, "no exec", " no exec", "exec"},
	{con, "exec", "hostname Router", "default exec"},
	{con, "no exec-banner", " no exec-banner", "exec-banner"},
	{con, "exec-banner", "hostname Router", "default exec-banner"},
	{con, "no motd-banner", " no motd-banner", "motd-banner"},
	{con, "motd-banner", "hostname Router", "default motd-banner"},
	{con, "stopbits 1", " stopbits 1", "no stopbits"},
	{con, "speed 115200", " speed 115200", "no speed"},
	{con, "login local", " login local", "no login"},
	{vtys, "no login", " no login", "default login"},
	{con, "login authentication L", " login authentication L", "no login authentication"},
	{con, "authorization exec L", " authorization exec L", "no authorization exec"},
	{vtys, "access-class ADMINS in", " access-class ADMINS in", "no access-class"},
	{vtys, "transport input telnet ssh", " transport input telnet ssh", "no transport input"},
	{vtys, "transport output none", " transport output none", "no transport output"},
	{vtys, "transport preferred none", " transport preferred none", "no transport preferred"},
	{nil, "alias exec sib show ip interface brief", "alias exec sib show ip interface brief", "no alias exec sib"},
	{nil, "privilege exec level 5 sh run", "privilege exec level 5 show running-config", "no privilege exec level 5 sh run"},
	{nil, "privilege exec all level 6 clear", "privilege exec all level 6 clear", "no privilege exec level 6 clear"},
	{nil, "privilege configure level 7 interface", "privilege configure level 7 interface", "privilege configure reset interface"},
	{nil, "privilege configure level 7 cry map", "privilege configure level 7 crypto map", "no privilege configure level 7 cry map"},
	{nil, "privilege interface level 7 ip addr", "privilege interface level 7 ip address", "default privilege interface level 7 ip address"},
	{nil, "privilege line level 5 exec-timeout", "privilege line level 5 exec-timeout", "no privilege line level 5 exec-timeout"},
	{nil, "privilege exec level 3 term len", "privilege exec level 3 terminal len", "privilege exec reset term len"},
	{nil, "banner motd #Keep out#", "banner motd ^CKeep out^C", "no banner motd"},
	{nil, "banner login ^CWho are you^C", "banner login ^CWho are you^C", "no banner login"},
	{nil, "banner exec aHi allaboard", "banner exec ^CHi ^C", "default banner exec"},
	{nil, "archive", "hostname Router", "no archive"}, // it is written when there is something in it
	{[]string{"archive"}, "path FLASH:/a", " path flash:/a", "no path"},
	{[]string{"archive"}, "maximum 5", " maximum 5", "no maximum"},
	{[]string{"archive"}, "write-memory", " write-memory", "no write-memory"},
	{[]string{"archive"}, "time-period 60", " time-period 60", "no time-period 60"},
	{[]string{"archive"}, "log config", "hostname Router", "no log config"},
	{[]string{"archive", "log config"}, "logging enable", "  logging enable", "no logging enable"},
	{[]string{"archive", "log config"}, "logging size 200", "  logging size 200", "default logging size"},
	{[]string{"archive", "log config"}, "notify syslog", "  notify syslog contenttype plaintext", "no notify syslog"},
	{[]string{"archive", "log config"}, "hidekeys", "  hidekeys", "no hidekeys"},
	{nil, "service timestamps debug uptime", "service timestamps debug uptime", "default service timestamps debug"},
	{nil, "no service timestamps log", "no service timestamps log uptime", "default service timestamps log"},
	{nil, "service timestamps log datetime year localtime show-timezone msec", "service timestamps log datetime msec localtime show-timezone year", "default service timestamps log"},
	{nil, "hostname X", "hostname X", "no hostname"},
	{nil, "logging buffered 5000", "logging buffered 5000", "default logging buffered"},
	{nil, "logging buffered 3", "logging buffered 4096 errors", "default logging buffered"},
	{nil, "no logging on", "no logging on", "logging on"},
	{nil, "no logging on", "no logging on", "default logging on"},
	{nil, "no logging buffered", "no logging buffered", "logging buffered"},
	{nil, "logging console alerts", "logging console alerts", "default logging console"},
	{nil, "no logging console", "no logging console", "logging console"},
	{nil, "logging monitor 4", "logging monitor warnings", "default logging monitor"},
	{nil, "enable secret 5 $1$abcd$2hDGYdE0UrwK2pqoiF6BB1", "enable secret 5 $1$abcd$2hDGYdE0UrwK2pqoiF6BB1", "no enable secret"},
	{nil, "enable password a b", "enable password a b", "no enable password"},
	{nil, "no ip domain-lookup", "no ip domain lookup", "ip domain lookup"},
	{nil, "no ip domain lookup", "no ip domain lookup", "ip domain-lookup"},
	{nil, "crypto pki trustpoint CA", "crypto pki trustpoint CA", "no crypto pki trustpoint CA"},
	{nil, "crypto ca trustpoint CA", " revocation-check crl", "no crypto ca trustpoint CA"},
	{[]string{trust}, "enrollment terminal", " enrollment terminal", "no enrollment"},
	{[]string{trust}, "enrollment selfsigned", " enrollment selfsigned", "no enrollment selfsigned"},
	{[]string{trust}, "fqdn none", " fqdn none", "no fqdn"},
	{[]string{trust}, "fqdn r1.lab", " fqdn r1.lab", "no fqdn r1.lab"},
	{[]string{trust}, "ip-address none", " ip-address none", "no ip-address"},
	{[]string{trust}, "serial-number", " serial-number", "no serial-number"},
	{[]string{trust}, "serial-number none", " serial-number none", "no serial-number"},
	{[]string{trust}, "ip-address 1.2.3.4", " ip-address 1.2.3.4", "no ip-address"},
	{[]string{trust}, "subject-name cn=R1, o=lab", " subject-name cn=R1, o=lab", "no subject-name"},
	{[]string{trust}, "revocation-check none", " revocation-check none", "no revocation-check"},
	{[]string{trust}, "revocation-check crl none", " revocation-check crl none", "default revocation-check"},
	{[]string{trust}, "crl query http://ca/x.crl", " crl query http://ca/x.crl", "no crl query"},
	{[]string{trust}, "rsakeypair K", " rsakeypair K", "no rsakeypair"},
	{[]string{trust}, "match certificate PEERS", " match certificate PEERS", "no match certificate PEERS"},
	{[]string{"crypto pki trustpoint CA", profile}, "ca trust-point CA", "   ca trust-point CA", "no ca trust-point CA"},
	{nil, "crypto pki certificate map PEERS 10", "crypto pki certificate map PEERS 10", "no crypto pki certificate map PEERS 10"},
	{[]string{peers}, "subject-name co o=lab", " subject-name co o=lab", "no subject-name co o=lab"},
	{[]string{peers}, "issuer-name eq cn=ca", " issuer-name eq cn=ca", "no issuer-name"},
	{[]string{peers}, "alt-subject-name nc lab", " alt-subject-name nc lab", "no alt-subject-name nc lab"},
	{[]string{peers}, "unstructured-subject-name ne r9", " unstructured-subject-name ne r9", "no unstructured-subject-name"},
	{[]string{peers}, "serial-number eq 0D", " serial-number eq 0D", "no serial-number"},
	{nil, "crypto isakmp policy 5", "crypto isakmp policy 5", "no crypto isakmp policy 5"},
	{[]string{"crypto isakmp policy 5"}, "encryption aes 192", " encr aes 192", "no encryption"},
	{[]string{"crypto isakmp policy 5"}, "hash sha256", " hash sha256", "no hash"},
	{[]string{"crypto isakmp policy 5"}, "authentication pre-share", " authentication pre-share", "no authentication"},
	{[]string{"crypto isakmp policy 5"}, "group 5", " group 5", "no group 5"},
	{[]string{"crypto isakmp policy 5"}, "lifetime 60", " lifetime 60", "no lifetime"},
	{nil, "crypto isakmp key K address 1.2.3.4", "crypto isakmp key K address 1.2.3.4", "no crypto isakmp key K address 1.2.3.4"},
	{nil, "crypto isakmp key K address 1.2.3.4 no-xauth", "crypto isakmp key K address 1.2.3.4 no-xauth", "no crypto isakmp key K address 1.2.3.4"},
	{nil, "ip domain-name example.com", "ip domain name example.com", "no ip domain name"},
	{nil, "password encryption aes", "password encryption aes", "no password encryption aes"},
	{nil, "key config-key password-encrypt a master key", "!", "no key config-key password-encrypt"}, // writes nothing
	{nil, "crypto isakmp key 0 6 hostname r1.example.com", "crypto isakmp key 0 6 hostname r1.example.com", "no crypto isakmp key 0 6 hostname r1.example.com"},
	{nil, "crypto isakmp identity hostname", "crypto isakmp identity hostname", "no crypto isakmp identity"},
	{nil, "crypto isakmp identity dn", "crypto isakmp identity dn", "default crypto isakmp identity"},
	{nil, "crypto isakmp aggressive-mode disable", "crypto isakmp aggressive-mode disable", "no crypto isakmp aggressive-mode disable"},
	{nil, "crypto keyring K", "crypto keyring K", "no crypto keyring K"},
	{[]string{"crypto keyring K"}, "description x y", "  description x y", "no description"},
	{[]string{"crypto keyring K"}, "pre-shared-key address 1.2.3.4 255.255.255.0 key k", "  pre-shared-key address 1.2.3.0 255.255.255.0 key k", "no pre-shared-key address 1.2.3.0 255.255.255.0"},
	{[]string{"crypto keyring K"}, "pre-shared-key hostname h key 0 0", "  pre-shared-key hostname h key 0 0", "no pre-shared-key hostname h key 0 0"},
	{nil, "crypto isakmp peer address 1.2.3.4", "crypto isakmp peer address 1.2.3.4", "no crypto isakmp peer address 1.2.3.4"},
	{[]string{"crypto isakmp peer address 1.2.3.4"}, "set aggressive-mode password p", " set aggressive-mode password p", "no set aggressive-mode password"},
	{[]string{"crypto isakmp peer address 1.2.3.4"}, "description Site A", " description Site A", "no description"},
	{[]string{"crypto isakmp peer address 1.2.3.4"}, "set aggressive-mode client-endpoint user-fqdn a@b", " set aggressive-mode client-endpoint user-fqdn a@b", "no set aggressive-mode client-endpoint"},
	{[]string{"crypto isakmp peer address 1.2.3.4"}, "set aggressive-mode client-endpoint fqdn b", " set aggressive-mode client-endpoint fqdn b", "no set aggressive-mode client-endpoint fqdn b"},
	{[]string{"crypto isakmp peer address 1.2.3.4"}, "set aggressive-mode client-endpoint ipv4-address 1.2.3.5", " set aggressive-mode client-endpoint ipv4-address 1.2.3.5", "no set aggressive-mode client-endpoint"},
	{nil, profile, profile, "no " + profile},
	{[]string{profile}, "description x y", "   description x y", "no description"},
	{[]string{"crypto keyring K", profile}, "keyring K", "   keyring K", "no keyring K"},
	{[]string{profile}, "keyring default", "   keyring default", "no keyring default"},
	{[]string{profile}, "self-identity fqdn", "   self-identity fqdn", "no self-identity"},
	{[]string{profile}, "self-identity address", "   self-identity address", "no self-identity"},
	{[]string{profile}, "self-identity user-fqdn a@b", "   self-identity user-fqdn a@b", "no self-identity user-fqdn a@b"},
	{[]string{profile}, "match identity address 1.2.3.4", "   match identity address 1.2.3.4 255.255.255.255", "no match identity address 1.2.3.4"},
	{[]string{profile}, "match identity host h", "   match identity host h", "no match identity host h"},
	{[]string{profile}, "match identity host domain h", "   match identity host domain h", "no match identity host domain h"},
	{[]string{profile}, "match identity user a@b", "   match identity user a@b", "no match identity user a@b"},
	{[]string{profile}, "match identity user domain b", "   match identity user domain b", "no match identity user domain b"},
	{[]string{profile}, "keepalive 30 retry 5", "   keepalive 30 retry 5", "no keepalive"},
	{[]string{profile}, "initiate mode aggressive", "   initiate mode aggressive", "no initiate mode aggressive"},
	{[]string{profile}, "match certificate PEERS", "   match certificate PEERS", "no match certificate PEERS"},
	{[]string{"crypto pki trustpoint CA", profile}, "ca trust-point CA", "   ca trust-point CA", "no ca trust-point CA"},
	{[]string{profile, entry}, "set isakmp-profile P", " set isakmp-profile P", "no set isakmp-profile"},
	{nil, "no crypto isakmp enable", "no crypto isakmp enable", "crypto isakmp enable"},
	{nil, "crypto logging session", "crypto logging session", "no crypto logging session"},
	{nil, "crypto isakmp invalid-spi-recovery", "crypto isakmp invalid-spi-recovery", "no crypto isakmp invalid-spi-recovery"},
	{nil, "crypto isakmp keepalive 10", "crypto isakmp keepalive 10", "no crypto isakmp keepalive"},
	{nil, "crypto isakmp keepalive 10 2 on-demand", "crypto isakmp keepalive 10", "no crypto isakmp keepalive 10"},
	{nil, "crypto isakmp keepalive 3600 60 periodic", "crypto isakmp keepalive 3600 60 periodic", "no crypto isakmp keepalive"},
	{nil, "crypto isakmp keepalive 10 periodic", "crypto isakmp keepalive 10 periodic", "no crypto isakmp keepalive"},
	{nil, "crypto isakmp nat keepalive 20", "crypto isakmp nat keepalive 20", "no crypto isakmp nat keepalive"},
	{nil, "no crypto ipsec nat-transparency udp-encapsulation", "no crypto ipsec nat-transparency udp-encaps", "crypto ipsec nat-transparency udp-encaps"},
	{nil, "crypto ipsec security-association idle-time 60", "crypto ipsec security-association idle-time 60", "no crypto ipsec security-association idle-time"},
	{nil, "crypto ipsec df-bit clear", "crypto ipsec df-bit clear", "no crypto ipsec df-bit"},
	{nil, "crypto ipsec df-bit set", "crypto ipsec df-bit set", "crypto ipsec df-bit copy"},
	{nil, "crypto ipsec fragmentation after-encryption", "crypto ipsec fragmentation after-encryption", "default crypto ipsec fragmentation"},
	{nil, "crypto ipsec fragmentation after-encryption", "crypto ipsec fragmentation after-encryption", "crypto ipsec fragmentation before-encryption"},
	{[]string{link}, "crypto ipsec df-bit copy", " crypto ipsec df-bit copy", "no crypto ipsec df-bit"},
	{[]string{link}, "crypto ipsec fragmentation before-encryption", " crypto ipsec fragmentation before-encryption", "no crypto ipsec fragmentation before-encryption"},
	{[]string{link}, "mtu 9000", " mtu 9000", "no mtu"},
	{[]string{link}, "ip mtu 1400", " ip mtu 1400", "default ip mtu"},
	{[]string{link, "ip mtu 1400"}, "mtu 1400", " mtu 1400", ""},
	{[]string{link}, "ip tcp adjust-mss 1360", " ip tcp adjust-mss 1360", "no ip tcp adjust-mss"},
	{[]string{entry}, "set security-association idle-time 600 default", " set security-association idle-time 600 default", "no set security-association idle-time"},
	{[]string{entry, "set peer 1.1.1.1"}, "set peer 2.2.2.2 default", " set peer 2.2.2.2 default", "no set peer 2.2.2.2"},
	{nil, "crypto ipsec security-association lifetime seconds 120", "crypto ipsec security-association lifetime seconds 120", "no crypto ipsec security-association lifetime seconds"},
	{nil, "crypto ipsec security-association lifetime kilobytes disable", "crypto ipsec security-association lifetime kilobytes disable", "no crypto ipsec security-association lifetime kilobytes"},
	{[]string{entry}, "set security-association lifetime kilobytes disable", " set security-association lifetime kilobytes disable", "no set security-association lifetime kilobytes"},
	{nil, "crypto ipsec security-association lifetime kilobytes 2560", "crypto ipsec security-association lifetime kilobytes 2560", "no crypto ipsec security-association lifetime kilobytes"},
	{nil, "crypto ipsec transform-set T esp-md5-hmac esp-3des", "crypto ipsec transform-set T esp-3des esp-md5-hmac ", "no crypto ipsec transform-set T"},
	{[]string{set}, "mode tunnel", set + " ", ""},
	{[]string{set}, "mode transport", " mode transport", "no mode"},
	{[]string{set}, "mode transport require", " mode transport require", "default mode"},
	{[]string{set}, "mode transport require", " mode transport require", "mode tunnel"},
	{nil, "crypto ipsec transform-set T ah-sha-hmac esp-sha-hmac esp-aes 128", "crypto ipsec transform-set T ah-sha-hmac esp-aes esp-sha-hmac ", "no crypto ipsec transform-set T"},
	{nil, "crypto ipsec security-association replay window-size 512", "crypto ipsec security-association replay window-size 512", "no crypto ipsec security-association replay window-size"},
	{nil, "crypto ipsec security-association replay disable", "crypto ipsec security-association replay disable", "no crypto ipsec security-association replay disable"},
	{[]string{entry}, "set security-association replay window-size 128", " set security-association replay window-size 128", "default set security-association replay window-size"},
	{[]string{entry}, "set security-association replay disable", " set security-association replay disable", "no set security-association replay disable"},
	{[]string{template}, "set security-association replay disable", " set security-association replay disable", "no set security-association replay disable"},
	{nil, entry, entry + " ", "no crypto map M 10"},
	{nil, entry, entry + " ", "no crypto map M"},
	{nil, "crypto map M local-address lo0", "crypto map M local-address Loopback0", "no crypto map M local-address"},
	{nil, "crypto map M local-address Loopback0", "crypto map M local-address Loopback0", "no crypto map M local-address Loopback0"},
	{nil, "crypto map M local-address Loopback0", "crypto map M local-address Loopback0", "no crypto map M"},
	{[]string{entry, "exit"}, "crypto map M local-address Loopback0", "crypto map M local-address Loopback0", "default crypto map M local-address"},
	{[]string{entry}, "description x y", " description x y", "no description"},
	{[]string{entry}, "set peer 1.1.1.1", " set peer 1.1.1.1", "no set peer 1.1.1.1"},
	{[]string{set, entry}, "set transform-set T", " set transform-set T ", "no set transform-set"},
	{[]string{entry}, "set pfs", " set pfs group1", "no set pfs"},
	{[]string{entry}, "set security-association lifetime seconds 3600", " set security-association lifetime seconds 3600", "no set security-association lifetime seconds"},
	{[]string{entry}, "match address 150", " match address 150", "no match address"},
	{[]string{entry}, "reverse-route", " reverse-route", "no reverse-route"},
	{[]string{entry}, "reverse-route static", " reverse-route static", "no reverse-route"},
	{nil, template, template, "no crypto dynamic-map D 10"},
	{nil, template, template, "no crypto dynamic-map D"},
	{[]string{template}, "description x y", " description x y", "no description"},
	{[]string{set, template}, "set transform-set T", " set transform-set T ", "no set transform-set"},
	{[]string{template}, "set pfs", " set pfs group1", "no set pfs"},
	{[]string{template}, "set security-association lifetime seconds 3600", " set security-association lifetime seconds 3600", "no set security-association lifetime seconds"},
	{[]string{template}, "match address 150", " match address 150", "no match address"},
	{[]string{template}, "reverse-route", " reverse-route", "no reverse-route"},
	{[]string{template, "exit"}, "crypto map M 10 ipsec-isakmp dynamic D", "crypto map M 10 ipsec-isakmp dynamic D ", "no crypto map M 10"},
	{nil, "interface lo 7", "interface Loopback7", "no interface Loopback7"},
	{[]string{"int f0/0"}, "description x", " description x", "no description"},
	{[]string{"int f0/0"}, "bandwidth 2048", " bandwidth 2048", "no bandwidth 2048"},
	{[]string{"int f0/0"}, "delay 50", " delay 50", "default delay"},
	{[]string{"int f0/0"}, "load-interval 30", " load-interval 30", "no load-interval"},
	{[]string{"int f0/0"}, "ip address 1.1.1.1 255.0.0.0", " ip address 1.1.1.1 255.0.0.0", "no ip address 1.1.1.1 255.0.0.0"},
	{[]string{"int f0/0", "ip address 1.1.1.1 255.0.0.0"}, "ip address 2.1.1.1 255.0.0.0 secondary", " ip address 2.1.1.1 255.0.0.0 secondary", "no ip address 2.1.1.1 255.0.0.0 secondary"},
	{[]string{"int f0/0"}, "ip nat inside", " ip nat inside", "no ip nat inside"},
	{[]string{"int f0/0"}, "ip nat outside", " ip nat outside", "no ip nat outside"},
	{nil, "ip nat translation timeout 600", "ip nat translation timeout 600", "no ip nat translation timeout"},
	{nil, "ip nat translation udp-timeout 30", "ip nat translation udp-timeout 30", "no ip nat translation udp-timeout 30"},
	{nil, pool, pool, "no ip nat pool P"},
	{nil, "ip nat pool P 1.1.1.1 1.1.1.9 prefix-length 28", "ip nat pool P 1.1.1.1 1.1.1.9 prefix-length 28", "no ip nat pool P 1.1.1.1 1.1.1.9 prefix-length 28"},
	{nil, "ip nat inside source list 102 interface f0/0 overload", "ip nat inside source list 102 interface FastEthernet0/0 overload", "no ip nat inside source list 102 interface f0/0 overload"},
	{nil, "ip nat inside source list 102 interface f0/0", "ip nat inside source list 102 interface FastEthernet0/0 overload", "no ip nat inside source list 102"},
	{[]string{pool}, "ip nat inside source list NAME pool P", "ip nat inside source list NAME pool P", "no ip nat inside source list NAME pool P"},
	{[]string{pool}, "ip nat inside source route-map R pool P overload", "ip nat inside source route-map R pool P overload", "no ip nat inside source route-map R"},
	{nil, "ip nat inside source static 10.1.1.2 1.1.1.2", "ip nat inside source static 10.1.1.2 1.1.1.2", "no ip nat inside source static 10.1.1.2 1.1.1.2"},
	{nil, "ip nat inside source static 10.1.1.2 1.1.1.2 no-alias extendable", "ip nat inside source static 10.1.1.2 1.1.1.2 extendable no-alias", "no ip nat inside source static 10.1.1.2 1.1.1.2"},
	{nil, "ip nat outside source static 8.8.8.8 10.1.1.2 add-route no-alias", "ip nat outside source static 8.8.8.8 10.1.1.2 add-route no-alias", "no ip nat outside source static 8.8.8.8 10.1.1.2"},
	{nil, "ip nat outside source static network 8.8.8.0 10.1.2.0 /24 add-route", "ip nat outside source static network 8.8.8.0 10.1.2.0 /24 add-route", "no ip nat outside source static network 8.8.8.0 10.1.2.0 /24"},
	{nil, "ip nat inside source static 10.1.1.2 1.1.1.2 route-map R extendable", "ip nat inside source static 10.1.1.2 1.1.1.2 route-map R extendable", "no ip nat inside source static 10.1.1.2 1.1.1.2 route-map R"},
	{nil, "ip nat inside source static tcp 10.1.1.2 80 1.1.1.2 80 route-map R", "ip nat inside source static tcp 10.1.1.2 80 1.1.1.2 80 route-map R", "no ip nat inside source static tcp 10.1.1.2 80 1.1.1.2 80"},
	{nil, "ip nat inside source static 10.1.1.2 interface f0/0", "ip nat inside source static 10.1.1.2 interface FastEthernet0/0", "no ip nat inside source static 10.1.1.2 interface f0/0"},
	{nil, "ip nat inside source static tcp 10.1.1.2 80 interface f0/0 8080", "ip nat inside source static tcp 10.1.1.2 80 interface FastEthernet0/0 8080", "no ip nat inside source static tcp 10.1.1.2 80 interface f0/0 8080"},
	{nil, "ip nat inside source static udp 10.1.1.2 53 1.1.1.2 53 extendable", "ip nat inside source static udp 10.1.1.2 53 1.1.1.2 53 extendable", "no ip nat inside source static udp 10.1.1.2 53 1.1.1.2 53 extendable"},
	{nil, "ip nat inside source static network 10.1.1.7 1.1.2.9 255.255.255.0", "ip nat inside source static network 10.1.1.0 1.1.2.0 255.255.255.0", "no ip nat inside source static network 10.1.1.0 1.1.2.0 /24"},
	{nil, "ip nat inside source static network 10.1.1.0 1.1.2.0 /24", "ip nat inside source static network 10.1.1.0 1.1.2.0 /24", "no ip nat inside source static network 10.1.1.0 1.1.2.0 /24"},
	{nil, "ip nat outside source static 5.5.5.5 10.1.1.5", "ip nat outside source static 5.5.5.5 10.1.1.5", "no ip nat outside source static 5.5.5.5 10.1.1.5"},
	{nil, "ip nat outside source static tcp 5.5.5.5 80 10.1.1.5 8080", "ip nat outside source static tcp 5.5.5.5 80 10.1.1.5 8080", "no ip nat outside source static tcp 5.5.5.5 80 10.1.1.5 8080"},
	{nil, "ip nat outside source static network 5.5.5.0 10.1.5.0 /24", "ip nat outside source static network 5.5.5.0 10.1.5.0 /24", "no ip nat outside source static network 5.5.5.0 10.1.5.0 /24"},
	{nil, "route-map R", "route-map R permit 10", "no route-map R"},
	{nil, "route-map R deny 5", "route-map R deny 5", "no route-map R deny 5"},
	{[]string{"route-map R"}, "description x y", " description x y", "no description"},
	{[]string{"route-map R"}, "match ip address 101 NAME", " match ip address 101 NAME", "no match ip address"},
	{[]string{"route-map R", "match ip address 102"}, "match ip address 101", " match ip address 102 101", "no match ip address 101"},
	{[]string{"route-map R"}, "match interface f0/0", " match interface FastEthernet0/0", "no match interface f0/0"},
	{[]string{"int f0/0"}, "shutdown", " shutdown", "no shutdown"},
	{[]string{entry, "int f0/0"}, "crypto map M", " crypto map M", "no crypto map"},
	{nil, "ip route 9.0.0.0 255.0.0.0 1.1.1.1 7 name N", "ip route 9.0.0.0 255.0.0.0 1.1.1.1 7 name N", "no ip route 9.0.0.0 255.0.0.0 1.1.1.1"},
	{nil, "ip route 9.0.0.0 255.0.0.0 1.1.1.1 permanent name N tag 5 7", "ip route 9.0.0.0 255.0.0.0 1.1.1.1 7 tag 5 name N permanent", "no ip route 9.0.0.0 255.0.0.0 1.1.1.1 7"},
	{nil, "ip route 9.0.0.0 255.0.0.0 g0/0 1.1.1.1", "ip route 9.0.0.0 255.0.0.0 GigabitEthernet0/0 1.1.1.1", "no ip route 9.0.0.0 255.0.0.0 g0/0 1.1.1.1"},
	{nil, "arp 9.0.0.1 5254.0012.3456 arpa", "arp 9.0.0.1 5254.0012.3456 ARPA", "no arp 9.0.0.1"},
	{nil, "ip route 9.0.0.0 255.0.0.0 g0/0", "ip route 9.0.0.0 255.0.0.0 GigabitEthernet0/0", "no ip route 9.0.0.0 255.0.0.0"},
	{[]string{"interface g0/0"}, "ip access-group 101 in", " ip access-group 101 in", "no ip access-group in"},
	{[]string{"interface g0/0"}, "ip access-group NAME out", " ip access-group NAME out", "no ip access-group NAME out"},
	{[]string{"interface g0/0"}, "no ip unreachables", " no ip unreachables", "ip unreachables"},
	{[]string{"crypto map M 1 ipsec-isakmp"}, "set ip access-group 101 in", " set ip access-group 101 in", "no set ip access-group in"},
	{[]string{"crypto dynamic-map D 1"}, "set ip access-group NAME out", " set ip access-group NAME out", "no set ip access-group NAME out"},
	{nil, "access-list 120 remark r", "access-list 120 remark r", "no access-list 120"},
	{nil, "access-list 120 permit tcp any any eq 23", "access-list 120 permit tcp any any eq telnet", "no access-list 120 permit tcp any any eq 23"},
	{nil, "access-list 120 deny 51 1.2.3.4 0.0.0.0 0.0.0.0 255.255.255.255", "access-list 120 deny   ahp host 1.2.3.4 any", "no access-list 120"},
	{nil, "access-list 10 remark r", "access-list 10 remark r", "no access-list 10"},
	{nil, "access-list 99 permit host 1.2.3.4 log", "access-list 99 permit 1.2.3.4 log", "no access-list 99"},
	{nil, "access-list 1300 deny 10.1.1.5 0.0.0.255", "access-list 1300 deny   10.1.1.0 0.0.0.255", "no access-list 1300 deny any"},
	{nil, "access-list 2699 permit icmp any any 3 4", "access-list 2699 permit icmp any any packet-too-big", "no access-list 2699"},
	{nil, "ip access-list standard L", "ip access-list standard L", "no ip access-list standard L"},
	{[]string{"ip access-list standard L"}, "remark r", " remark r", "no remark r"},
	{[]string{"ip access-list standard L"}, "permit 1.2.3.4", " permit 1.2.3.4", "no permit 1.2.3.4 0.0.0.0"},
	{[]string{"ip access-list standard L"}, "30 deny any", " deny   any", "no 30"},
	{[]string{"ip access-list standard L"}, "deny 10.1.1.0 0.0.0.255 log", " deny   10.1.1.0 0.0.0.255 log", "no deny 10.1.1.0 0.0.0.255 log"},
	{nil, "ip access-list extended L", "ip access-list extended L", "no ip access-list extended L"},
	{[]string{"ip access-list extended L"}, "remark r", " remark r", "no remark r"},
	{[]string{"ip access-list extended L"}, "permit udp any eq 500 any", " permit udp any eq isakmp any", "no permit udp any eq 500 any"},
	{[]string{"ip access-list extended L"}, "deny gre any any log", " deny   gre any any log", "no deny gre any any log"},
	{[]string{"ip access-list extended L"}, "permit tcp any any syn RST", " permit tcp any any rst syn", "no permit tcp any any rst syn"},
	{[]string{"ip access-list extended L"}, "permit tcp any eq 80 any established log", " permit tcp any eq www any established log", "no permit tcp any eq 80 any established log"},
	{[]string{"ip access-list extended L"}, "permit tcp any any match-all +SYN -ack", " permit tcp any any match-all -ack +syn", "no permit tcp any any match-all -ack +syn"},
	{[]string{"ip access-list extended L"}, "deny icmp any any echo log-input", " deny   icmp any any echo log-input", "no deny icmp any any 8 log-input"},
	{[]string{"ip access-list extended L"}, "permit udp any any dscp 46", " permit udp any any dscp ef", "no permit udp any any dscp ef"},
	{[]string{"ip access-list extended L"}, "permit ip any any prec 5 tos 0 fragments", " permit ip any any precedence critical tos normal fragments", "no permit ip any any precedence critical tos normal fragments"},
	{[]string{"ip access-list extended L"}, "5 deny ip any any", " deny   ip any any", "no 5"},
}

// TestEveryCommandUndone types each configuration command, sees its line in the
// running configuration, negates it and sees the line go.
func TestEveryCommandUndone(t *testing.T) {
	for _, c := range undoings {
		before, _, err := typeLines(newRouter(), c.before...)
		if err != nil {
			t.Errorf("%q: %v", c.before, err)
			continue
		}
		after, _, err := typeLines(newRouter(), append(slices.Clone(c.before), c.line)...)
		if err != nil {
			t.Errorf("%q: %v", c.line, err)
			continue
		}
		if !slices.Contains(strings.Split(Text(after), "\n"), c.want) {
			t.Errorf("%q: no line %q in\n%s", c.line, c.want, Text(after))
		}
		if c.no == "" {
			continue
		}
		undone, _, err := typeLines(newRouter(), append(slices.Clone(c.before), c.line)...)
		if err == nil {
			// Typed in the same place, which the line itself may have left.
			undone, _, err = typeLines(undone, append(slices.Clone(c.before), c.no)...)
		}
		if err != nil {
			t.Errorf("%q: %v", c.no, err)
		} else if got, want := Text(undone), Text(before); got != want {
			t.Errorf("%q leaves\n%s", c.no, diff(got, want))
		}
	}
}

// TestEveryCommandIsTested walks `?` in every mode: each command stands in the
// table above.
func TestEveryCommandIsTested(t *testing.T) {
	prompt := func(lines []string) grammar.Position[*config.Config] {
		pos := Config.Start()
		c := newRouter()
		for _, l := range lines {
			step, err := pos.Apply(c, l)
			if err != nil {
				t.Fatal(err)
			}
			pos = step.Next
		}
		return pos
	}
	// Behind these words each second word is a command of its own.
	families := []string{"crypto", "enable", "ip", "logging", "service", "set"}
	tested := map[string]bool{}
	for _, u := range undoings {
		line := strings.TrimPrefix(strings.TrimPrefix(u.line, "no "), "default ")
		words := strings.Fields(line)
		for n := range words {
			if _, err := netip.ParseAddr(words[n]); err == nil {
				words[n] = "A.B.C.D"
			}
			tested[prompt(u.before).Prompt()+" "+strings.Join(words[:n+1], " ")] = true
		}
	}
	for _, lines := range modes {
		pos := prompt(lines)
		first, _ := pos.Ask("")
		for _, i := range first.Items {
			if slices.Contains(control, i.Token) || strings.HasPrefix(i.Token, "<") {
				continue
			}
			second, _ := pos.Ask(i.Token + " ")
			for _, j := range second.Items {
				path := pos.Prompt() + " " + i.Token
				if slices.Contains(families, i.Token) {
					path += " " + j.Token
				}
				if !tested[path] && i.Token != "version" && path != "config crypto key" { // which only makes and destroys
					t.Errorf("no test of %s", path)
				}
			}
		}
	}
}

// modes are the configuration modes, by the lines that lead there.
var modes = [][]string{
	nil, {"interface g0/0"}, {"crypto isakmp policy 1"}, {"crypto ipsec transform-set T esp-aes esp-sha-hmac"},
	{"crypto map M 1 ipsec-isakmp"}, {"crypto dynamic-map D 1"}, {"ip access-list extended L"}, {"ip access-list standard L"},
	{trust}, {peers}, {"archive"}, {"archive", "log config"},
	newModel, con, vtys, server, servers, keyChain, keyUser, keyText,
	{"crypto keyring K"}, {profile}, {"crypto isakmp peer address 1.2.3.4"},
}

// control are the words of the modes themselves.
var control = []string{"do", "end", "exit", "no", "default"}

// made are the words of commands that make something, and are no configuration.
var made = []string{"key", "authenticate", "enroll", "import", "crl", "resequence"}

// isKeyword tells a keyword from a placeholder.
func isKeyword(token string) bool {
	return strings.ToLower(token) == token && !strings.ContainsAny(token, "<.")
}

// TestEveryCommandHasNo compares what `?` and `no ?` offer in every mode.
func TestEveryCommandHasNo(t *testing.T) {
	for _, lines := range modes {
		pos, c := Config.Start(), newRouter()
		for _, l := range lines {
			step, err := pos.Apply(c, l)
			if err != nil {
				t.Fatal(err)
			}
			pos = step.Next
		}
		var walk func(path string)
		walk = func(path string) {
			plain, _ := pos.Ask(path)
			negated, _ := pos.Ask("no " + path)
			for _, i := range plain.Items {
				if !isKeyword(i.Token) || path == "" && slices.Contains(control, i.Token) {
					continue
				}
				if i.Help == "" {
					t.Errorf("%s: %s%s has no help", pos.Prompt(), path, i.Token)
				}
				cr := func(j grammar.Item) bool { return j.Token == "<cr>" }
				if slices.Contains(made, i.Token) {
					continue
				}
				if !slices.Contains(negated.Items, i) && !slices.ContainsFunc(negated.Items, cr) {
					t.Errorf("%s: `no %s%s` does not exist", pos.Prompt(), path, i.Token)
				}
				if strings.Count(path, " ") < 2 {
					walk(path + i.Token + " ")
				}
			}
		}
		walk("")
	}
}
