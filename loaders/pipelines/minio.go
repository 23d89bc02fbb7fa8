package pipelines

import (
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/services"
)

// minioMarks are what a text has one of in which MinIO's client counts: servers get
// names first, and buckets stand behind these.
var minioMarks = []string{"mc alias set", "mcli alias set", "mc config host add", "mc replicate add", "mcli replicate add"}

// minio reads a command of MinIO's client, and says whether it is one: the name of a
// server, a bucket that is made or copied to there, or one that is replicated to.
func (r *reader) minio(words []*document.Node, where string) bool {
	if len(words) < 3 || words[0].Text != "mc" && words[0].Text != "mcli" {
		return false
	}
	flags, args := arguments(words[1:], nil)
	switch verb := strings.Join(textOf(args[:min(len(args), 3)]), " "); {
	case strings.HasPrefix(verb, "alias set ") && len(args) > 3:
		r.servers[args[2].Text] = args[3]
	case verb == "config host add" && len(args) > 4:
		r.servers[args[3].Text] = args[4]
	case strings.HasPrefix(verb, "replicate add") && flags["--remote-bucket"] != nil:
		r.addMinio(words, where, flags["--remote-bucket"], nil)
	case len(args) > 1 && (args[0].Text == "mirror" || args[0].Text == "cp" || args[0].Text == "mb" || args[0].Text == "mv"):
		target := args[len(args)-1]
		name, rest, ok := strings.Cut(target.Text, "/")
		server := r.servers[name]
		if !ok || server == nil || rest == "" {
			break
		}
		from := len(target.Text) - len(rest)
		r.addMinio(words, where, server, services.Part(target, from, from+until(rest, "/")))
	}
	return true
}

// addMinio adds a bucket on a server; without a name of its own it stands in the
// server's address.
func (r *reader) addMinio(words []*document.Node, where string, server, bucket *document.Node) {
	a := services.Attributes{"host": r.file.Hosts(server), "cloud": services.Word("s3")}
	if bucket == nil {
		_, path, _ := strings.Cut(server.Text, "://")
		_, path, _ = strings.Cut(path, "/")
		bucket = services.Part(server, len(server.Text)-len(path), len(server.Text)-len(path)+until(path, "/"))
	}
	if a["bucket"] = r.file.Text(bucket); a["host"] == nil {
		return
	}
	name := "mc " + words[1].Text
	if where != "" {
		name = where + ": " + name
	}
	r.file.Add("cli/copy", name, words[0].Range, a)
}
