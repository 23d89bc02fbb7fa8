// Package model holds the nouns of stateside: what loaders find, what the
// policies see and what the reports say. It imports nothing of this module.
//
// The JSON form of these types is version 1 of the published contract for
// Rego authors; `stateside schema` prints it.
package model

import "fmt"

// Version is the version of the model that Rego authors rely on. It changes
// only when a field changes its meaning or goes away.
const Version = 1

// Document is what a set of files says about data: the stores, the copies
// between them, and what could not be read.
type Document struct {
	// Version of the model, 1.
	Version int `json:"version"`
	// Stores, ordered by id.
	Stores []Store `json:"stores"`
	// Copies, ordered by id.
	Copies []Copy `json:"copies"`
	// Grants, ordered by id: who may read what rests in the stores.
	Grants []Grant `json:"grants"`
	// Guardrails, ordered by id: what an organisation's own policies say of where
	// things may be made.
	Guardrails []Guardrail `json:"guardrails"`
	// Problems met on the way: files not read, modules not found.
	Problems []Problem `json:"problems"`
	// Kept are the retentions of things that the root of the setting only names;
	// for the join of all roots.
	Kept []Kept `json:"-"`
}

// Kept is how long a thing is kept that another root may declare.
type Kept struct {
	Whole     Whole
	Place     Place // of the setting
	Retention []Retention
}

// Add takes in what another document holds, after what is there.
func (d *Document) Add(other Document) {
	d.Stores = append(d.Stores, other.Stores...)
	d.Copies = append(d.Copies, other.Copies...)
	d.Grants = append(d.Grants, other.Grants...)
	d.Guardrails = append(d.Guardrails, other.Guardrails...)
	d.Problems = append(d.Problems, other.Problems...)
	d.Kept = append(d.Kept, other.Kept...)
}

// Source is a range of characters in a file.
type Source struct {
	// File, slash-separated and relative to the checked root.
	File string `json:"file"`
	// Line of the first character, counted from 1.
	Line int `json:"line"`
	// Column of the first character, in characters counted from 1.
	Column int `json:"column"`
	// EndLine is the line of the character after the last one.
	EndLine int `json:"end_line"`
	// EndColumn is the column of the character after the last one.
	EndColumn int `json:"end_column"`
}

// Contains reports whether t lies inside s.
func (s Source) Contains(t Source) bool {
	if s.File != t.File {
		return false
	}
	startsAfter := t.Line > s.Line || t.Line == s.Line && t.Column >= s.Column
	endsBefore := t.EndLine < s.EndLine || t.EndLine == s.EndLine && t.EndColumn <= s.EndColumn
	return startsAfter && endsBefore
}

