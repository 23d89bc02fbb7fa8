package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
)

// readBindings reads a package of typed bindings: those of CDK for Terraform,
// whose names are the provider's own, or those of Pulumi.
func readBindings(name string, data []byte) (*schema, error) {
	files, err := unpack(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s := &schema{from: name, types: map[string]*node{}}
	if input, ok := files["types/input.d.ts"]; ok {
		readPulumi(s, files, input)
	} else {
		readCDK(s, files)
	}
	if len(s.types) == 0 {
		return nil, fmt.Errorf("%s: no bindings in it that are known here", name)
	}
	return s, nil
}

// unpack returns the files of a package that describe resources, by their name
// within it. The JavaScript is left out, but for what Pulumi calls its types.
func unpack(data []byte) (map[string][]byte, error) {
	zipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for archive := tar.NewReader(zipped); ; {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		_, name, _ := strings.Cut(entry.Name, "/")
		declares := strings.HasSuffix(name, ".d.ts")
		namesType := strings.HasSuffix(name, ".js") && !strings.HasPrefix(name, "lib/")
		if !declares && !namesType {
			continue
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			return nil, err
		}
		files[name] = content
	}
}

// interfaces are the declared types of a folder: their properties in order.
type interfaces map[string][]property

type property struct {
	name string
	typ  string
}

var (
	interfaceLine = regexp.MustCompile(`^\s*(?:export )?interface (\w+)(?: extends [\w.]+)? \{$`)
	propertyLine  = regexp.MustCompile(`^\s+(?:readonly )?(\w+)\??: (.+?);?$`)
	namespaceLine = regexp.MustCompile(`^\s*(?:export declare )?namespace (\w+) \{$`)
	// The link to the documentation ends in the provider's own spelling.
	attributeLink = regexp.MustCompile(`#([a-z0-9_]+) \w+#[a-z0-9_]+\}`)
)

// readInterfaces reads the interfaces of a file of TypeScript declarations, as
// generators write them: one property a line. A namespace is a part of the name.
func readInterfaces(data []byte, into interfaces) {
	var namespaces []string
	current, spelled := "", ""
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, len(data)+1) // a line of any length fits
	for lines.Scan() {
		line := lines.Text()
		if m := namespaceLine.FindStringSubmatch(line); m != nil {
			namespaces = append(namespaces, m[1])
			continue
		}
		if m := interfaceLine.FindStringSubmatch(line); m != nil {
			current, spelled = strings.Join(append(namespaces, m[1]), "."), ""
			into[current] = nil
			continue
		}
		switch m := propertyLine.FindStringSubmatch(line); {
		case strings.HasSuffix(line, "}") && strings.TrimSpace(line) == "}":
			if current == "" && len(namespaces) > 0 {
				namespaces = namespaces[:len(namespaces)-1]
			}
			current = ""
		case current == "":
		case attributeLink.MatchString(line):
			spelled = attributeLink.FindStringSubmatch(line)[1]
		case m != nil:
			name := m[1]
			if spelled != "" {
				name = spelled
			}
			into[current] = append(into[current], property{name, m[2]})
			spelled = ""
		}
	}
}

var (
	cdkType        = regexp.MustCompile(`static readonly tfResourceType = "(\w+)"`)
	cdkConstructor = regexp.MustCompile(`constructor\(scope: Construct, id: string, config\??: (\w+)\)`)
	cdkVersion     = regexp.MustCompile(`/providers/[\w-]+/[\w-]+/([0-9.]+)/docs`)
)

