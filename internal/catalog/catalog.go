// Package catalog knows, for each resource type in which data rests, where the
// resource says its place, and by which of its settings the data is copied
// elsewhere, also when a setting is absent.
//
// What it knows is rows of YAML under data/, one file for each prefix that a
// Terraform provider gives its resource types (aws.yaml has aws_*), and one for
// each other language. A row is decoded
// when its type is first met in a configuration, so a check pays for the types
// it sees and not for the size of the catalogue.
package catalog

import (
	"bytes"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/stateside-dev/stateside/internal/model"
)

//go:embed data/*.yaml
var files embed.FS

// Type is what the catalogue knows of one resource type.
type Type struct {
	// Type as the configuration writes it, such as aws_s3_bucket.
	Type string `yaml:"type"`
	// TypeAt is the attribute that names the type of a resource which may be of
	// many: that type's row holds or, for a plain word, the row TYPE:WORD. When it is
	// BodyAt, too, that is an object of Kubernetes, which says its type itself. This
	// row holds when the name is not known.
	TypeAt string `yaml:"type_at,omitempty"`
	// BodyAt is the attribute with the named type's own attributes, an object or
	// JSON. Those that it lacks are the resource's.
	BodyAt string `yaml:"body_at,omitempty"`
	// Cloud of the type; the file's cloud when absent.
	Cloud string `yaml:"cloud,omitempty"`
	// CloudAt is the attribute that names the cloud, for types that work with
	// several; Cloud counts when it is absent.
	CloudAt string `yaml:"cloud_at,omitempty"`
	// Clouds turns the words of CloudAt into clouds. A word that is not in it
	// stands for itself, or is what "*" is turned into.
	Clouds map[string]string `yaml:"clouds,omitempty"`
	// Service within the cloud.
	Service string `yaml:"service"`
	// Kind of store; empty for a type that is no store itself but declares
	// copies of others.
	Kind model.Kind `yaml:"kind,omitempty"`
	// Role of the store, primary when absent.
	Role model.Role `yaml:"role,omitempty"`
	// Transit says that nothing rests in the store itself: it passes data on.
	Transit bool `yaml:"transit,omitempty"`
	// Content of the store: the data itself when absent.
	Content model.Content `yaml:"content,omitempty"`
	// Name is the attribute with the real thing's name, by which others may
	// name it.
	Name string `yaml:"name,omitempty"`
	// UniqueName says that the name alone is enough to find the thing, from
	// any region: bucket names.
	UniqueName bool `yaml:"unique_name,omitempty"`
	// Forms of identifiers that name the thing, besides those that all things of
	// its cloud have. NAME is its name, * a part between dots, colons and slashes.
	Forms []string `yaml:"forms,omitempty"`
	// ByName says that the thing is made elsewhere and only named here, as a
	// program names the bucket that it writes to. Where a checked file makes the
	// thing, it is that store and no other one.
	ByName bool `yaml:"by_name,omitempty"`
	// Needs lists attributes of which one must be written for the resource to
	// count: without them it is a thing of another sort, in which nothing rests.
	Needs []string `yaml:"needs,omitempty"`
	// When lists attributes and the values they must have for the resource to
	// count.
	When map[string][]string `yaml:"when,omitempty"`
	// Place rules, tried in order; the file's when absent.
	Place []PlaceRule `yaml:"place,omitempty"`
	// Part says that what rests here rests in the store that a place rule's Of
	// names. It is no store of its own where that one is declared and has the
	// same labels.
	Part bool `yaml:"part,omitempty"`
	// Labels is the attribute with the labels; the file's when absent.
	Labels string `yaml:"labels,omitempty"`
	// DefaultLabels is where the provider block has labels for all its
	// resources; the file's when absent.
	DefaultLabels string `yaml:"default_labels,omitempty"`
	// Group is the attribute that names the replication group (a global
	// cluster) whose members all hold the same data.
	Group string `yaml:"group,omitempty"`
	// Of is the attribute that names the store to which the copies of this
	// type belong; the type itself when absent.
	Of string `yaml:"of,omitempty"`
	// OfType is the resource type that a plain name in Of stands for.
	OfType string `yaml:"of_type,omitempty"`
	// Copies that the type's settings make.
	Copies []CopyRule `yaml:"copies,omitempty"`
	// Grants that the type's settings give.
	Grants []GrantRule `yaml:"grants,omitempty"`
	// Guardrails that the type's settings set up.
	Guardrails []GuardrailRule `yaml:"guardrails,omitempty"`
	// Retention that the type's settings give.
	Retention []RetentionRule `yaml:"retention,omitempty"`
	// Doc is the page of the provider's documentation that says so.
	Doc string `yaml:"doc"`
	// Note for readers of the catalogue.
	Note string `yaml:"note,omitempty"`

	endpoints string
	unset     map[string]Unset
	// fileLabels says that Labels is what the file says for all its types; some
	// have none.
	fileLabels bool
}

