package source

import "testing"

func TestRedactSettings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`BACKUP INTO 's3://b/x?AWS_ACCESS_KEY_ID=AKIA&AWS_SECRET_ACCESS_KEY=s3cr3t&AWS_REGION=eu-west-1'`: `BACKUP INTO 's3://b/x?AWS_ACCESS_KEY_ID=…&AWS_SECRET_ACCESS_KEY=…&AWS_REGION=eu-west-1'`,
		`url=jdbc:oracle:thin:app/s3cr3t@db.corp.example:1521:x`:                                          `url=jdbc:oracle:thin:app/…@db.corp.example:1521:x`,
		`TO S3('https://b.s3.amazonaws.com/x', 'key', 's3cr3t')`:                                          `TO S3('https://b.s3.amazonaws.com/x', …)`,
		`DATABASE_URL="postgres://app:s3cr3t@db.corp.example/x"`:                                          `DATABASE_URL="postgres://app:…@db.corp.example/x"`,
		`REDIS_URL=redis://:s3cr3t@cache:6379`:                                                            `REDIS_URL=redis://:…@cache:6379`,
		`DB_PASSWORD=s3cr3t`:                                                                              `DB_PASSWORD=…`,
		`region=eu-west-1`:                                                                                `region=eu-west-1`,
		`bucket = "a" # https://x.y/z`:                                                                    `bucket = "a" # https://x.y/z`,
	} {
		if got := Redact(text); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