// readCDK reads the bindings of CDK for Terraform: one folder for each resource.
func readCDK(s *schema, files map[string][]byte) {
	folders := map[string]interfaces{}
	for name, data := range files {
		dir := strings.TrimSuffix(path.Dir(name), "/index-structs")
		if folders[dir] == nil {
			folders[dir] = interfaces{}
		}
		readInterfaces(data, folders[dir])
	}
	for name, data := range files {
		resourceType, config := cdkType.FindSubmatch(data), cdkConstructor.FindSubmatch(data)
		if resourceType == nil || config == nil || bytes.Contains(data, []byte(".TerraformDataSource {")) {
			continue
		}
		dir := path.Dir(name)
		root := folders[dir].node(string(config[1]), cdkReference, maxDepth*2)
		if dir == "lib/provider" {
			s.provider = root
			if m := cdkVersion.FindSubmatch(data); m != nil {
				s.from += " (provider " + string(m[1]) + ")"
			}
			continue
		}
		s.types[string(resourceType[1])] = root
	}
}

// node makes the tree of an interface. reference finds the interface that a
// property's type names.
func (all interfaces) node(name string, reference func(typ string) (name string, free bool), depth int) *node {
	n := &node{children: map[string]*node{}}
	if depth == 0 {
		return n
	}
	for _, p := range all[name] {
		other, free := reference(p.typ)
		child := &node{free: free}
		if _, ok := all[other]; ok {
			child = all.node(other, reference, depth-1)
		}
		n.children[p.name] = child
	}
	return n
}

var cdkName = regexp.MustCompile(`^(?:\{ \[key: string\]: )?(\w+)`)

// cdkReference reads a type such as S3BucketRule[] | cdktf.IResolvable.
func cdkReference(typ string) (name string, free bool) {
	switch {
	case typ == "any":
		return "", true
	case strings.HasPrefix(typ, "{"):
		return "", true
	}
	if m := cdkName.FindStringSubmatch(typ); m != nil {
		return m[1], false
	}
	return "", false
}

var (
	pulumiType = regexp.MustCompile(`static __pulumiType = '(\w+):([\w/]+):(\w+)'`)
	pulumiName = regexp.MustCompile(`inputs\.([\w.]+)`)
)

// readPulumi reads the bindings of Pulumi: the arguments of each resource, and
// one file with the types below them. They spell names in their own way.
func readPulumi(s *schema, files map[string][]byte, input []byte) {
	s.loose = true
	types := interfaces{}
	readInterfaces(input, types)
	for name, data := range files {
		m := pulumiType.FindSubmatch(data)
		declared, ok := files[strings.TrimSuffix(name, ".js")+".d.ts"]
		if m == nil || !ok {
			continue
		}
		readInterfaces(declared, types)
		module, _, _ := strings.Cut(string(m[2]), "/")
		resourceType := respell(string(m[1]), string(m[1])+snake(module)+snake(string(m[3])))
		s.types[resourceType] = loose(types.node(string(m[3])+"Args", pulumiReference, maxDepth*2))
	}
}

// spellings lists, for each prefix, beginnings of types as Pulumi spells them,
// each with the provider's own spelling.
//
//go:embed spelling/*.txt
var spellings embed.FS

// respell gives a type the provider's spelling.
func respell(prefix, resourceType string) string {
	data, err := spellings.ReadFile("spelling/" + prefix + ".txt")
	if err != nil {
		return resourceType // Pulumi spells them as the provider does
	}
	for line := range strings.Lines(string(data)) {
		begin, own, ok := strings.Cut(strings.TrimSpace(line), " ")
		if rest, is := strings.CutPrefix(resourceType, begin); ok && is && begin != "#" {
			return own + rest
		}
	}
	return resourceType
}

func pulumiReference(typ string) (name string, free bool) {
	if m := pulumiName.FindStringSubmatch(typ); m != nil {
		return m[1], false
	}
	return "", strings.HasSuffix(typ, "{") || strings.Contains(typ, "<any>")
}

var capital = regexp.MustCompile(`[A-Z]+`)

// snake spells ObjectStorage as _object_storage.
func snake(name string) string {
	return capital.ReplaceAllStringFunc(name, func(c string) string { return "_" + strings.ToLower(c) })
}

// loose spells the names of a tree so that they can be compared loosely.
func loose(n *node) *node {
	spelled := map[string]*node{}
	for name, child := range n.children {
		spelled[loosely(name)] = loose(child)
	}
	return &node{children: spelled, free: n.free}
}