// IsStore says whether data rests in resources of the type.
func (t *Type) IsStore() bool { return t.Kind != "" }

// Endpoint is the attribute of the provider block that sends the type's
// service to another host, "" when there is none.
func (t *Type) Endpoint() string {
	if t.endpoints == "" || t.Service == "" {
		return ""
	}
	return t.endpoints + "." + t.Service
}

// Unset returns what a setting of the provider is that is not written, where its
// documentation says that; nil where it does not.
func (t *Type) Unset(setting string) *Unset {
	if u, ok := t.unset[setting]; ok {
		return &u
	}
	return nil
}

// Unset is what a setting of a provider is when nothing is written: what the
// environment says or, where that says nothing either, a value of the provider's.
type Unset struct {
	// Env are the variables that are asked first.
	Env string `yaml:"env"`
	// Value when they are not set.
	Value string `yaml:"value"`
}

// PlaceRule is one way to find where a store is. Exactly one of the fields At
// to Unknown is set. A rule whose attribute is absent or null passes on to the
// next one.
type PlaceRule struct {
	// When lists attributes and the values they must have for the rule to hold;
	// with no values, that they are written. A rule that may hold does.
	When map[string][]string `yaml:"when,omitempty"`
	// At is the attribute with a region, zone or multi-region.
	At string `yaml:"at,omitempty"`
	// Every is the attribute with several regions, in each of which data rests.
	Every string `yaml:"every,omitempty"`
	// Cloud is the attribute beside At or Every that names the cloud, for a service
	// that keeps its data in the regions of several.
	Cloud string `yaml:"cloud,omitempty"`
	// Any is the attribute with several regions or zones, in one of which data
	// rests.
	Any string `yaml:"any,omitempty"`
	// Zone is the attribute with a zone. One that can't be evaluated passes
	// on too: whatever the zone, it lies in the region the next rule finds.
	Zone string `yaml:"zone,omitempty"`
	// Host is the attribute with the address of the server that stores, or of
	// each of several. An address that is a cloud's for all its regions passes on
	// too.
	Host string `yaml:"host,omitempty"`
	// Named is the attribute with the name of a place of one's own, which the
	// sites of the configuration match; As says of what it is the name. A place
	// that the rules behind it know goes before it, and where no site has the name
	// they decide.
	Named string `yaml:"named,omitempty"`
	// As is the sort of place that Named, or Any, names, such as datacenter or rack.
	As string `yaml:"as,omitempty"`
	// Of is the attribute that names the store in whose place this one is. The
	// labels of that store are this one's too. Where the files do not declare it,
	// an At or Host that follows decides: an API that knows a thing by its name is
	// that of the thing's region.
	Of string `yaml:"of,omitempty"`
	// OfType is the resource type that a plain name in Of stands for.
	OfType string `yaml:"of_type,omitempty"`
	// Nearest is the attribute that names the store near which the service
	// chooses a multi-region.
	Nearest string `yaml:"nearest,omitempty"`
	// Default is the place the documentation gives for absent settings.
	Default string `yaml:"default,omitempty"`
	// Disk is the attribute with a path on the disk of the server that runs the
	// thing: whoever deploys it decides its place.
	Disk string `yaml:"disk,omitempty"`
	// Unknown says, as a sentence, why nothing in a configuration tells the place.
	Unknown string `yaml:"unknown,omitempty"`
	// InCloud is the cloud of the region, for types that keep data in one cloud or
	// another according to which of their attributes is written; the type's when
	// absent.
	InCloud string `yaml:"in_cloud,omitempty"`
	// Doc is the page that documents a default.
	Doc string `yaml:"doc,omitempty"`
}

