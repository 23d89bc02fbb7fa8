package terraform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/parallel"
	"github.com/stateside-dev/stateside/internal/programtest"
	"github.com/stateside-dev/stateside/internal/source"
)

var (
	oracleSeeds  = flag.Int("oracle.seeds", 0, "how many random configurations to compare with the real terraform (default 500 where CI is set, else 60)")
	oracleShrink = flag.Int("oracle.shrink", 3, "how many of the failing ones to simplify, which takes long")
	oracleFirst  = flag.Uint64("oracle.first", 1, "the first seed of the random configurations")
)

// realTerraform finds the binary that is the oracle: the one that the variable
// STATESIDE_TERRAFORM names, else terraform or tofu on the PATH. In CI there
// must be one.
func realTerraform(t testing.TB) string {
	t.Helper()
	if name := os.Getenv("STATESIDE_TERRAFORM"); name != "" {
		return name
	}
	return programtest.Find(t, "terraform", "tofu")
}

// Random configurations mean to us what they mean to the real Terraform:
// whatever we claim to know of an output or of the instances there are must be
// what it says. What we say of a variable whose value only Terraform is told
// must hold for that value too.
func TestRandom(t *testing.T) {
	binary := realTerraform(t)
	seeds := *oracleSeeds
	if seeds == 0 {
		seeds = 60
		if os.Getenv("CI") != "" {
			seeds = 500
		}
	}
	compare := func(d *draws) tally { return compareRandom(t, binary, d) }
	total, failing := trySeeds(seeds, compare)
	t.Logf("%d configurations, %d refused by Terraform, %d values compared, %.1f%% of them claimed known, %d held by candidates",
		seeds, total.refused, total.values, 100*float64(total.known)/float64(max(total.values, 1)), total.held)
	reportSeeds(t, seeds, total, failing, compare, func(seed uint64, d *draws) randomConfig {
		config := randomConfiguration(d, isTofu(binary))
		keepFailure(t, binary, seed, config)
		return config
	})
	if total.known*10 < total.values*6 {
		t.Errorf("of %d values only %d were claimed known", total.values, total.known)
	}
}

// trySeeds compares the configurations of many seeds, and lists those on which we
// differ.
func trySeeds(seeds int, compare func(*draws) tally) (total tally, failing []uint64) {
	var mu sync.Mutex
	parallel.Each(seeds, func(i int) {
		seed := *oracleFirst + uint64(i)
		one := compare(newDraws(seed))
		mu.Lock()
		defer mu.Unlock()
		total.add(one)
		if len(one.differences) > 0 {
			failing = append(failing, seed)
		}
	})
	slices.Sort(failing)
	return total, failing
}

// reportSeeds fails for the seeds on which we differ, the first of them shrunk, and
// when too few configurations were compared.
func reportSeeds(t *testing.T, seeds int, total tally, failing []uint64, compare func(*draws) tally, configOf func(seed uint64, d *draws) randomConfig) {
	t.Helper()
	for i, seed := range failing {
		if i == *oracleShrink {
			t.Errorf("… and %d more seeds: %v", len(failing)-i, failing[i:])
			break
		}
		record, one := shrink(seed, compare)
		t.Errorf("seed %d: %s\n%s", seed, strings.Join(one.differences, "\n"), configOf(seed, &draws{record: record}))
	}
	if total.refused*2 > seeds {
		t.Errorf("Terraform refused %d of %d configurations: too few are compared, as after\n%s", total.refused, seeds, total.refusal)
	}
}

// tally counts what was compared.
type tally struct {
	refused, values, known, held int
	differences                  []string
	refusal                      string
}

func (t *tally) add(o tally) {
	t.refused += o.refused
	t.values += o.values
	t.known += o.known
	t.held += o.held
	if o.refusal != "" {
		t.refusal = o.refusal
	}
}

