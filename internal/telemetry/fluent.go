package telemetry

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/document"
)

// line is one line of a configuration, without the space around it.
type line struct {
	text  string
	start hcl.Pos
}

// lines splits a file into lines that are neither empty nor comments.
func lines(data []byte) []line {
	var all []line
	offset, number := 0, 1
	for text := range strings.Lines(string(data)) {
		trimmed := strings.TrimLeft(text, " \t")
		indent := len(text) - len(trimmed)
		trimmed = strings.TrimRight(trimmed, " \t\r\n")
		if trimmed != "" && trimmed[0] != '#' {
			all = append(all, line{trimmed, hcl.Pos{Line: number, Column: indent + 1, Byte: offset + indent}})
		}
		offset += len(text)
		number++
	}
	return all
}

// rangeOf is that of a part of a line.
func (l line) rangeOf(file string, from, to int) hcl.Range {
	start, end := l.start, l.start
	start.Column, start.Byte = start.Column+from, start.Byte+from
	end.Column, end.Byte = end.Column+to, end.Byte+to
	return hcl.Range{Filename: file, Start: start, End: end}
}

// setting reads a name and a value with space between them; names are taken in
// small letters, as the programs do.
func (l line) setting(file string) document.Pair {
	name, _, _ := strings.Cut(strings.ReplaceAll(l.text, "\t", " "), " ")
	value := strings.TrimLeft(l.text[len(name):], " \t")
	from := len(l.text) - len(value)
	text := strings.Trim(value, `"'`)
	return document.Pair{
		Key: strings.ToLower(name), Range: l.rangeOf(file, 0, len(name)),
		Value: &document.Node{Kind: document.String, Text: text, Range: l.rangeOf(file, from, len(l.text))},
	}
}

// fluentBit reads the sections [OUTPUT] of Fluent Bit's classic configuration.
func fluentBit(file string, data []byte) []Part {
	var all []Part
	var output *document.Node
	finish := func() {
		if output != nil {
			all = append(all, fluentBitOutput(output))
		}
		output = nil
	}
	for _, l := range lines(data) {
		switch {
		case strings.HasPrefix(l.text, "["):
			finish()
			if strings.EqualFold(l.text, "[OUTPUT]") {
				output = &document.Node{Kind: document.Map, Range: l.rangeOf(file, 0, len(l.text))}
			}
		case output != nil && l.text[0] != '@':
			output.Pairs = append(output.Pairs, l.setting(file))
		}
	}
	finish()
	return all
}

// fluentBitOutputs reads those of the configuration in YAML.
func fluentBitOutputs(n *document.Node) []Part {
	var all []Part
	for _, output := range n.At("pipeline", "outputs").Elements() {
		small := &document.Node{Kind: document.Map, Range: output.Range}
		for _, p := range output.Entries() {
			p.Key = strings.ToLower(p.Key)
			small.Pairs = append(small.Pairs, p)
		}
		all = append(all, fluentBitOutput(small))
	}
	return all
}

func fluentBitOutput(n *document.Node) Part {
	name := strings.ToLower(n.Get("name").String())
	typ := name
	if strings.Contains(name, "${") {
		typ = outputOf(n, typ)
	}
	return named("fluentbit.io/Output", name, typ, n)
}

// outputSettings are settings that outputs of one kind alone have.
var outputSettings = []struct{ setting, typ string }{
	{"log_group_name", "cloudwatch_logs"}, {"log_group_template", "cloudwatch_logs"}, {"delivery_stream", "kinesis_firehose"}, {"stream", "kinesis_streams"},
	{"bucket", "s3"}, {"account_name", "azure_blob"}, {"brokers", "kafka"},
}

// outputOf tells the kind of an output, whose name is given only when it is
// deployed, by its settings.
func outputOf(n *document.Node, name string) string {
	for _, known := range outputSettings {
		if n.Get(known.setting) != nil {
			return known.typ
		}
	}
	return name
}

// maxSections bounds sections of Fluentd within one another.
const maxSections = 32

// fluentd reads the sections <match> of Fluentd, and the <store> of those that
// copy to several.
func fluentd(file string, data []byte) []Part {
	type section struct {
		name string
		node *document.Node
	}
	var all []Part
	var open []section
	for _, l := range lines(data) {
		switch {
		case strings.HasPrefix(l.text, "</"):
			if len(open) == 0 {
				continue
			}
			last := open[len(open)-1]
			open = open[:len(open)-1]
			typ := last.node.Get("@type").String()
			if typ == "" {
				typ = last.node.Get("type").String() // of version 0.12
			}
			if (last.name == "match" || last.name == "store") && typ != "" {
				all = append(all, named("fluentd.org/Output", typ, typ, last.node))
			}
		case strings.HasPrefix(l.text, "<"):
			name, _, _ := strings.Cut(strings.Trim(l.text, "<>"), " ")
			if len(open) < maxSections {
				open = append(open, section{name, &document.Node{Kind: document.Map, Range: l.rangeOf(file, 0, len(l.text))}})
			}
		case len(open) > 0:
			// Hosts stand in a <server> of the section that sends to them.
			into := open[len(open)-1]
			for i := len(open) - 1; i > 0 && into.name == "server"; i-- {
				into = open[i-1]
			}
			into.node.Pairs = append(into.node.Pairs, l.setting(file))
		}
	}
	return all
}