// Store is a thing in which data rests: a bucket, a database, a volume, a
// backup vault, a log group.
type Store struct {
	// ID is stable as long as the root directory and the address are: "root:address".
	ID string `json:"id"`
	// Root is the directory of the configuration that declares the store,
	// relative to the checked root; "." for the checked root itself.
	Root string `json:"root"`
	// Address as its users write it, such as module.users.aws_db_instance.main.
	// An instance whose key cannot be known ends in [*].
	Address string `json:"address"`
	// Type is the resource type, such as aws_db_instance.
	Type string `json:"type"`
	// Cloud as its Terraform provider is named, such as aws or oci; or on-premises.
	Cloud string `json:"cloud"`
	// Service within the cloud, such as s3 or rds.
	Service string `json:"service,omitempty"`
	// Kind of store.
	Kind Kind `json:"kind"`
	// Role that the store's own configuration gives it.
	Role Role `json:"role"`
	// Transit says that nothing rests in the store itself: it passes data on to
	// where its copies go.
	Transit bool `json:"transit,omitempty"`
	// Content of the store: the data itself when absent.
	Content Content `json:"content,omitempty"`
	// ByName says that the store is made elsewhere, and only named here. One that
	// a checked file makes stands once, as what that file says.
	ByName bool `json:"by_name,omitempty"`
	// Name of the real thing (bucket name, identifier) where the files say it.
	Name string `json:"name,omitempty"`
	// Labels, or tags, after the provider's default ones.
	Labels map[string]string `json:"labels,omitempty"`
	// LabelsUnknown says that some labels could not be evaluated, so a
	// missing one may yet be there.
	LabelsUnknown bool `json:"labels_unknown,omitempty"`
	// Datasets that rest here.
	Datasets []Dataset `json:"datasets"`
	// Place where the store is.
	Place Place `json:"place"`
	// Retention of what rests in the store, where the files or the documented
	// defaults say it.
	Retention []Retention `json:"retention,omitempty"`
	// Source is the range of the declaration, header to closing brace.
	Source Source `json:"source"`
	// Variants in which the store is so, by name, when the root module is applied
	// in several ways and not in all of them the same. Absent when it is.
	Variants []string `json:"variants,omitempty"`
	// Whole is what the store is a part of, where the root that declares the store
	// only names that; for the join of all roots.
	Whole *Whole `json:"-"`
	// Group is the replication group whose members hold the same data, where it is
	// named; for the join of all roots.
	Group *Group `json:"-"`
}

// Group is a replication group, as one of its members names it.
type Group struct {
	// Name of the group.
	Name string
	// Declared says that the member's own root makes the group.
	Declared bool
}

// Whole is a thing that another root may declare, of which a store is a part.
type Whole struct {
	// Type of the thing, as the catalogue writes it.
	Type string
	// Name of the real thing.
	Name string
	// Unique says that the name alone is enough to find it, from any region.
	Unique bool
	// Merges says that what rests in the part rests in the whole.
	Merges bool
	// Step is where it is named.
	Step Step
}

// Kind of store, for people and for policies.
type Kind string

// The kinds of store.
const (
	ObjectStorage Kind = "object_storage"
	Database      Kind = "database"
	Warehouse     Kind = "warehouse"
	Volume        Kind = "volume"
	FileSystem    Kind = "file_system"
	CacheStore    Kind = "cache"
	Search        Kind = "search"
	Queue         Kind = "queue"
	Stream        Kind = "stream"
	Log           Kind = "log"
	Snapshot      Kind = "snapshot"
	BackupVault   Kind = "backup_vault"
	Registry      Kind = "registry"
	Secret        Kind = "secret"
	Directory     Kind = "directory"
	Machine       Kind = "machine"
	Key           Kind = "key"       // encryption keys
	DataLake      Kind = "data_lake" // catalogues and engines over files
	ML            Kind = "ml"        // datasets, features and models
	Metrics       Kind = "metrics"
	Mail          Kind = "mail"
	Edge          Kind = "edge" // content delivery networks and their like
)

// Kinds lists every kind a store can have.
func Kinds() []Kind {
	return []Kind{
		ObjectStorage, Database, Warehouse, Volume, FileSystem, CacheStore, Search, Queue,
		Stream, Log, Snapshot, BackupVault, Registry, Secret, Directory, Machine, Key, DataLake,
		ML, Metrics, Mail, Edge,
	}
}

// Content is what of a population's data a store holds.
type Content string

// The contents of a store.
const (
	WholeData Content = ""         // the data itself
	Metadata  Content = "metadata" // names, counts and times: about the data, and not the data
)

// Role is the part a store plays for the data in it.
type Role string

// The roles of a store.
const (
	Primary  Role = "primary"
	Replica  Role = "replica"
	Backup   Role = "backup"
	Archive  Role = "archive"
	LogRole  Role = "log"
	Cache    Role = "cache"
	Exported Role = "export"
	Staging  Role = "staging" // on the way to another store
	KeyRole  Role = "key"     // opens the data that rests elsewhere
)

