package router

import (
	"fmt"
	"strings"

	"conft/internal/flash"
)

// SaveOutput writes what a command printed to a file in flash:, or adds it to the end
// of one. The error's text says why not.
func (r *Router) SaveOutput(file string, text []byte, add bool) error {
	name, ok := strings.CutPrefix(file, "flash:")
	if !ok || strings.Trim(name, "/") == "" {
		return fmt.Errorf("%%Error opening %s (it cannot be written)", file)
	}
	write := r.flash.Write
	if add {
		write = r.flash.Append
	}
	if err := write(name, text); err != nil {
		return fmt.Errorf("%%Error opening %s (%s)", file, flash.Reason(err))
	}
	return nil
}
