package source

import (
	"regexp"
	"sync"
)

// secrets are the parts of connection strings and signed URLs that give access.
var secrets = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(AccountKey|SharedAccessKey|SharedAccessSignature|sig|password|passwd|pwd|secret|token)=[^;&"'\s]+`)
})

// Redact takes the secrets out of text that is to be shown: a connection string
// in a configuration must not go on into a build log.
func Redact(text string) string {
	return secrets().ReplaceAllString(text, "$1=…")
}
