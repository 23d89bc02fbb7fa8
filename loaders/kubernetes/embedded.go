package kubernetes

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/telemetry"
)

// formatMarks are words one of which every ConfigMap has that holds a
// configuration which is known here, besides those of package telemetry.
var formatMarks = []string{"artifactRepository", artifactRepositories, defaultRepository, "aws_region", "wal_s3_bucket"}

// Names by which Argo Workflows finds a ConfigMap each of whose entries is a
// repository of artifacts.
const (
	artifactRepositories = "artifact-repositories"
	defaultRepository    = "workflows.argoproj.io/default-artifact-repository"
)

// hasFormat says whether a text may hold a configuration that is known.
func hasFormat(text *source.Words) bool {
	return telemetry.MayHave(text) || text.HasAny(formatMarks...)
}

// addEmbedded looks into the files that a ConfigMap or a Secret holds.
func (s *set) addEmbedded(r *root, n *document.Node) {
	s.addOperatorConfig(r, n)
	metadata := n.Get("metadata")
	holdsArtifacts := metadata.Get("name").String() == artifactRepositories || metadata.At("annotations", defaultRepository) != nil
	for _, block := range []string{"data", "stringData"} {
		for _, p := range n.Get(block).Entries() {
			if p.Value.Kind != document.String || len(p.Value.Text) < 8 {
				continue
			}
			if holdsArtifacts || p.Key == "artifactRepository" {
				s.addArtifacts(r, n, p)
			} else {
				s.addConfiguration(r, n, p)
			}
		}
	}
}

// addConfiguration takes in the destinations of a program's configuration.
func (s *set) addConfiguration(r *root, n *document.Node, p document.Pair) {
	text := source.NewWords([]byte(p.Value.Text))
	if !telemetry.MayHave(text) {
		return
	}
	name, data := s.within(p.Value)
	file := name
	if path.Ext(p.Key) == ".toml" {
		file += ".toml"
	}
	parts, err := telemetry.Read(file, data)
	if err != nil && telemetry.MustHave(text) {
		s.problemAt(model.NotRendered, p.Value.Range, fmt.Sprintf("the configuration %s can't be read: %v; what it names was not checked", p.Key, err))
	}
	for _, part := range parts {
		rename(part.Node, name)
		if name == "" {
			restamp(part.Node, p.Value)
		}
	}
	s.addParts(r, n, p.Key, parts)
}

// addCollector takes in the exporters of a collector that an operator runs,
// whose configuration is a part of its object, or a string in it.
func (s *set) addCollector(r *root, n *document.Node) {
	switch config := n.At("spec", "config"); {
	case config == nil:
	case config.Kind == document.String:
		s.addConfiguration(r, n, document.Pair{Key: "config", Range: config.Range, Value: config})
	default:
		s.addParts(r, n, "config", telemetry.Parts(config))
	}
}

// addParts takes in the destinations of a configuration.
func (s *set) addParts(r *root, n *document.Node, name string, parts []telemetry.Part) {
	for _, part := range parts {
		s.addPart(r, n, name+"/"+part.Name, part.Kind, part.Node)
	}
}

// addArtifacts takes in where Argo Workflows keeps what they make.
func (s *set) addArtifacts(r *root, n *document.Node, p document.Pair) {
	name, data := s.within(p.Value)
	docs, err := document.Parse(name, data)
	if err != nil || len(docs) == 0 {
		return
	}
	if name == "" {
		restamp(docs[0], p.Value)
	}
	s.addPart(r, n, p.Key, "argoproj.io/ArtifactRepository", docs[0])
}

// addOperatorConfig takes in the configuration of Zalando's operator, whose
// ConfigMap has it as flat keys.
func (s *set) addOperatorConfig(r *root, n *document.Node) {
	data := n.Get("data")
	if data.Get("spilo_privileged") != nil || data.Get("docker_image") != nil && data.Get("pod_role_label") != nil || data.Get("wal_s3_bucket") != nil {
		s.addPart(r, n, "data", "acid.zalan.do/OperatorConfigMap", data)
	}
}

// maxMasked bounds what is blanked before the files inside files, so that they
// keep their places, in bytes of all files.
const maxMasked = 50 << 20

// within returns what a string holds as a file in which everything stands where
// it stands in the file around it; "" as the name when that can't be done, as
// for a string that is not written as a block.
func (s *set) within(n *document.Node) (string, []byte) {
	plain := []byte(n.Text)
	if n.Range.Filename == "" {
		return "", plain
	}
	data, err := s.tree.Read(n.Range.Filename)
	if n.Tag == wholeFile && err == nil {
		return n.Range.Filename, data
	}
	if err != nil || n.Range.Start.Byte >= len(data) || data[n.Range.Start.Byte] != '|' {
		return "", plain
	}
	if s.masked += n.Range.Start.Byte; s.masked > maxMasked {
		return "", plain
	}
	from := bytes.IndexByte(data[n.Range.Start.Byte:], '\n')
	if from < 0 {
		return "", plain
	}
	from += n.Range.Start.Byte + 1
	to, indent := from, -1
	for range strings.Count(strings.TrimRight(n.Text, "\n"), "\n") + 1 {
		line := data[to:]
		if end := bytes.IndexByte(line, '\n'); end >= 0 {
			line = line[:end+1]
		}
		if text := bytes.TrimLeft(line, " "); indent < 0 && len(bytes.TrimSpace(text)) > 0 {
			indent = len(line) - len(text)
		}
		to += len(line)
	}
	// What stands before the block is blanked, so that lines and columns stay.
	masked := make([]byte, to)
	for i := range from {
		masked[i] = ' '
		if data[i] == '\n' {
			masked[i] = '\n'
		}
	}
	copy(masked[from:], data[from:to])
	if !sameLines(n.Text, string(masked[from:]), indent) {
		return "", plain
	}
	return n.Range.Filename, masked
}

// sameLines says whether a block, less its indentation, is the text.
func sameLines(text, block string, indent int) bool {
	if indent < 0 {
		return false
	}
	var b strings.Builder
	for line := range strings.Lines(block) {
		if len(line) > indent {
			b.WriteString(line[indent:])
		} else {
			b.WriteString("\n")
		}
	}
	return strings.TrimRight(b.String(), "\r\n") == strings.TrimRight(text, "\r\n")
}

// rename gives a node and all below it another file, where it has none of ours.
func rename(n *document.Node, file string) {
	n.Walk(func(_ []string, n *document.Node) bool {
		n.Range.Filename = file
		return true
	})
}

// restamp says of a node and all below it that it stands where another does.
func restamp(n, at *document.Node) {
	n.Walk(func(_ []string, n *document.Node) bool {
		n.Range = at.Range
		return true
	})
}
