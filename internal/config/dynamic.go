package config

// ReverseRoute is `reverse-route` of a crypto map entry.
type ReverseRoute uint8

const (
	NoReverseRoute     ReverseRoute = iota
	ReverseRouteUp                  // routes to the remote proxies while there are SAs
	ReverseRouteStatic              // routes to what the access list names, always
)

// DynamicMap finds a dynamic crypto map. Its entries have no peers.
func (c *Config) DynamicMap(name string) *CryptoMap {
	for _, m := range c.DynamicMaps {
		if m.Name == name {
			return m
		}
	}
	return nil
}
