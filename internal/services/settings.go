package services

import (
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
)

// Setting is a setting that names a store, by its path in a document.
type Setting struct {
	// Path of names with dots between them. * stands for any one name, ** for
	// any names, none too.
	Path string
	// Type of the catalogue.
	Type string
	// Read makes the attributes; nil for none.
	Read func(f *File, n *document.Node) Attributes
}

// Settings adds a resource for each setting of a document that a table has.
// Names are compared without capitals, dashes and underscores, as frameworks do.
// The first row that fits a path counts.
func (f *File) Settings(doc *document.Node, table []Setting) {
	rows := make([][]string, len(table))
	for i, s := range table {
		rows[i] = strings.Split(fold(s.Path), ".")
	}
	for _, leaf := range Leaves(doc) {
		folded := make([]string, len(leaf.Path))
		for i, name := range leaf.Path {
			folded[i] = fold(name)
		}
		at := slices.IndexFunc(rows, func(row []string) bool { return matchPath(row, folded) })
		if at < 0 {
			continue
		}
		if a := table[at].Read(f, leaf.Node); a != nil {
			f.Add(table[at].Type, strings.Join(leaf.Path, "."), leaf.Node.Range, a)
		}
	}
}

// Leaf is a scalar, or a list of them, of a document.
type Leaf struct {
	// Path of names that leads to it. Elements of lists have none.
	Path []string
	// Node of the value.
	Node *document.Node
}

// Leaves lists the scalars of a document in order, lists of them as one. Of a
// name that is written twice the last value counts, as in Node.Get.
func Leaves(doc *document.Node) []Leaf {
	var all []Leaf
	doc.Walk(func(path []string, n *document.Node) bool {
		switch {
		case n.IsScalar(), n.Kind == document.List && !slices.ContainsFunc(n.Items, func(i *document.Node) bool { return !i.IsScalar() }):
			// An empty last name holds the value of a name that has others below it.
			if len(path) > 0 && path[len(path)-1] == "" {
				path = path[:len(path)-1]
			}
			all = append(all, Leaf{path, n})
			return false
		}
		return true
	})
	return all
}

var folding = strings.NewReplacer("-", "", "_", "")

func fold(name string) string { return folding.Replace(strings.ToLower(name)) }

// matchPath says whether a path fits a pattern.
func matchPath(pattern, path []string) bool {
	if len(pattern) == 0 {
		return len(path) == 0
	}
	if pattern[0] == "**" {
		for i := range len(path) + 1 {
			if matchPath(pattern[1:], path[i:]) {
				return true
			}
		}
		return false
	}
	return len(path) > 0 && (pattern[0] == "*" || pattern[0] == path[0]) && matchPath(pattern[1:], path[1:])
}

// bucketNames are the last names of settings that name a bucket.
var bucketNames = []string{"bucket", "bucketname", "s3bucket", "s3bucketname", "gcsbucket", "gcsbucketname"}

// bucketWords tell by the names of a setting whose bucket it is.
var bucketWords = []struct{ word, cloud string }{
	{"s3", "s3"}, {"minio", "s3"}, {"aws", "s3"}, {"amazon", "s3"}, {"gcs", "gcs"}, {"gcp", "gcs"}, {"google", "gcs"}, {"firebase", "gcs"},
	{"oss", "oss"}, {"aliyun", "oss"}, {"alibaba", "oss"}, {"cos", "cos"}, {"tencent", "cos"}, {"qcloud", "cos"}, {"obs", "obs"}, {"huawei", "obs"},
}

// Buckets adds a resource for each map of an application's settings that names a
// bucket, and whose names tell the cloud. region is the one that holds for the
// whole application, where there is one.
func (f *File) Buckets(doc *document.Node, typ string, region *document.Node) {
	doc.Walk(func(path []string, n *document.Node) bool {
		for _, p := range n.Entries() {
			if !slices.Contains(bucketNames, fold(p.Key)) || !p.Value.IsScalar() || p.Value.Text == "" {
				continue
			}
			names := fold(strings.Join(append(path[:len(path):len(path)], p.Key), "."))
			for _, w := range bucketWords {
				if strings.Contains(names, w.word) {
					f.bucketSetting(typ, append(path[:len(path):len(path)], p.Key), n, p, w.cloud, region)
					break
				}
			}
		}
		return true
	})
}

func (f *File) bucketSetting(typ string, path []string, n *document.Node, p document.Pair, cloud string, region *document.Node) {
	a := named(f, p.Value, cloud)
	if a == nil {
		return
	}
	if v := f.Text(sibling(n, "region", "regionname", "s3region", "awsregion", "regionstatic")); v != nil {
		a["region"] = v
	} else if v := f.Text(n.At("region", "static")); v != nil {
		a["region"] = v
	} else if cloud == "s3" {
		a["region"] = f.Text(region)
	}
	if a["host"] == nil {
		a["host"] = f.Hosts(sibling(n, "endpoint", "endpointurl", "s3endpoint", "serviceendpoint", "endpointoverride"))
	}
	f.Add(typ, strings.Join(path, "."), p.Range, a)
}

// sibling is the first of some settings of a map that is written.
func sibling(n *document.Node, names ...string) *document.Node {
	for _, name := range names {
		for _, p := range n.Entries() {
			if fold(p.Key) == name && p.Value.IsScalar() && p.Value.Text != "" {
				return p.Value
			}
		}
	}
	return nil
}
