package config

// Releases are what the `version` line may name: those whose manner is kept.
var Releases = []string{"12.4", "15.0", "15.1", "15.2", "15.3", "15.4", "15.5", "15.6", "15.7", "15.8", "15.9"}

// IOS15 reports whether the manner of 15.x is kept, else it is that of 12.4.
func (c *Config) IOS15() bool { return c.Version != Releases[0] }