// Roles lists every role a store can have.
func Roles() []Role {
	return []Role{Primary, Replica, Backup, Archive, LogRole, Cache, Exported, Staging, KeyRole}
}

// Dataset says that a population's data, named in the configuration, rests in
// a store, in which role, and how that is known.
type Dataset struct {
	// Name of the dataset in stateside.yaml.
	Name string `json:"name"`
	// Role in which the store holds it. A bucket that is the target of a
	// replication holds it as a replica, whatever the bucket itself says.
	Role Role `json:"role"`
	// Basis of the claim: comment, match, copy, or unlabelled.
	Basis Basis `json:"basis"`
	// DeleteBy is the last day on which the store may hold it, YYYY-MM-DD, where
	// the condition that matches says so.
	DeleteBy string `json:"delete_by,omitempty"`
	// Path of copies, by id, over which the data got here; empty for a store
	// that is matched itself.
	Path []string `json:"path,omitempty"`
}

// Basis says how it is known that a dataset rests in a store.
type Basis string

// The bases of a dataset.
const (
	ByComment Basis = "comment"    // a comment at the declaration names it
	ByMatch   Basis = "match"      // a label, path, address or name of the configuration matches
	ByCopy    Basis = "copy"       // a copy brings it from another store
	ByDefault Basis = "unlabelled" // nothing matches: the configuration's `unlabelled` decides
)

// Bases lists every basis of a dataset.
func Bases() []Basis { return []Basis{ByComment, ByMatch, ByCopy, ByDefault} }

// Status says how well a place is known.
type Status string

// The statuses of a place.
const (
	Known   Status = "known"   // data is in every one of the locations
	OneOf   Status = "one_of"  // data is in one of the locations, the files do not say in which
	Unknown Status = "unknown" // it cannot be told
	Caller  Status = "caller"  // whoever calls this module decides
)

// Statuses lists every status of a place.
func Statuses() []Status { return []Status{Known, OneOf, Unknown, Caller} }

// Place is where something rests and why we say so.
type Place struct {
	// Status says how to read Locations.
	Status Status `json:"status"`
	// Locations: all of them when known, the candidates when one_of.
	Locations []Location `json:"locations"`
	// Cause of an unknown place.
	Cause Cause `json:"cause,omitempty"`
	// Reason an unknown place is unknown, as a sentence for people.
	Reason string `json:"reason,omitempty"`
	// Because is the chain of values that decided the place, the deciding
	// one first.
	Because []Step `json:"because"`
	// Alternatives says that data is in one of the locations only, for a place that
	// is known once the sites of the configuration are.
	Alternatives bool `json:"-"`
}

// Cause is why a place is unknown; summaries count by it.
type Cause string

// The causes of an unknown place.
const (
	NoValue          Cause = "no_value"          // a variable has neither a value nor a default
	Environment      Cause = "environment"       // taken from the environment when applied
	AtApply          Cause = "known_at_apply"    // a data source, or an attribute the provider computes
	MissingModule    Cause = "missing_module"    // the module's source is not here
	UnlistedRegion   Cause = "unlisted_region"   // the region is not in the tables
	UnresolvedTarget Cause = "unresolved_target" // the target of a copy is not declared here
	UndeclaredSite   Cause = "undeclared_site"   // a host that is no known cloud's and no declared site's
	NotPinned        Cause = "not_pinned"        // the service chooses the place itself
	Invalid          Cause = "invalid"           // the configuration is in error there
	Limit            Cause = "limit"             // evaluation was given up at a bound
	LeftToCaller     Cause = "caller"            // whoever calls the module decides
)

// Causes lists every cause of an unknown place.
func Causes() []Cause {
	return []Cause{
		NoValue, Environment, AtApply, MissingModule, UnlistedRegion, UnresolvedTarget, UndeclaredSite,
		NotPinned, Invalid, Limit, LeftToCaller,
	}
}