// CopyRule is one way in which a type's settings copy data.
type CopyRule struct {
	// Means of the copy.
	Means model.Means `yaml:"means"`
	// At is the attribute that decides the copy; each value is one.
	At string `yaml:"at,omitempty"`
	// Cloud is the attribute beside At that names the cloud of its region, for a
	// service that keeps its data in the regions of several.
	Cloud string `yaml:"cloud,omitempty"`
	// To says how to read the value; see the Target constants.
	To Target `yaml:"to"`
	// Type is the resource type that a plain name in At stands for.
	Type string `yaml:"type,omitempty"`
	// InCloud is the cloud of the region or store, for types that copy into one or
	// another according to which of their attributes is written; the type's when absent.
	InCloud string `yaml:"in_cloud,omitempty"`
	// In is the attribute with the region of the store that At only names.
	In string `yaml:"in,omitempty"`
	// InAbsent is the region that the documentation gives for an In that is not
	// written.
	InAbsent string `yaml:"in_absent,omitempty"`
	// Host is the attribute with the address of the server that has the store
	// which At only names. It is stronger than In.
	Host string `yaml:"host,omitempty"`
	// SameRegion says that the service refuses a target in another region than
	// the store's, so that one which only has a name lies in the store's region.
	SameRegion bool `yaml:"same_region,omitempty"`
	// Is lists the values of At with which there is a copy; any when absent.
	Is []string `yaml:"is,omitempty"`
	// When lists attributes and the values they must have for the copy to exist;
	// with no values, that they, or blocks of the name, are written.
	When map[string][]string `yaml:"when,omitempty"`
	// Absent is the value that the documentation gives for an At that is not
	// written. A rule without At is what the service always does.
	Absent string `yaml:"absent,omitempty"`
	// Unknown says, as a sentence, why nothing tells the place of a copy that the
	// service makes by itself: caches all over the world. A rule without At.
	Unknown string `yaml:"unknown,omitempty"`
	// From is the attribute that names the store which is copied; the store
	// itself when absent.
	From string `yaml:"from,omitempty"`
	// FromType is the resource type that a plain name in From stands for. Without
	// From, each store of the type beside the resource is copied.
	FromType string `yaml:"from_type,omitempty"`
	// FromLabels is the attribute with labels, a map or blocks with a key and a
	// value: each store beside the resource that has one of them is copied.
	FromLabels string `yaml:"from_labels,omitempty"`
	// FromKinds are the kinds of store that FromLabels, or a * in From, can mean.
	FromKinds []model.Kind `yaml:"from_kinds,omitempty"`
	// Doc is the page that documents the default.
	Doc string `yaml:"doc,omitempty"`
}

// GrantRule is one way in which a type's settings let somebody read the store:
// its own or, with the type's Of, the one that this names.
type GrantRule struct {
	// At is the attribute with the principals; each value is one. A rule without
	// At is what the type always grants, to the principal of kind As.
	At string `yaml:"at,omitempty"`
	// As says how to read the value: as a principal of one of the model's kinds,
	// or in one of the forms below.
	As string `yaml:"as"`
	// Is lists the values of At with which there is a grant; any when absent.
	Is []string `yaml:"is,omitempty"`
	// When lists attributes and the values they must have for the grant to exist.
	When map[string][]string `yaml:"when,omitempty"`
	// Actions that are granted, where they are always the same.
	Actions []string `yaml:"actions,omitempty"`
	// ActionsAt is the attribute with the actions, such as a role's name.
	ActionsAt string `yaml:"actions_at,omitempty"`
	// Absent is the value that the documentation gives for an At that is not
	// written.
	Absent string `yaml:"absent,omitempty"`
	// Within is the attribute of stores with what the type's Of names when that is
	// no store itself but holds stores: a project, a resource group. The grant
	// reaches each store of the cloud in the same one.
	Within string `yaml:"within,omitempty"`
	// Whole lists resource types that, named by Of, hold every store of the cloud.
	Whole []string `yaml:"whole,omitempty"`
	// Doc is the page that documents the default.
	Doc string `yaml:"doc,omitempty"`
}

