package source

import (
	"regexp"
	"strings"
	"sync"
)

// secrets are the parts of connection strings and signed URLs that give access.
var secrets = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(\w*(?:AccountKey|SharedAccessKey|SharedAccessSignature|password|passwd|secret|token|access_key|account_key|api_key|credential)\w*|sig|pwd)=[^;&"'\s]+`)
})

// oracle is a password as the thin driver of Oracle writes it.
var oracle = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(jdbc:oracle:\w+:[^/@\s"]+)/[^@\s"]+@`) })

// arguments are the keys behind the address of a bucket in SQL.
var arguments = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(s3|gcs|azureBlobStorage)(\(\s*'[^']*')\s*,[^)]*\)`)
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
	if strings.Contains(text, "jdbc:oracle:") {
		text = oracle().ReplaceAllString(text, "$1/…@")
	}
	if strings.Contains(text, "('http") {
		text = arguments().ReplaceAllString(text, "$1$2, …)")
	}
	return text
}