// keepFailure writes a configuration on which we differ beside the scenarios, of
// which it is one from then on. Once it is understood it deserves a name.
func keepFailure(t *testing.T, binary string, seed uint64, config randomConfig) {
	if os.Getenv("CI") != "" {
		return
	}
	dir := t.TempDir()
	if err := config.writeTo(dir); err != nil {
		t.Fatal(err)
	}
	text := config.String() + "-- " + recordName + " --\n" + string(outputsOf(t, binary, dir, config))
	if err := os.WriteFile(fmt.Sprintf("testdata/oracle/%s%d.txtar", seedPrefix, seed), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// seedPrefix begins the names of scenarios that chance wrote: not all of their
// outputs need be known.
const seedPrefix = "seed_"

// shrink looks for a simpler configuration that still differs, and returns the
// choices that make it.
func shrink(seed uint64, compare func(*draws) tally) (record []int, best tally) {
	d := newDraws(seed)
	best = compare(d)
	record = d.record
	tries := 250
	differs := func(candidate []int) bool {
		if tries--; tries < 0 {
			return false
		}
		one := compare(&draws{record: candidate})
		if len(one.differences) == 0 {
			return false
		}
		best = one
		return true
	}
	for size := max(len(record)/2, 1); size > 0 && tries > 0; size /= 2 {
		for at := 0; at+size <= len(record); {
			shorter := slices.Delete(slices.Clone(record), at, at+size)
			zeroed := slices.Clone(record)
			for i := range size {
				zeroed[at+i] = 0
			}
			switch {
			case differs(shorter):
				record = shorter
			case !slices.Equal(zeroed, record) && differs(zeroed):
				record = zeroed
				at += size
			default:
				at += size
			}
		}
	}
	return record, best
}

func isTofu(binary string) bool { return strings.Contains(filepath.Base(binary), "tofu") }

// compareRandom compares one configuration.
func compareRandom(t *testing.T, binary string, d *draws) tally {
	config := randomConfiguration(d, isTofu(binary))
	return compareConfig(t, binary, config)
}

func compareConfig(t *testing.T, binary string, config randomConfig) tally {
	dir, err := os.MkdirTemp("", "oracle")
	if err != nil {
		t.Error(err)
		return tally{}
	}
	defer os.RemoveAll(dir)
	if err := config.writeTo(dir); err != nil {
		t.Error(err)
		return tally{}
	}
	want, err := applied(binary, dir, config)
	if err != nil {
		return tally{refused: 1, refusal: err.Error()}
	}
	return compareWith(dir, config, want)
}

func (c randomConfig) writeFiles(dir string) error {
	for name, text := range c.files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (c randomConfig) writeTo(dir string) error {
	if err := c.writeFiles(dir); err != nil {
		return err
	}
	type entry struct{ Key, Source, Dir string }
	manifest := struct{ Modules []entry }{[]entry{{Dir: "."}}}
	for name := range c.files {
		if d := path.Dir(name); path.Base(name) == "main.tf" && d != "." {
			manifest.Modules = append(manifest.Modules, entry{strings.ReplaceAll(d, "/", "."), "./" + path.Base(d), d})
		}
	}
	if len(manifest.Modules) == 1 {
		return nil
	}
	// With this an init, which takes longer than all else, is not needed.
	data, err := json.Marshal(manifest)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, ".terraform/modules"), 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, ".terraform/modules/modules.json"), data, 0o644)
}

// truth is what the real Terraform made of a configuration.
type truth struct {
	outputs   map[string]cty.Value
	addresses []string
	regions   map[string]string // by address, of managed resources that have one
}