// Location is one cloud region, multi-region or site.
type Location struct {
	// Cloud as its Terraform provider is named, such as aws or oci; or on-premises.
	Cloud string `json:"cloud"`
	// Region code as the cloud spells it; empty for a site.
	Region string `json:"region,omitempty"`
	// Site of one's own, as named in the configuration.
	Site string `json:"site,omitempty"`
	// Endpoint is the host or datacenter name by which a site was recognised.
	Endpoint string `json:"endpoint,omitempty"`
	// Within are names of what the endpoint is in, the nearest first: they tell the
	// site where the endpoint doesn't.
	Within []string `json:"-"`
	// Name for people, mostly a city.
	Name string `json:"name,omitempty"`
	// Countries in which the location lies, ISO 3166-1 alpha-2; a
	// multi-region lies in several and is allowed only when all are.
	Countries []string `json:"countries"`
	// Subdivisions, ISO 3166-2, such as US-VA; known for US places only.
	Subdivisions []string `json:"subdivisions,omitempty"`
	// Operator, where it is not the cloud's own company: a partner that runs
	// the region, or the owner of a site.
	Operator string `json:"operator,omitempty"`
	// Partition or realm of the cloud, such as aws-us-gov or oc2, where the
	// region is not in the public one.
	Partition string `json:"partition,omitempty"`
}

// Step is one value in a because chain.
type Step struct {
	// What holds the value: var.region, local.dr_arn, provider aws.sg, a
	// resource's attribute, a documented default.
	What string `json:"what"`
	// Value is the text that gives it, shortened; "(sensitive)" where the
	// configuration says so.
	Value string `json:"value,omitempty"`
	// Source of the value; absent when it comes from outside the files.
	Source *Source `json:"source,omitempty"`
}

// Means is how a copy comes about.
type Means string

// The means of a copy.
const (
	ByReplica      Means = "replica"
	ByBackup       Means = "backup"
	BySnapshotCopy Means = "snapshot_copy"
	ByExport       Means = "export"
	ByLogDelivery  Means = "log_delivery"
	ByFailover     Means = "failover"
	ByCache        Means = "cache"
	ByMigration    Means = "migration"
)

// AllMeans lists every means a copy can have.
func AllMeans() []Means {
	return []Means{ByReplica, ByBackup, BySnapshotCopy, ByExport, ByLogDelivery, ByFailover, ByCache, ByMigration}
}

// Copy is a way in which the data of one store comes to rest elsewhere.
type Copy struct {
	// ID is stable as long as the ends and the means are.
	ID string `json:"id"`
	// From is the id of the store that is copied; empty when it is not
	// declared in the checked files.
	From string `json:"from,omitempty"`
	// FromName is what the configuration says of the source, when From is empty.
	FromName string `json:"from_name,omitempty"`
	// To is the id of the store that receives the copy; empty when the copy
	// is no store of its own, or not declared in the checked files.
	To string `json:"to,omitempty"`
	// ToName is what the configuration says of the target, when To is empty.
	ToName string `json:"to_name,omitempty"`
	// Means by which the copy is made.
	Means Means `json:"means"`
	// Automatic copies are made by the cloud unless it is told not to, or as
	// part of a redundancy setting.
	Automatic bool `json:"automatic,omitempty"`
	// Place where the copy rests.
	Place Place `json:"place"`
	// Address of the resource that declares the copy.
	Address string `json:"address"`
	// Source of the declaration.
	Source Source `json:"source"`
	// Variants in which there is such a copy, as those of a store.
	Variants []string `json:"variants,omitempty"`
}

// Retention says how long something is kept.
type Retention struct {
	// Kind of retention.
	Kind RetentionKind `json:"kind"`
	// Days it lasts; parts of a day count as one. Absent when it has no end.
	Days int `json:"days,omitempty"`
	// Forever says that it has no end.
	Forever bool `json:"forever,omitempty"`
	// Automatic says that it is the cloud's documented default.
	Automatic bool `json:"automatic,omitempty"`
	// Source of the setting, or of the store for a default.
	Source Source `json:"source"`
}

