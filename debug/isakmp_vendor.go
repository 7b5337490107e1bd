package debug

import "fmt"

// ISAKMPVendorPayload is "{C}: processing vendor id payload", one per payload. The
// vendor IDs of messages 1 and 2 are gone through Again once the policy is known.
type ISAKMPVendorPayload struct {
	At
	Again bool
}

func (e ISAKMPVendorPayload) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ": processing vendor id payload"...)
}

// ISAKMPVendorMismatch is "{C}: vendor ID seems Unity/DPD but major 245 mismatch".
// Major is octet 14, counted from 0, of the vendor ID received, where the Unity
// and DPD vendor IDs hold their major version.
type ISAKMPVendorMismatch struct {
	At
	Major uint8
}

func (e ISAKMPVendorMismatch) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ": vendor ID seems Unity/DPD but major %d mismatch", e.Major)
}

// ISAKMPVendorHash is "{C}:vendor ID seems Unity/DPD but hash mismatch": the
// version octets are those of Unity or DPD, the octets before them are not.
type ISAKMPVendorHash struct{ At }

func (e ISAKMPVendorHash) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ":vendor ID seems Unity/DPD but hash mismatch"...)
}

// ISAKMPVendorNATT is "{c}: vendor ID is NAT-T v7".
type ISAKMPVendorNATT struct {
	At
	Version NATT
}

func (e ISAKMPVendorNATT) AppendLine(b []byte, m Manner) []byte {
	switch e.Version {
	case NATTDraft02, NATTDraft03: // the older two print the other prefix
		return fmt.Appendf(e.conn(b, m), ": vendor ID is NAT-T %s", e.Version)
	}
	return fmt.Appendf(e.raw(b, m), ": vendor ID is NAT-T %s", e.Version)
}

// String returns the version as "vendor ID is NAT-T …" prints it.
func (v NATT) String() string {
	switch v {
	case NATTDraft02:
		return "v2"
	case NATTDraft03:
		return "v3"
	case NATTDraft07:
		return "v7"
	}
	return "RFC 3947"
}

// ISAKMPNATTConstructed is "{C}: constructed NAT-T vendor-07 ID".
type ISAKMPNATTConstructed struct {
	At
	Version NATT
}

func (e ISAKMPNATTConstructed) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ": constructed NAT-T vendor-%s ID", e.Version.suffix())
}

func (v NATT) suffix() string {
	switch v {
	case NATTDraft02:
		return "02"
	case NATTDraft03:
		return "03"
	case NATTDraft07:
		return "07"
	}
	return "rfc3947"
}

// Vendor is a vendor ID that "vendor ID is …" names.
type Vendor string

const (
	Unity Vendor = "Unity"
	DPD   Vendor = "DPD"
	XAUTH Vendor = "XAUTH"
)

// ISAKMPVendor is "{C}: vendor ID is Unity".
type ISAKMPVendor struct {
	At
	Vendor Vendor
}

func (e ISAKMPVendor) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ": vendor ID is %s", e.Vendor)
}

// ISAKMPVendorFragment is "{C}: processing IKE frag vendor id payload" of 15.x.
type ISAKMPVendorFragment struct{ At }

func (e ISAKMPVendorFragment) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ": processing IKE frag vendor id payload"...)
}

// ISAKMPNoFragment is "{C}:Support for IKE Fragmentation not enabled", which follows it.
type ISAKMPNoFragment struct{ At }

func (e ISAKMPNoFragment) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ":Support for IKE Fragmentation not enabled"...)
}

// ISAKMPConcentrator is "{C}: speaking to a VPN3000 concentrator".
type ISAKMPConcentrator struct{ At }

func (e ISAKMPConcentrator) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), textConcentrator...)
}

// ISAKMPAnotherIOS is "{C}: speaking to another IOS box!".
type ISAKMPAnotherIOS struct{ At }

func (e ISAKMPAnotherIOS) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ": speaking to another IOS box!"...)
}