// applied applies a configuration, which makes nothing, and reads the state.
func applied(binary, dir string, config randomConfig) (truth, error) {
	cmd := exec.Command(binary, append([]string{"apply", "-auto-approve", "-input=false", "-no-color", "-refresh=false"}, config.args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1"}
	if config.settings != "" {
		cmd.Env = append(cmd.Env, "TF_CLI_CONFIG_FILE="+config.settings)
	}
	for _, values := range []map[string]string{config.env, config.hidden} {
		for name, value := range values {
			cmd.Env = append(cmd.Env, "TF_VAR_"+name+"="+value)
		}
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if _, err := cmd.Output(); err != nil {
		return truth{}, fmt.Errorf("%w\n%s", err, stderr.String())
	}
	data, err := os.ReadFile(filepath.Join(dir, "terraform.tfstate"))
	if errors.Is(err, os.ErrNotExist) {
		return truth{}, nil
	}
	if err != nil {
		return truth{}, err
	}
	return readTruth(data)
}

func readTruth(data []byte) (truth, error) {
	var state struct {
		Outputs map[string]struct {
			Value json.RawMessage `json:"value"`
			Type  json.RawMessage `json:"type"`
		} `json:"outputs"`
		Resources []struct {
			Mode, Module, Type, Name string
			Instances                []struct {
				Key        any `json:"index_key"`
				Attributes struct {
					Region *string `json:"region"`
				} `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(data, &state); err != nil {
		return truth{}, err
	}
	want := truth{outputs: map[string]cty.Value{}, regions: map[string]string{}}
	for name, o := range state.Outputs {
		ty, err := ctyjson.UnmarshalType(o.Type)
		if err != nil {
			return truth{}, err
		}
		if want.outputs[name], err = ctyjson.Unmarshal(o.Value, ty); err != nil {
			return truth{}, err
		}
	}
	for _, r := range state.Resources {
		for _, i := range r.Instances {
			address := join(r.Module, r.Type+"."+r.Name)
			switch key := i.Key.(type) {
			case float64:
				address += fmt.Sprintf("[%d]", int(key))
			case string:
				address += fmt.Sprintf("[%q]", key)
			}
			want.addresses = append(want.addresses, address)
			if r.Mode == "managed" {
				want.regions[address] = ""
				if region := i.Attributes.Region; region != nil {
					want.regions[address] = *region
				}
			}
		}
	}
	slices.Sort(want.addresses)
	return want, nil
}

// evaluated evaluates the root module in a directory.
func evaluated(tree *source.Tree, o Options) *root {
	l := &Loader{Tables: &geo.Tables{}, Catalogue: &catalog.Catalogue{}, Options: o}
	names, _ := tree.Walk([]string{"."}, func(string) bool { return false })
	names = slices.DeleteFunc(names, func(name string) bool { return !l.Claims(tree.File(name)) })
	set := newFileSet(context.Background(), tree)
	set.parse(names)
	set.parseCalled()
	set.roots(l.Options)
	set.flagBodies = bodiesOf(l.Options.Assignments)
	return l.newRoot(context.Background(), set, ".", set.modules["."])
}

func (c randomConfig) options() Options {
	o := Options{Environment: c.env, Workspace: "default"}
	for _, arg := range c.args {
		if file, ok := strings.CutPrefix(arg, "-var-file="); ok {
			o.Assignments = append(o.Assignments, Assignment{File: file, Data: []byte(c.files[file])})
			continue
		}
		name, value, _ := strings.Cut(strings.TrimPrefix(arg, "-var="), "=")
		o.Assignments = append(o.Assignments, Assignment{Name: name, Value: value})
	}
	return o
}

func compareWith(dir string, config randomConfig, want truth) (result tally) {
	tree, err := source.Open(dir)
	if err != nil {
		return tally{differences: []string{err.Error()}}
	}
	defer tree.Close()
	defer func() {
		if p := recover(); p != nil {
			result.differences = append(result.differences, fmt.Sprintf("panic: %v", p))
		}
	}()
	r := evaluated(tree, config.options())
	c := comparison{ev: r.ev}
	for _, name := range slices.Sorted(maps.Keys(r.top.def.outputs)) {
		w, ok := want.outputs[name]
		if !ok {
			w = cty.NullVal(cty.DynamicPseudoType)
		}
		c.output(name, r.top.output(name), w)
	}
	c.addresses(r.top, want.addresses)
	return c.tally
}

// compareScenario compares a configuration. With allKnown we must know all of its
// outputs that are not called unknown, and none of those.
func compareScenario(dir string, config randomConfig, want truth, allKnown bool) []string {
	tree, err := source.Open(dir)
	if err != nil {
		return []string{err.Error()}
	}
	defer tree.Close()
	r := evaluated(tree, config.options())
	var differences []string
	for _, name := range slices.Sorted(maps.Keys(r.top.def.outputs)) {
		w, ok := want.outputs[name]
		if !ok {
			w = cty.NullVal(cty.DynamicPseudoType)
		}
		c := comparison{ev: r.ev}
		c.output(name, r.top.output(name), w)
		differences = append(differences, c.differences...)
		_, isWhole := r.ev.Whole(r.ev.Force(r.top.output(name)))
		isKnown := isWhole || c.held > 0
		if mayBeUnknown := strings.HasPrefix(name, "unknown"); allKnown && isKnown == mayBeUnknown && len(c.differences) == 0 {
			differences = append(differences, fmt.Sprintf("%s is known: %v, %s", name, isKnown, reasonOf(r.ev.Force(r.top.output(name)))))
		}
	}
	return differences
}

func reasonOf(v *lang.Value) string {
	if gap := v.Gap(); gap != nil {
		return string(gap.Cause) + ": " + gap.Reason
	}
	return "an element is not known"
}

// comparison holds one configuration's values against the truth.
type comparison struct {
	tally
	ev *lang.Evaluator
}

// output compares one output: as it is, and if it is not settled, the
// candidates that it has.
func (c *comparison) output(name string, cell *lang.Cell, want cty.Value) {
	v := c.ev.Force(cell)
	whole, ok := c.ev.Whole(v)
	if ok {
		v = lang.FromCty(asInState(whole), nil)
	}
	if ok || v.Kind == lang.Failed {
		c.value(name, v, want)
		return
	}
	before := c.known
	c.value(name, v, want)
	if n := leaves(want); n > 0 && c.known-before == n {
		return
	}
	outcomes := c.ev.Outcomes(
		func(v *lang.Value) bool { _, ok := c.ev.Whole(v); return ok },
		func() *lang.Value {
			v := c.ev.Force(cell)
			if whole, ok := c.ev.Whole(v); ok {
				return lang.FromCty(whole, nil)
			}
			return v
		},
	)
	var differences []string
	for _, o := range outcomes {
		one := comparison{ev: c.ev}
		one.value(name, o.Value, want)
		if len(one.differences) == 0 {
			if one.known == one.values {
				c.held++
			}
			return
		}
		differences = append(differences, one.differences...)
	}
	c.differences = append(c.differences, "no candidate is right: "+strings.Join(differences, "; "))
}

// asInState is a value as it comes back from a state, in which a zero has no
// sign.
func asInState(v cty.Value) cty.Value {
	data, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		return v
	}
	if back, err := ctyjson.Unmarshal(data, v.Type()); err == nil {
		return back
	}
	return v
}

func leaves(v cty.Value) int {
	if v.IsNull() || !v.CanIterateElements() {
		return 1
	}
	n := 0
	for it := v.ElementIterator(); it.Next(); {
		_, elem := it.Element()
		n += leaves(elem)
	}
	return n
}

func (c *comparison) differ(path string, v *lang.Value, want cty.Value) {
	ours, _ := c.ev.Whole(v)
	text := fmt.Sprintf("%#v", ours)
	if gap := v.Gap(); gap != nil {
		text = gap.Reason
		if v.Kind == lang.Failed {
			text = "an error: " + text
		}
	}
	c.differences = append(c.differences, fmt.Sprintf("%s: terraform says %#v, we say %s", path, want, text))
}

// value compares as much of a value as we claim to know.
func (c *comparison) value(path string, v *lang.Value, want cty.Value) {
	if _, ok := c.ev.Whole(v); !ok && want.IsNull() {
		return // a state has null for what is never known
	}
	n := leaves(want)
	c.values += n
	if v.Kind == lang.Unknown {
		if prefix := v.Gap().Prefix; prefix != "" && (want.IsNull() || want.Type() != cty.String || !strings.HasPrefix(want.AsString(), prefix)) {
			c.differ(path+" begins "+prefix, v, want)
		}
		return
	}
	c.values -= n
	switch {
	case v.Kind == lang.Null || want.IsNull() || v.Kind == lang.Failed:
		c.values++
		c.known++
		if v.Kind != lang.Null || !want.IsNull() {
			c.differ(path, v, want)
		}
	case v.Kind == lang.Scalar:
		c.values++
		c.known++
		whole, _ := c.ev.Whole(v)
		if !whole.RawEquals(want) {
			c.differ(path, v, want)
		}
	case v.Kind == lang.List:
		c.list(path, v, want)
	default:
		c.object(path, v, want)
	}
}

func (c *comparison) list(path string, v *lang.Value, want cty.Value) {
	ty := want.Type()
	isList := ty.IsListType() || ty.IsTupleType() || ty.IsSetType()
	if !isList || ty.IsSetType() != (v.Shape == lang.Set) || !v.Open && want.LengthInt() != len(v.Cells()) {
		c.known++
		c.values++
		c.differ(path, v, want)
		return
	}
	if v.Open {
		c.values += leaves(want)
		return
	}
	i := 0
	for it := want.ElementIterator(); it.Next(); i++ {
		_, elem := it.Element()
		c.value(fmt.Sprintf("%s[%d]", path, i), c.ev.Force(v.Cells()[i]), elem)
	}
}

func (c *comparison) object(path string, v *lang.Value, want cty.Value) {
	ty := want.Type()
	if !ty.IsObjectType() && !ty.IsMapType() {
		c.known++
		c.values++
		c.differ(path, v, want)
		return
	}
	pairs, closed := c.ev.Pairs(v)
	if !v.Open && closed && len(pairs) != want.LengthInt() {
		c.known++
		c.values++
		c.differ(path, v, want)
		return
	}
	for it := want.ElementIterator(); it.Next(); {
		key, elem := it.Element()
		if v.Open {
			c.values += leaves(elem)
			continue
		}
		c.value(path+"."+key.AsString(), c.ev.Attr(v, key.AsString()), elem)
	}
}

// addresses compares the instances of resources.
func (c *comparison) addresses(m *moduleInst, want []string) {
	var ours []string
	unsure, maybe := false, m.root.options.hasHidden(m.def)
	var walk func(m *moduleInst)
	walk = func(m *moduleInst) {
		for _, def := range m.def.resources {
			for _, inst := range m.instancesOf(def) {
				ours = append(ours, inst.address)
			}
			if count := m.repetition(def).count; count != nil && !c.ev.Force(m.extent(def.key(), count)).IsKnown() {
				maybe = true
			}
		}
		for _, call := range m.def.calls {
			for _, inst := range m.child(call) {
				walk(inst)
			}
		}
	}
	walk(m)
	slices.Sort(ours)
	unsure = slices.ContainsFunc(ours, func(a string) bool { return strings.Contains(a, anyInstance) })
	switch {
	case unsure || slices.Equal(ours, want):
	case maybe:
		// Those that may be there must hold those that are.
		for _, address := range want {
			if !slices.Contains(ours, address) {
				c.differences = append(c.differences, fmt.Sprintf("instance %s is not among %v", address, ours))
			}
		}
	default:
		c.differences = append(c.differences, fmt.Sprintf("instances: terraform says %v, we say %v", want, ours))
	}
}

// hasHidden says whether a variable of the root module has no value.
func (o Options) hasHidden(def *module) bool {
	for name, v := range def.variables {
		isSet := v.isSet || o.Environment[name] != ""
		for _, a := range o.Assignments {
			isSet = isSet || a.Name == name
		}
		if !isSet {
			return true
		}
	}
	return false
}