// Forms of principals, besides the kinds of the model.
const (
	AsPolicy    = "iam_policy"    // a policy document of AWS, or one that follows it
	AsMember    = "google_member" // user:a@example.com, allUsers, domain:example.com
	AsACL       = "google_acl"    // READER:user-a@example.com, allUsers, domain-example.com
	AsBindings  = "google_policy" // bindings of roles and members, as data.google_iam_policy makes them
	AsARN       = "arn"           // an ARN or account number
	AsSwitch    = "switch"        // a value that opens the store to everybody
	AsStatement = "oci_statement" // Allow group A to read objects in …
)

// GuardrailRule is one setting that bounds where things may be made. What several
// rules of a type say is taken together.
type GuardrailRule struct {
	// At is the attribute with the bounds; each value is one.
	At string `yaml:"at"`
	// As says how to read the values.
	As Bound `yaml:"as"`
	// Is lists the values of At that bound anything; any when absent.
	Is []string `yaml:"is,omitempty"`
	// On is the attribute that names what is bounded, for types that can bound many
	// things, and Ends how that name ends when it is the place.
	On   string `yaml:"on,omitempty"`
	Ends string `yaml:"ends,omitempty"`
	// When lists attributes and the values they must have for the rule to hold.
	When map[string][]string `yaml:"when,omitempty"`
}

// Bound says how the values of a guardrail's attribute bound.
type Bound string

// The forms of bounds.
const (
	BoundAllowed   Bound = "allowed"    // regions, or groups of them, that are let in
	BoundForbidden Bound = "forbidden"  // regions, or groups of them, that are not
	BoundNothing   Bound = "nothing"    // any value lets in everything
	BoundPolicy    Bound = "iam_policy" // a policy document of AWS with aws:RequestedRegion
	BoundQuota     Bound = "oci_quota"  // zero compute-core quotas in tenancy where request.region = …
)

// Bounds lists every form of bounds.
func Bounds() []Bound {
	return []Bound{BoundAllowed, BoundForbidden, BoundNothing, BoundPolicy, BoundQuota}
}

// RetentionRule is one setting that says how long something is kept.
type RetentionRule struct {
	// Kind of the retention.
	Kind model.RetentionKind `yaml:"kind"`
	// At is the attribute with the length. A rule without At is what the service
	// always does.
	At string `yaml:"at,omitempty"`
	// Unit of the length; days when absent. A length such as 86400s, P7D or 12h
	// brings its own.
	Unit Unit `yaml:"unit,omitempty"`
	// When lists attributes and the values they must have for the rule to hold.
	When map[string][]string `yaml:"when,omitempty"`
	// Absent is the length that the documentation gives for an At that is not
	// written, in the same unit.
	Absent string `yaml:"absent,omitempty"`
	// Forever lists values of At that mean without end.
	Forever []string `yaml:"forever,omitempty"`
	// Doc is the page that documents the default.
	Doc string `yaml:"doc,omitempty"`
}

// Unit of a length of time.
type Unit string

// The units.
const (
	Seconds Unit = "seconds"
	Minutes Unit = "minutes"
	Hours   Unit = "hours"
	Days    Unit = "days"
	Weeks   Unit = "weeks"
	Months  Unit = "months" // of 30 days
	Years   Unit = "years"  // of 365 days
)

// Units lists every unit.
func Units() []Unit { return []Unit{Seconds, Minutes, Hours, Days, Weeks, Months, Years} }

// Target says how the value of a copy's attribute names the place it goes to.
type Target string

// The targets.
const (
	ToRegion Target = "region" // the value is a region, zone or multi-region
	ToStore  Target = "store"  // the value names a store: reference, identifier or name
	ToHost   Target = "host"   // the value is the address of a server
	ToPair   Target = "pair"   // the region paired with the store's own
	ToSelf   Target = "self"   // this resource is the copy, of the store that From names
)

// NearestMultiRegion is the value of Absent that stands for the multi-region
// nearest to the store's own region.
const NearestMultiRegion = "nearest multi-region"

// file is one cloud's YAML file.
type file struct {
	once   sync.Once
	header header
	rows   map[string][]byte

	spellLetters sync.Once
	lettered     map[string]string // each type by its letters and digits alone

	mu    sync.Mutex
	types map[string]*Type
}

