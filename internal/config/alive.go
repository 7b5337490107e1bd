package config

// Keepalive is `crypto isakmp keepalive`; Seconds 0 is without.
type Keepalive struct {
	Seconds  uint16 // 10..3600
	Retry    uint16 // 2..60
	Periodic bool   // else on-demand
}

// DefaultKeepaliveRetry is how many seconds pass between questions without answer.
const DefaultKeepaliveRetry = 2

// IdleTime is when an IPsec SA that is not used is deleted.
type IdleTime struct {
	Seconds uint32 // 60..86400, 0 for never or the global value
	Default bool   // the default peer is tried next; of a crypto map entry only
}
