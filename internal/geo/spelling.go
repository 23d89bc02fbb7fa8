package geo

import (
	"cmp"
	"strings"
	"unicode"
)

// A spelling is how a cloud writes its codes.
type spelling struct {
	// fold brings a text into the form of the table.
	fold func(string) string
	// zone returns the region of a zone, empty for a text that names none.
	zone func(string) string
}

// spellingOf returns the spelling of a cloud: small letters and no zones,
// unless it is otherwise.
func spellingOf(cloud string) spelling {
	switch cloud {
	case AWS:
		return spelling{asWritten, awsZone}
	case Google, "yandex":
		return spelling{strings.ToLower, cutDashLetter}
	case "volcengine", "byteplus":
		return spelling{strings.ToLower, volcengineZone}
	case Azure:
		return spelling{foldAzure, cutDashNumber}
	case OCI:
		return spelling{foldOCI, ociZone}
	case "alicloud":
		return spelling{foldAlicloud, alicloudZone}
	case "huaweicloud":
		return spelling{strings.ToLower, cutLetter}
	case "tencentcloud", "scaleway", "linode", "opentelekomcloud":
		return spelling{strings.ToLower, cutDashNumber}
	case "ibm":
		return spelling{strings.ToLower, ibmZone}
	case "hcloud":
		return spelling{strings.ToLower, hetznerZone}
	case "ovh":
		return spelling{strings.ToUpper, ovhZone}
	}
	return spelling{strings.ToLower, noZone}
}

func asWritten(text string) string { return text }

func noZone(string) string { return "" }

// foldAzure does what the provider does: "East US 2" is eastus2. A zone is
// written only where machines carry it as a label, eastus2-1.
func foldAzure(text string) string {
	return strings.ReplaceAll(strings.ToLower(text), " ", "")
}

// foldOCI takes the tenancy's prefix off an availability domain. OCIDs write a
// region with underscores.
func foldOCI(text string) string {
	if _, after, ok := strings.Cut(text, ":"); ok {
		text = after
	}
	return strings.ReplaceAll(strings.ToLower(text), "_", "-")
}

// ociZone reads availability domains, which name their region with its number
// or without, or by its key (Uocm:PHX-AD-1, abcd:US-ASHBURN-AD-2,
// abcd:EU-FRANKFURT-1-AD-1).
func ociZone(folded string) string {
	at := strings.LastIndex(folded, "-ad-")
	if at < 0 {
		return ""
	}
	name := folded[:at]
	if strings.Contains(name, "-") && !isDigit(name[len(name)-1]) {
		return name + "-1"
	}
	return name
}

// foldAlicloud takes off the prefix that OSS puts before a region.
func foldAlicloud(text string) string {
	return strings.TrimPrefix(strings.ToLower(text), "oss-")
}

// alicloudZone reads cn-hangzhou-b, us-east-1a, and the several zones of a
// database, cn-hangzhou-MAZ1(a,b) and us-east-1MAZ1(a,b).
func alicloudZone(folded string) string {
	if region, _, ok := strings.Cut(folded, "maz"); ok {
		return strings.TrimSuffix(region, "-")
	}
	return cmp.Or(cutDashLetter(folded), cutLetter(folded))
}

// awsZone reads us-east-1a and the zone id use1-az1.
func awsZone(zone string) string {
	if region, number, ok := strings.Cut(zone, "-az"); ok && isNumber(number) && !strings.Contains(region, "-") {
		return region
	}
	return cutLetter(zone)
}

// awsZoneGroups returns the groups that a zone may belong to: it is its own, or
// the group without the zone's letter; a zone id writes the region short and
// the group without its last dash (usw2-lax1-az1, use1-wl1-bos-wlz1).
func awsZoneGroups(table cloudTable, zone string) []string {
	groups := []string{zone, cutLetter(zone)}
	id := zone
	if at := strings.LastIndex(zone, "-az"); at >= 0 {
		id = zone[:at]
	}
	short, place, ok := strings.Cut(id, "-")
	if r, known := table[short]; ok && known && len(place) > 1 {
		last := len(place) - 1
		groups = append(groups, r.location.Region+"-"+place[:last]+"-"+place[last:])
	}
	return groups
}

// volcengineZone reads cn-beijing-a and ap-southeast-1a.
func volcengineZone(folded string) string {
	if region := cutLetter(folded); region != "" {
		return region
	}
	return cutDashLetter(folded)
}

// ibmZone reads us-south-1 and the data center dal10.
func ibmZone(folded string) string {
	if strings.Contains(folded, "-") {
		return cutDashNumber(folded)
	}
	return cutNumber(folded)
}

// hetznerZone reads the data center fsn1-dc14.
func hetznerZone(folded string) string {
	location, number, ok := strings.Cut(folded, "-dc")
	if !ok || !isNumber(number) {
		return ""
	}
	return location
}

// ovhZone reads GRA11, US-EAST-VA-1 and EU-WEST-PAR-A.
func ovhZone(folded string) string {
	if region := cutDashNumber(folded); region != "" {
		return region
	}
	if region := cutNumber(folded); region != "" {
		return region
	}
	return strings.ToUpper(cutDashLetter(strings.ToLower(folded)))
}

// cutLetter takes a letter off a code that ends in a digit and a letter.
func cutLetter(zone string) string {
	last := len(zone) - 1
	if last < 1 || !isSmall(zone[last]) || !isDigit(zone[last-1]) {
		return ""
	}
	return zone[:last]
}

// cutDashLetter takes off a dash and one letter.
func cutDashLetter(zone string) string {
	last := len(zone) - 1
	if last < 2 || !isSmall(zone[last]) || zone[last-1] != '-' {
		return ""
	}
	return zone[:last-1]
}

// cutDashNumber takes off a dash and a number.
func cutDashNumber(zone string) string {
	at := strings.LastIndexByte(zone, '-')
	if at < 1 || !isNumber(zone[at+1:]) {
		return ""
	}
	return zone[:at]
}

// cutNumber takes off the number at the end.
func cutNumber(zone string) string {
	metro := strings.TrimRightFunc(zone, func(r rune) bool { return r < unicode.MaxASCII && isDigit(byte(r)) })
	if metro == zone {
		return ""
	}
	return metro
}

func isNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isSmall(b byte) bool { return b >= 'a' && b <= 'z' }