// RetentionKind is what a retention keeps.
type RetentionKind string

// The kinds of retention.
const (
	LockRetention       RetentionKind = "lock"        // nobody can delete the data sooner
	BackupRetention     RetentionKind = "backup"      // automatic backups are kept so long
	SoftDeleteRetention RetentionKind = "soft_delete" // deleted data stays so long
	ExpiryRetention     RetentionKind = "expiry"      // the data is deleted after so long
)

// RetentionKinds lists every kind of retention.
func RetentionKinds() []RetentionKind {
	return []RetentionKind{LockRetention, BackupRetention, SoftDeleteRetention, ExpiryRetention}
}

// Grant says that somebody may read what rests in a store.
type Grant struct {
	// ID is stable as long as the store and the principal are.
	ID string `json:"id"`
	// Store that may be read, by id; empty when it is not declared in the
	// checked files.
	Store string `json:"store,omitempty"`
	// StoreName is what the configuration says of it, when Store is empty.
	StoreName string `json:"store_name,omitempty"`
	// Principal that may.
	Principal Principal `json:"principal"`
	// Actions it may take, as the cloud names them: actions of a policy, a role.
	Actions []string `json:"actions"`
	// Conditional says that the grant holds under conditions only, such as one
	// on the network or the organisation.
	Conditional bool `json:"conditional,omitempty"`
	// Address of the resource that declares the grant.
	Address string `json:"address"`
	// Because is the chain of values that decided the principal.
	Because []Step `json:"because"`
	// Source of the declaration.
	Source Source `json:"source"`
	// Variants in which there is such a grant, as those of a store.
	Variants []string `json:"variants,omitempty"`
}

// Principal is who may read.
type Principal struct {
	// Kind of principal.
	Kind PrincipalKind `json:"kind"`
	// ID as the configuration writes it; empty when it is not known.
	ID string `json:"id,omitempty"`
	// Name under `principals` in the configuration, where one matches.
	Name string `json:"name,omitempty"`
	// Organisation, where the configuration declares it.
	Organisation string `json:"organisation,omitempty"`
	// Country, ISO 3166-1 alpha-2, where the configuration declares it.
	Country string `json:"country,omitempty"`
}

// PrincipalKind sorts principals.
type PrincipalKind string

// The kinds of principal.
const (
	PublicPrincipal  PrincipalKind = "public"       // everybody
	AuthPrincipal    PrincipalKind = "any_account"  // everybody with an account of the cloud
	OrgPrincipal     PrincipalKind = "organisation" // a whole organisation, tenancy or domain
	AccountPrincipal PrincipalKind = "account"      // an account, subscription or project
	UserPrincipal    PrincipalKind = "user"
	GroupPrincipal   PrincipalKind = "group"
	RolePrincipal    PrincipalKind = "role"    // a role, service account or managed identity
	ServicePrincipal PrincipalKind = "service" // a service of the cloud
	NetworkPrincipal PrincipalKind = "network" // addresses, CIDR
	SomePrincipal    PrincipalKind = "unknown"
)

// PrincipalKinds lists every kind of principal.
func PrincipalKinds() []PrincipalKind {
	return []PrincipalKind{
		PublicPrincipal, AuthPrincipal, OrgPrincipal, AccountPrincipal, UserPrincipal, GroupPrincipal,
		RolePrincipal, ServicePrincipal, NetworkPrincipal, SomePrincipal,
	}
}

