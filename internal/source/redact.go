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
	if assigns(text) {
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

// assigns says whether a text has an equals sign right between a name and a
// value, as connection strings and query strings do and most languages do not.
func assigns(text string) bool {
	for i := 1; i < len(text)-1; i++ {
		if text[i] == '=' && isWord(text[i-1]) && !strings.ContainsRune(";&\"' \t\n\r\f\v", rune(text[i+1])) {
			return true
		}
	}
	return false
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
