package pipelines

import (
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
)

// hasCommands recognises settings whose values are commands that may count: those of
// PostgreSQL and Barman, and units of systemd.
func hasCommands(f *source.File) bool {
	return services.Named("postgresql*.conf", "recovery.conf", "barman*.conf", "*.service")(f) && mayCount(f.Words())
}

// parseSettings finds the commands behind the = of each line, quoted or not.
func parseSettings(name string, data []byte) (*document.Node, error) {
	all := &document.Node{Kind: document.List}
	rng, offset := document.Positions(name, data), 0
	for line := range strings.Lines(string(data)) {
		key, value, ok := strings.Cut(line, "=")
		from := offset + len(key) + 1
		offset += len(line)
		if key = strings.TrimSpace(key); !ok || strings.HasPrefix(key, "#") || strings.HasPrefix(key, ";") {
			continue
		}
		from += len(value) - len(strings.TrimLeft(value, " \t"))
		value = strings.TrimSpace(value)
		if len(value) > 1 && (value[0] == '\'' || value[0] == '"') {
			if end := strings.IndexByte(value[1:], value[0]); end >= 0 {
				value, from = value[1:1+end], from+1
			}
		}
		all.Items = append(all.Items, lex(value, from, rng)...)
	}
	return all, nil
}