// header is what stands before the types and holds for each of them.
type header struct {
	// Cloud of the types.
	Cloud string `yaml:"cloud,omitempty"`
	// Place rules of the types that have none of their own.
	Place []PlaceRule `yaml:"place,omitempty"`
	// Labels is the attribute with the labels.
	Labels string `yaml:"labels,omitempty"`
	// DefaultLabels is where the provider block has labels for all its resources.
	DefaultLabels string `yaml:"default_labels,omitempty"`
	// Unset says what settings of the provider are that are not written.
	Unset map[string]Unset `yaml:"unset,omitempty"`
	// Endpoints is the block of the provider that sends services to other hosts.
	Endpoints string `yaml:"endpoints,omitempty"`
	// Types are the rows.
	Types []Type `yaml:"types"`
}

// Catalogue gives access to the embedded rows. The zero value is ready for
// use, also by several goroutines.
type Catalogue struct {
	mu      sync.Mutex
	files   map[string]*file
	nothing map[string]*noStores
	defined map[string]*Type
}

// Define adds a row that stands in no file, for a type that a user declares.
func (c *Catalogue) Define(t *Type) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.defined == nil {
		c.defined = map[string]*Type{}
	}
	c.defined[t.Type] = t
}

// Lookup finds the row of a resource type, nil when there is none.
func (c *Catalogue) Lookup(resourceType string) *Type {
	c.mu.Lock()
	defined := c.defined[resourceType]
	c.mu.Unlock()
	if defined != nil {
		return defined
	}
	name := FileOf(resourceType)
	return c.file(name).lookup(name, resourceType)
}

// Spelling returns a resource type of a language that takes types in any case,
// as the catalogue writes it; as it is when that does not know it.
func (c *Catalogue) Spelling(resourceType string) string {
	if t := c.Lookup(resourceType); t != nil {
		return t.Type
	}
	name := FileOf(resourceType)
	if typ := c.file(name).byLetters(name)[letters(resourceType)]; typ != "" {
		return typ
	}
	if typ := c.noStores(name).byLetters(name)[letters(resourceType)]; typ != "" {
		return typ
	}
	return resourceType
}

// FileOf names the file in which a type belongs: AWS::S3::Bucket in
// cloudformation, Microsoft.Storage/storageAccounts in azurearm,
// velero.io/BackupStorageLocation in kubernetes, pgbackrest/repo in services,
// and aws_s3_bucket in aws. A token of Pulumi without a name of Terraform, such
// as random:index/randomPet:RandomPet, belongs to its provider.
func FileOf(resourceType string) string {
	group, _, hasGroup := strings.Cut(resourceType, "/")
	provider, _, isToken := strings.Cut(resourceType, ":")
	switch {
	case strings.Contains(resourceType, "::"):
		return "cloudformation"
	case isToken && !strings.Contains(provider, "_"):
		return provider
	case hasGroup && isAzureNamespace(group):
		return "azurearm"
	case hasGroup && strings.Contains(group, "."):
		return "kubernetes"
	case hasGroup:
		return "services"
	}
	prefix, _, _ := strings.Cut(resourceType, "_")
	return prefix
}

// GroupOf is the API group of an object of Kubernetes by its apiVersion; one
// without a dot as the project writes it: apps.k8s.io, core.k8s.io.
func GroupOf(apiVersion string) string {
	group, _, ok := strings.Cut(apiVersion, "/")
	if !ok {
		group = "core"
	}
	if !strings.Contains(group, ".") {
		group += ".k8s.io"
	}
	return group
}

// isAzureNamespace says whether a group is a provider's in Azure Resource Manager:
// Microsoft's in any case, or another company's, such as Oracle.Database. Groups
// of Kubernetes have no capitals.
func isAzureNamespace(group string) bool {
	lower := strings.ToLower(group)
	return strings.HasPrefix(lower, "microsoft.") || strings.Contains(group, ".") && group != lower
}

// file is that of a prefix; without rows when there is none.
func (c *Catalogue) file(prefix string) *file {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.files[prefix]
	if f == nil {
		if c.files == nil {
			c.files = map[string]*file{}
		}
		f = &file{}
		c.files[prefix] = f
	}
	return f
}

