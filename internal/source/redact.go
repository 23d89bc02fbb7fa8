package source

import (
	"regexp"
	"strings"
	"sync"
)

// secrets are the parts of connection strings and signed URLs that give access.
var secrets = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(AccountKey|SharedAccessKey|SharedAccessSignature|sig|password|passwd|pwd|secret|token)=[^;&"'\s]+`)
})

// passwords are those before the host of a URL.
var passwords = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(://[^/:@\s"]*):[^/@\s"]+@`)
})

// Redact takes the secrets out of text that is to be shown: a connection string
// in a configuration must not go on into a build log.
func Redact(text string) string {
	// Most text holds neither, and the expressions are compiled for those that do.
	if strings.Contains(text, "=") {
		text = secrets().ReplaceAllString(text, "$1=…")
	}
	if strings.Contains(text, "://") && strings.Contains(text, "@") {
		text = passwords().ReplaceAllString(text, "$1:…@")
	}
	return text
}