// Guardrail is a policy of a cloud's organisation that bounds where things may be
// made: a service control policy, an assignment of allowed locations, a quota.
type Guardrail struct {
	// ID is stable as long as the root directory and the address are.
	ID string `json:"id"`
	// Address of the resource that declares it.
	Address string `json:"address"`
	// Type is the resource type, such as aws_organizations_policy.
	Type string `json:"type"`
	// Cloud whose things it bounds.
	Cloud string `json:"cloud"`
	// Open says that it names what it forbids and lets in all else, also regions yet
	// to come.
	Open bool `json:"open,omitempty"`
	// Place lists the locations that it lets in. When it is unknown there may be
	// others.
	Place Place `json:"place"`
	// Source of what bounds.
	Source Source `json:"source"`
	// Variants in which there is such a guardrail, as those of a store.
	Variants []string `json:"variants,omitempty"`
}

// Problem is something that could not be read or decided.
type Problem struct {
	// Kind of problem.
	Kind ProblemKind `json:"kind"`
	// Message for people.
	Message string `json:"message"`
	// Address of what the problem is about, such as module.vpc; may be empty.
	Address string `json:"address,omitempty"`
	// RootCause says what several problems have in common, such as the lack of
	// one module: problems with the same one are answered together.
	RootCause string `json:"root_cause,omitempty"`
	// Source, where the problem has one.
	Source *Source `json:"source,omitempty"`
	// Types that the catalogue does not know, the most frequent first, when that
	// is the problem.
	Types []TypeCount `json:"types,omitempty"`
	// Open are the ids of the stores whose places somebody decides who deploys
	// them, where that is the problem. Message counts them with PlaceOf.
	Open []string `json:"-"`
}

// PlaceOf says in a message whose place it is about: that of a number of stores.
func PlaceOf(stores int) string {
	if stores == 1 {
		return "the place of 1 store"
	}
	return fmt.Sprintf("the place of %d stores", stores)
}

// TypeCount is how many resources of a type there are.
type TypeCount struct {
	// Type of the resources.
	Type string `json:"type"`
	// Resources that are declared; a block counts once, whatever is made of it.
	Resources int `json:"resources"`
}

// NotRead is the problem of a file, or of what begins on one of its lines, that
// was not understood. Lines are counted from 1.
func NotRead(file string, line int, message string) Problem {
	return Problem{
		Kind: Unread, Message: message,
		Source: &Source{File: file, Line: line, Column: 1, EndLine: line, EndColumn: 1},
	}
}

// ProblemKind sorts problems by what they mean for the result.
type ProblemKind string

// The kinds of problem.
const (
	// Unread: a file, or part of one, was not understood; stores may be missing.
	Unread ProblemKind = "unread"
	// ModuleMissing: a called module is not in the checked files; what it
	// declares was not checked.
	ModuleMissing ProblemKind = "missing_module"
	// NotRendered: a template that a program has to render before it says
	// anything was not rendered; what it declares was not checked.
	NotRendered ProblemKind = "not_rendered"
	// LimitReached: a bound on size, depth or work was reached; the rest was
	// not checked.
	LimitReached ProblemKind = "limit"
	// CallerDecides: a module that nobody here calls leaves the place of its
	// stores to its caller.
	CallerDecides ProblemKind = "caller_decides"
	// UnlistedType: there are resources of types of which the catalogue knows
	// neither what they store nor that they store nothing.
	UnlistedType ProblemKind = "unlisted_type"
	// BadComment: a comment for stateside means nothing, or what it says is not
	// there.
	BadComment ProblemKind = "comment"
)

// ProblemKinds lists every kind of problem.
func ProblemKinds() []ProblemKind {
	return []ProblemKind{Unread, ModuleMissing, NotRendered, LimitReached, CallerDecides, UnlistedType, BadComment}
}

