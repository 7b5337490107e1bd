package payload

import "conft/internal/suite"

// AHTransform is the identifier of the AH transform with an algorithm, 0 if there is none
// (RFC 2407, section 4.4.3; RFC 4868, section 4). The attribute must name the same
// algorithm.
func AHTransform(a suite.Auth) uint8 {
	switch a {
	case suite.HMACMD5:
		return 2
	case suite.HMACSHA:
		return 3
	case suite.HMACSHA256, suite.HMACSHA384, suite.HMACSHA512:
		return uint8(a)
	}
	return 0
}
