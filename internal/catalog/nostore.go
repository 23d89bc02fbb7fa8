package catalog

import (
	"bufio"
	"bytes"
	"embed"
	"strings"
)

//go:embed nostore/*.txt
var noStoreFiles embed.FS

// NoStores are the resource types of a prefix that are known to hold no data,
// to copy none and to grant nothing, each with the reason.
func NoStores(prefix string) map[string]string {
	data, err := noStoreFiles.ReadFile("nostore/" + prefix + ".txt")
	if err != nil {
		return nil // no list has been written for the prefix
	}
	return ParseReasons(data)
}

// ParseReasons reads a list of entries, one a line, in groups: the lines before
// a group that begin with # are the reason for each of its entries.
func ParseReasons(data []byte) map[string]string {
	reasons := map[string]string{}
	reason, inComment := "", false
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		comment, isComment := strings.CutPrefix(line, "#")
		switch {
		case isComment && inComment:
			reason += " " + strings.TrimSpace(comment)
		case isComment:
			reason = strings.TrimSpace(comment)
		case line != "":
			reasons[line] = reason
		}
		inComment = isComment
	}
	return reasons
}
