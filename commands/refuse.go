package commands

import (
	"fmt"
	"slices"
)

// refuse is the error of a line that is well formed and cannot be applied. Every
// such text begins with "%", which is how people and programs tell it from
// output.
func refuse(format string, args ...any) error { return fmt.Errorf("%% "+format, args...) }

// fileError is refuse for what is wrong with a file: there IOS leaves no blank behind "%".
func fileError(format string, args ...any) error { return fmt.Errorf("%%Error "+format, args...) }

// weak are the algorithms that get a warning when they are configured. They
// work as typed and are never proposed otherwise.
var weak = map[string]string{
	"des": "DES", "3des": "3DES", "md5": "MD5",
	"esp-des": "esp-des", "esp-3des": "esp-3des", "esp-md5-hmac": "esp-md5-hmac",
	"1": "Diffie-Hellman group 1", "2": "Diffie-Hellman group 2", "5": "Diffie-Hellman group 5",
}

// warnWeak notes one line for the weak ones among the words of a line.
func warnWeak(note func(string), words ...string) {
	var found []string
	for _, w := range words {
		if name := weak[w]; name != "" && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	switch len(found) {
	case 0:
	case 1:
		note("Warning: " + found[0] + " is weak; use it only with a peer that has nothing better")
	default:
		note(fmt.Sprintf("Warning: %s and %s are weak; use them only with a peer that has nothing better", found[0], found[1]))
	}
}