// Prefixes lists the prefixes of resource types that have a file, in order.
func Prefixes() []string {
	entries, err := files.ReadDir("data")
	if err != nil {
		panic(err) // the directory is part of the program
	}
	var all []string
	for _, e := range entries {
		all = append(all, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return all
}

// Types lists the resource types of a file, such as kubernetes, without reading
// their rows.
func (c *Catalogue) Types(name string) []string {
	f := c.file(name)
	f.once.Do(func() { f.index(name) })
	return slices.Sorted(maps.Keys(f.rows))
}

// All returns every row, by file and in the order of the files.
func (c *Catalogue) All() []*Type {
	var all []*Type
	for _, prefix := range Prefixes() {
		all = append(all, c.Of(prefix)...)
	}
	return all
}

// Of returns the rows of one file, in its order.
func (c *Catalogue) Of(prefix string) []*Type {
	var all []*Type
	f := c.file(prefix)
	for _, t := range typesInOrder(prefix) {
		all = append(all, f.lookup(prefix, t))
	}
	return all
}

func (f *file) lookup(name, resourceType string) *Type {
	f.once.Do(func() { f.index(name) })
	resourceType = keyOf(name, resourceType)
	row, ok := f.rows[resourceType]
	if !ok {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if t, ok := f.types[resourceType]; ok {
		return t
	}
	t := f.decode(name, row)
	f.types[resourceType] = t
	return t
}

// folded keys rows as they are looked up.
func folded[T any](name string, rows map[string]T) map[string]T {
	if keyOf(name, "A") == "A" {
		return rows
	}
	all := make(map[string]T, len(rows))
	for resourceType, row := range rows {
		all[keyOf(name, resourceType)] = row
	}
	return all
}

// keyOf is a type as it is looked up: in Azure Resource Manager capitals don't
// matter, and in CloudFormation custom resources have names of their own.
func keyOf(name, resourceType string) string {
	switch {
	case name == "azurearm":
		return strings.ToLower(resourceType)
	case strings.HasPrefix(resourceType, "Custom::"):
		return "AWS::CloudFormation::CustomResource"
	}
	return resourceType
}

var rowStart = []byte("\n- type: ")

// index finds where each row begins without decoding any.
func (f *file) index(name string) {
	f.types = map[string]*Type{}
	data, err := files.ReadFile("data/" + name + ".yaml")
	if err != nil {
		return // no provider that the catalogue knows has this prefix
	}
	head, rows := indexed(data)
	f.rows = folded(name, rows)
	decode(name, head, &f.header)
}

// indexed cuts a file into what stands before the rows, and the rows by type.
func indexed(data []byte) (head []byte, rows map[string][]byte) {
	rows = make(map[string][]byte, bytes.Count(data, rowStart))
	at := bytes.Index(data, rowStart)
	if at < 0 {
		return data, rows
	}
	head, data = data[:at], data[at+1:]
	for more := true; more; {
		row := data
		if at = bytes.Index(data, rowStart); at >= 0 {
			row, data = data[:at], data[at+1:]
		} else {
			more = false
		}
		resourceType, _, _ := bytes.Cut(row[len(rowStart)-1:], []byte("\n"))
		rows[string(resourceType)] = row
	}
	return head, rows
}

// decode reads one row and fills in what the file says for all.
func (f *file) decode(name string, row []byte) *Type {
	var list []Type
	decode(name, row, &list)
	t := &list[0]
	if t.Cloud == "" {
		t.Cloud = f.header.Cloud
	}
	if t.Place == nil {
		t.Place = f.header.Place
	}
	if t.Labels == "" {
		t.Labels, t.fileLabels = f.header.Labels, true
	}
	if t.DefaultLabels == "" {
		t.DefaultLabels = f.header.DefaultLabels
	}
	if t.Role == "" && t.IsStore() {
		t.Role = model.Primary
	}
	t.endpoints, t.unset = f.header.Endpoints, f.header.Unset
	return t
}

func typesInOrder(name string) []string {
	var all header
	decode(name, read(name), &all)
	types := make([]string, len(all.Types))
	for i, t := range all.Types {
		types[i] = t.Type
	}
	return types
}

func read(name string) []byte {
	data, err := files.ReadFile("data/" + name + ".yaml")
	if err != nil {
		panic(err)
	}
	return data
}

// decode reads YAML and accepts no field it does not know. The files are part
// of the program and are checked by its tests, so a bad one is a bug: it panics.
func decode(name string, data []byte, into any) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		panic(fmt.Sprintf("catalogue %s: %v", name, err))
	}
}