// Input is what a rule sees as `input`: one store, one copy of a store or one
// grant on one that is not declared, one guardrail, one problem, or one exception,
// according to Kind.
type Input struct {
	// Kind of input: store, copy, grant, guardrail, problem or exception.
	Kind string `json:"kind"`
	// Store under judgement.
	Store *Store `json:"store,omitempty"`
	// Copies that leave the store and that come into it; the copy under judgement.
	Copies *Copies `json:"copies,omitempty"`
	// Grants of the store.
	Grants []Grant `json:"grants,omitempty"`
	// Placements are the flat facts most rules need: each dataset of the
	// store at each place where it comes to rest.
	Placements []Placement `json:"placements,omitempty"`
	// Access are the flat facts about who may read: each dataset of the store with
	// each principal that a grant names.
	Access []Access `json:"access,omitempty"`
	// Guardrail under judgement.
	Guardrail *Guardrail `json:"guardrail,omitempty"`
	// Problem under judgement.
	Problem *Problem `json:"problem,omitempty"`
	// Exception under judgement.
	Exception *ExceptionUse `json:"exception,omitempty"`
}

// The kinds of input.
const (
	StoreInput     = "store"
	CopyInput      = "copy"
	GrantInput     = "grant"
	GuardrailInput = "guardrail"
	ProblemInput   = "problem"
	ExceptionInput = "exception"
)

// Copies of one store.
type Copies struct {
	// Out are the copies that leave the store.
	Out []Copy `json:"out"`
	// In are the copies that come into it.
	In []Copy `json:"in"`
}

// Placement is one dataset at one place: the store's own, or that of a copy
// which is no store of its own. It holds no address and no line, so that
// stores which are alike are judged once.
type Placement struct {
	// Index of the placement in the input; a rule names it in its result.
	Index int `json:"index"`
	// Dataset that rests there; empty when the store has none.
	Dataset string `json:"dataset"`
	// Basis of the dataset.
	Basis Basis `json:"basis,omitempty"`
	// Role in which it rests there.
	Role Role `json:"role"`
	// Means of the copy; empty for the store itself.
	Means Means `json:"means,omitempty"`
	// Copy whose place this is, by id; empty for the store itself. It is left
	// out of what tells placements apart.
	Copy string `json:"-"`
	// Automatic copies are made by the cloud unless it is told not to.
	Automatic bool `json:"automatic,omitempty"`
	// DeleteBy is the last day on which the store may hold the dataset,
	// YYYY-MM-DD.
	DeleteBy string `json:"delete_by,omitempty"`
	// Owner of the account that a copy goes to, where it is another one and the
	// configuration declares it.
	Owner *Principal `json:"owner,omitempty"`
	// Kind of the store.
	Kind Kind `json:"kind"`
	// Content of the store: the data itself when absent.
	Content Content `json:"content,omitempty"`
	// LabelsUnknown says that a label may be there that could not be read.
	LabelsUnknown bool `json:"labels_unknown,omitempty"`
	// Status of the place.
	Status Status `json:"status"`
	// Locations of the place.
	Locations []Location `json:"locations"`
	// Cause of an unknown place.
	Cause Cause `json:"cause,omitempty"`
	// Reason an unknown place is unknown.
	Reason string `json:"reason,omitempty"`
}

// Access is one principal that may read one dataset. Like a placement it holds
// no address and no line.
type Access struct {
	// Index of the access in the input; a rule names it in its result.
	Index int `json:"index"`
	// Dataset that may be read.
	Dataset string `json:"dataset"`
	// Grant that says so, by id. It is left out of what tells accesses apart.
	Grant string `json:"-"`
	// Elsewhere says that what may be read is not declared in the checked files,
	// so that it may hold the dataset and may not.
	Elsewhere bool `json:"elsewhere,omitempty"`
	// Kind of the store.
	Kind Kind `json:"kind,omitempty"`
	// Principal that may.
	Principal Principal `json:"principal"`
	// Actions it may take, as the cloud names them; none when they are not known.
	Actions []string `json:"actions"`
	// Conditional says that the grant holds under conditions only.
	Conditional bool `json:"conditional,omitempty"`
}

