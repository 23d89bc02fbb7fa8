package terraform

import (
	"path"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// gruntFunctions are the functions that Terragrunt has besides Terraform's, as
// its documentation of built-in functions gives them.
func gruntFunctions() map[string]func(*lang.Evaluator, lang.Scope, []*lang.Value) *lang.Value {
	return map[string]func(*lang.Evaluator, lang.Scope, []*lang.Value) *lang.Value{
		"find_in_parent_folders":                   inFile(findInParents),
		"path_relative_to_include":                 inFile(relativeToInclude),
		"path_relative_from_include":               inFile(relativeFromInclude),
		"get_terragrunt_dir":                       inFile(func(f *gruntFile, _ []*lang.Value) *lang.Value { return f.absolute(f.context) }),
		"get_original_terragrunt_dir":              inFile(func(f *gruntFile, _ []*lang.Value) *lang.Value { return f.absolute(f.unit.dir) }),
		"get_working_dir":                          inFile(func(f *gruntFile, _ []*lang.Value) *lang.Value { return f.absolute(f.context) }),
		"get_parent_terragrunt_dir":                inFile(parentDir),
		"get_repo_root":                            inFile(func(f *gruntFile, _ []*lang.Value) *lang.Value { return f.absolute(".") }),
		"get_path_to_repo_root":                    inFile(func(f *gruntFile, _ []*lang.Value) *lang.Value { return lang.StringVal(relative(f.context, ".") + "/") }),
		"get_path_from_repo_root":                  inFile(func(f *gruntFile, _ []*lang.Value) *lang.Value { return lang.StringVal(f.context) }),
		"get_env":                                  getEnv,
		"read_terragrunt_config":                   inFile(readConfig),
		"read_tfvars_file":                         notEvaluated,
		"run_cmd":                                  notEvaluated,
		"sops_decrypt_file":                        notEvaluated,
		"get_aws_account_id":                       notEvaluated,
		"get_aws_account_alias":                    notEvaluated,
		"get_aws_caller_identity_arn":              notEvaluated,
		"get_aws_caller_identity_user_id":          notEvaluated,
		"get_platform":                             notEvaluated,
		"get_terraform_command":                    notEvaluated,
		"get_terraform_cli_args":                   notEvaluated,
		"get_terragrunt_source_cli_flag":           notEvaluated,
		"get_default_retryable_errors":             notEvaluated,
		"get_terraform_commands_that_need_vars":    notEvaluated,
		"get_terraform_commands_that_need_locking": notEvaluated,
	}
}

func notEvaluated(*lang.Evaluator, lang.Scope, []*lang.Value) *lang.Value {
	return lang.UnknownVal(model.AtApply, "it is known only when Terragrunt runs")
}

// inFile makes a function of one that needs the file it is called in.
func inFile(fn func(*gruntFile, []*lang.Value) *lang.Value) func(*lang.Evaluator, lang.Scope, []*lang.Value) *lang.Value {
	return func(_ *lang.Evaluator, sc lang.Scope, args []*lang.Value) *lang.Value {
		f, ok := lang.Innermost(sc).(*gruntFile)
		if !ok {
			return lang.FailedVal("it is a function of Terragrunt")
		}
		return fn(f, args)
	}
}

// absolute writes a directory as an absolute path.
func (f *gruntFile) absolute(dir string) *lang.Value {
	return lang.StringVal(path.Join(f.unit.root, dir))
}

// argument is the text of an argument; ok is false for one that is not known.
func argument(args []*lang.Value, i int, absent string) (text string, ok bool) {
	if i >= len(args) {
		return absent, true
	}
	return args[i].Text()
}

// findInParents looks for a file in the directories above, up to the root of
// what is checked.
func findInParents(f *gruntFile, args []*lang.Value) *lang.Value {
	name, ok := argument(args, 0, gruntName)
	if !ok {
		return args[0]
	}
	for dir := f.context; dir != "."; {
		dir = path.Dir(dir)
		candidate := path.Join(dir, name)
		real := f.unit.real(candidate)
		if _, err := f.unit.set.tree.Read(real); err == nil || f.unit.set.tree.IsDir(real) {
			return f.absolute(candidate)
		}
	}
	if len(args) > 1 {
		return args[1]
	}
	return lang.FailedVal("there is no " + name + " in the directories above " + f.context)
}

// included is the included file that a function is asked about: the one with
// the name given, else the only one there is, seen from the unit or from the
// included file itself.
func included(f *gruntFile, args []*lang.Value) *gruntFile {
	if f.parent != nil {
		return f
	}
	name, _ := argument(args, 0, "")
	if inner := f.includes[name]; inner != nil {
		return inner
	}
	if len(f.includes) == 1 {
		for _, inner := range f.includes {
			return inner
		}
	}
	return nil
}

func relativeToInclude(f *gruntFile, args []*lang.Value) *lang.Value {
	inner := included(f, args)
	if inner == nil {
		return lang.StringVal(".")
	}
	return lang.StringVal(relative(path.Dir(inner.name), f.context))
}

func relativeFromInclude(f *gruntFile, args []*lang.Value) *lang.Value {
	inner := included(f, args)
	if inner == nil {
		return lang.StringVal(".")
	}
	return lang.StringVal(relative(f.context, path.Dir(inner.name)))
}

func parentDir(f *gruntFile, args []*lang.Value) *lang.Value {
	inner := included(f, args)
	if inner == nil {
		return f.absolute(f.context)
	}
	return f.absolute(path.Dir(inner.name))
}

// getEnv takes the default that a configuration gives, as long as the
// environment is not known.
func getEnv(_ *lang.Evaluator, _ lang.Scope, args []*lang.Value) *lang.Value {
	if len(args) == 2 {
		return args[1]
	}
	name, _ := argument(args, 0, "")
	return lang.UnknownVal(model.Environment, "the environment variable "+name+" is not known here")
}

// readConfig reads another file. Its functions look upwards from where it is.
func readConfig(f *gruntFile, args []*lang.Value) *lang.Value {
	target, ok := argument(args, 0, "")
	if !ok {
		return args[0]
	}
	name, inside := f.unit.below(target, f.context)
	_, err := f.unit.set.tree.Read(f.unit.real(name))
	if !inside || err != nil {
		if len(args) > 1 {
			return args[1]
		}
		return lang.UnknownVal(model.AtApply, f.unit.plain(target)+" is not in the checked files")
	}
	other := f.unit.file(name, path.Dir(name), nil)
	if other == nil {
		return lang.UnknownVal(model.Invalid, name+" can't be read")
	}
	return other.exposed()
}