// ExceptionUse is an exception of the configuration, or of a comment beside what
// it excepts, with what became of it.
type ExceptionUse struct {
	// Rule that is excepted.
	Rule string `json:"rule"`
	// Address pattern of the stores that are excepted; empty for a comment, which
	// excepts what it stands at.
	Address string `json:"address"`
	// Inline says that it is a comment beside what it excepts.
	Inline bool `json:"inline,omitempty"`
	// Granted is the day on which it was, YYYY-MM-DD, where that is written.
	Granted string `json:"granted,omitempty"`
	// Until is the last day on which it holds, YYYY-MM-DD.
	Until string `json:"until"`
	// Approver of the exception.
	Approver string `json:"approver"`
	// Reason given.
	Reason string `json:"reason"`
	// Ticket, where there is one.
	Ticket string `json:"ticket,omitempty"`
	// Expired says that the last day is past.
	Expired bool `json:"expired"`
	// DaysLeft until its end, today included; 0 when it is past.
	DaysLeft int `json:"days_left"`
	// Days it lasts, from the day it was granted, else from today.
	Days int `json:"days"`
	// Never says that there are no exceptions of the rule.
	Never bool `json:"never,omitempty"`
	// Matches counts the findings it covers, or would cover did it hold.
	Matches int `json:"matches"`
	// Source in the configuration file.
	Source Source `json:"source"`
}

// Severity of a finding.
type Severity string

// The severities, the gravest first. A rule's deny set makes errors, its warn
// set warnings.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is one thing a rule says is wrong.
type Finding struct {
	// Rule that made it, by id.
	Rule string `json:"rule"`
	// Severity of the finding.
	Severity Severity `json:"severity"`
	// Message for people.
	Message string `json:"message"`
	// Dataset concerned.
	Dataset string `json:"dataset,omitempty"`
	// Role in which the dataset rests there.
	Role Role `json:"role,omitempty"`
	// Store concerned, by id.
	Store string `json:"store,omitempty"`
	// Address of the store.
	Address string `json:"address,omitempty"`
	// Copy concerned, when the place is that of a copy, by id.
	Copy string `json:"copy,omitempty"`
	// Path of copies, by id, over which the dataset came to the store.
	Path []string `json:"path,omitempty"`
	// Place concerned.
	Place *Place `json:"place,omitempty"`
	// Grant concerned, by id.
	Grant string `json:"grant,omitempty"`
	// Because is the chain of values that decided a grant or a guardrail; that of a
	// place is the place's.
	Because []Step `json:"because,omitempty"`
	// Variants of the root module in which the finding holds; absent when it
	// holds in all.
	Variants []string `json:"variants,omitempty"`
	// Setting of the configuration that was not met.
	Setting *Step `json:"setting,omitempty"`
	// RootCause of a problem, or of a place that is not known: findings with the
	// same one are answered together.
	RootCause string `json:"root_cause,omitempty"`
	// Fix says what to do about it.
	Fix string `json:"fix,omitempty"`
	// Source is where to look.
	Source *Source `json:"source,omitempty"`
	// Fingerprint stays the same when lines move.
	Fingerprint string `json:"fingerprint"`
	// Known says that the finding was there before: it is in the baseline, or in
	// the tree that the check compares with.
	Known bool `json:"known,omitempty"`
	// SuppressedBy is the exception that covers the finding.
	SuppressedBy *ExceptionUse `json:"suppressed_by,omitempty"`
}

// Chain is the values that decided what the finding is about: its place, its
// grant, or its guardrail.
func (f *Finding) Chain() []Step {
	if f.Place != nil {
		return f.Place.Because
	}
	return f.Because
}

// Change is data that rests elsewhere than before.
type Change struct {
	// Store whose data it is, by id.
	Store string `json:"store"`
	// Address of the store.
	Address string `json:"address"`
	// Part of the data: the store's role for the store itself, such as primary,
	// or the means of its copies, such as "backup copy".
	Part string `json:"part"`
	// From where it is gone; empty for what is new.
	From []string `json:"from"`
	// To where it is now; empty for what is no longer there.
	To []string `json:"to"`
}
