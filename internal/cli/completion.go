package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/stateside-dev/stateside/internal/report"
)

// shells by the name that completion takes.
var shells = []struct {
	name  string
	write func(io.Writer, []completed)
}{
	{"bash", bashCompletion}, {"zsh", zshCompletion}, {"fish", fishCompletion}, {"powershell", powershellCompletion},
}

func runCompletion(_ context.Context, env *Env, _ *flags, args []string) (int, error) {
	if len(args) == 1 {
		for _, shell := range shells {
			if shell.name == args[0] {
				shell.write(env.Stdout, completions())
				return ExitClean, nil
			}
		}
	}
	return 0, errUsage{errors.New("completion is for bash, zsh, fish or powershell")}
}

// completed is a command as the scripts complete it.
type completed struct {
	command
	flags []completedFlag
	// words that may follow, besides paths.
	words []string
}

// completedFlag is a flag with what may follow it.
type completedFlag struct {
	*pflag.Flag
	// usage without the marks of the value.
	usage string
	// wants says what follows: "" for nothing, file, dir, value, or format.
	wants string
}

// completions makes what is completed of the one table of commands.
func completions() []completed {
	var all []completed
	for _, c := range commands() {
		set := c.flagSet(&flags{})
		done := completed{command: c, words: wordsOf(c.args)}
		set.VisitAll(func(f *pflag.Flag) {
			name, usage := pflag.UnquoteUsage(f)
			done.flags = append(done.flags, completedFlag{f, usage, wants(f, name)})
		})
		all = append(all, done)
	}
	return all
}

// wordsOf are the words that a command takes as its first argument.
func wordsOf(args string) []string {
	first, _, _ := strings.Cut(strings.Trim(args, "[]"), " ")
	var words []string
	for word := range strings.SplitSeq(strings.TrimRight(first, "]"), "|") {
		// What is in capitals stands for something else.
		if word != "" && word == strings.ToLower(word) {
			words = append(words, word)
		}
	}
	return words
}

// wants is what kind of value a flag takes, by the name its help gives it.
func wants(f *pflag.Flag, value string) string {
	switch {
	case f.NoOptDefVal != "":
		return ""
	case value == "FILE":
		return "file"
	case value == "DIR":
		return "dir"
	case value == "FORMAT":
		return "format"
	}
	return "value"
}

// formatsOf are the formats that a command writes.
func formatsOf(command string) []string {
	var names []string
	for _, f := range report.Formats() {
		if command == "check" && f.Check != nil || command == "inventory" && f.Inventory != nil {
			names = append(names, f.Name)
		}
	}
	if names == nil {
		return []string{"text", "json"}
	}
	return names
}

func commandNames(all []completed) []string {
	var names []string
	for _, c := range all {
		names = append(names, c.name)
	}
	return append(names, "help")
}

// flagWords are the flags as they are typed.
func (c completed) flagWords(wants ...string) []string {
	var words []string
	for _, f := range c.flags {
		if len(wants) > 0 && !slices.Contains(wants, f.wants) {
			continue
		}
		words = append(words, "--"+f.Name)
		if f.Shorthand != "" {
			words = append(words, "-"+f.Shorthand)
		}
	}
	return words
}

func bashCompletion(w io.Writer, all []completed) {
	fmt.Fprintf(w, `# bash completion for stateside, made by: stateside completion bash
_stateside() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd=check first=1
  case ${COMP_WORDS[1]} in
    %s) [ "$COMP_CWORD" -gt 1 ] && cmd=${COMP_WORDS[1]} first=2 ;;
  esac
  COMPREPLY=()
  case $cmd in
`, strings.Join(commandNames(all), "|"))
	for _, c := range all {
		fmt.Fprintf(w, "    %s)\n", c.name)
		fmt.Fprintln(w, "      case $prev in")
		for _, kind := range []struct{ wants, reply string }{
			{"format", `$(compgen -W "` + strings.Join(formatsOf(c.name), " ") + `" -- "$cur")`},
			{"file", `$(compgen -f -- "$cur")`}, {"dir", `$(compgen -d -- "$cur")`}, {"value", ""},
		} {
			if words := c.flagWords(kind.wants); len(words) > 0 {
				fmt.Fprintf(w, "        %s) COMPREPLY=(%s); return ;;\n", strings.Join(words, "|"), kind.reply)
			}
		}
		fmt.Fprintln(w, "      esac")
		fmt.Fprintf(w, "      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")); return; fi\n", strings.Join(c.flagWords(), " "))
		if len(c.words) > 0 {
			fmt.Fprintf(w, "      [ \"$COMP_CWORD\" -eq $first ] && COMPREPLY=($(compgen -W \"%s\" -- \"$cur\"))\n", strings.Join(c.words, " "))
		}
		if takesPaths(c) {
			fmt.Fprintln(w, "      COMPREPLY+=($(compgen -f -- \"$cur\"))")
		}
		fmt.Fprintln(w, "      ;;")
	}
	fmt.Fprintf(w, `  esac
  [ "$COMP_CWORD" -eq 1 ] && COMPREPLY+=($(compgen -W "%s" -- "$cur"))
}
complete -o filenames -F _stateside stateside
`, strings.Join(commandNames(all), " "))
}

// takesPaths says whether files may follow a command.
func takesPaths(c completed) bool {
	return strings.Contains(c.args, "PATH") || strings.Contains(c.args, "DIR") || strings.Contains(c.args, "FILE")
}

func zshCompletion(w io.Writer, all []completed) {
	fmt.Fprint(w, `#compdef stateside
# zsh completion for stateside, made by: stateside completion zsh
_stateside() {
  local -a commands
  commands=(
`)
	for _, c := range all {
		fmt.Fprintf(w, "    %s\n", zshQuote(c.name+":"+c.short))
	}
	fmt.Fprint(w, `  )
  local cmd=check
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    _files
    return
  fi
  if (( ${commands[(I)$words[2]:*]} )); then
    cmd=$words[2]
    shift words
    (( CURRENT-- ))
  fi
  case $cmd in
`)
	for _, c := range all {
		fmt.Fprintf(w, "    %s)\n      _arguments -s", c.name)
		for _, f := range c.flags {
			action := map[string]string{
				"": "", "file": ":file:_files", "dir": ":directory:_files -/", "value": ":value: ",
				"format": ":format:(" + strings.Join(formatsOf(c.name), " ") + ")",
			}[f.wants]
			names := []string{"--" + f.Name}
			if f.Shorthand != "" {
				names = append(names, "-"+f.Shorthand)
			}
			for _, name := range names {
				// A colon or a bracket would end the description.
				usage := strings.NewReplacer(":", " -", "[", "(", "]", ")").Replace(f.usage)
				fmt.Fprintf(w, " \\\n        %s", zshQuote("*"+name+"["+usage+"]"+action))
			}
		}
		if len(c.words) > 0 {
			fmt.Fprintf(w, " \\\n        %s", zshQuote("1:word:("+strings.Join(c.words, " ")+")"))
		}
		if takesPaths(c) {
			fmt.Fprintf(w, " \\\n        %s", zshQuote("*:path:_files"))
		}
		fmt.Fprintln(w, "\n      ;;")
	}
	fmt.Fprint(w, `  esac
}
if [[ $funcstack[1] == _stateside ]]; then _stateside "$@"; else compdef _stateside stateside; fi
`)
}

func zshQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func fishCompletion(w io.Writer, all []completed) {
	fmt.Fprintln(w, "# fish completion for stateside, made by: stateside completion fish")
	names := strings.Join(commandNames(all), " ")
	none := "not __fish_seen_subcommand_from " + names
	for _, c := range all {
		fmt.Fprintf(w, "complete -c stateside -n %s -a %s -d %s\n", fishQuote(none), c.name, fishQuote(c.short))
	}
	fmt.Fprintf(w, "complete -c stateside -n %s -a help -d 'show the help of a command'\n", fishQuote(none))
	for _, c := range all {
		when := "__fish_seen_subcommand_from " + c.name
		if c.name == "check" {
			// It is the command where none is named.
			when += "; or " + none
		}
		for _, f := range c.flags {
			fmt.Fprintf(w, "complete -c stateside -n %s -l %s", fishQuote(when), f.Name)
			if f.Shorthand != "" {
				fmt.Fprintf(w, " -s %s", f.Shorthand)
			}
			switch f.wants {
			case "format":
				fmt.Fprintf(w, " -x -a %s", fishQuote(strings.Join(formatsOf(c.name), " ")))
			case "dir":
				fmt.Fprint(w, " -x -a '(__fish_complete_directories)'")
			case "file":
				fmt.Fprint(w, " -r -F")
			case "value":
				fmt.Fprint(w, " -x")
			}
			fmt.Fprintf(w, " -d %s\n", fishQuote(f.usage))
		}
		if len(c.words) > 0 {
			fmt.Fprintf(w, "complete -c stateside -n %s -a %s\n", fishQuote(when), fishQuote(strings.Join(c.words, " ")))
		}
		if !takesPaths(c) {
			fmt.Fprintf(w, "complete -c stateside -n %s -f\n", fishQuote(when))
		}
	}
}

func fishQuote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}

func powershellCompletion(w io.Writer, all []completed) {
	fmt.Fprint(w, `# PowerShell completion for stateside, made by: stateside completion powershell
Register-ArgumentCompleter -Native -CommandName stateside -ScriptBlock {
  param($word, $ast, $position)
  $words = @($ast.CommandElements | ForEach-Object { $_.ToString() })
  $commands = [ordered]@{
`)
	for _, c := range all {
		fmt.Fprintf(w, "    %s = %s\n", psQuote(c.name), psQuote(c.short))
	}
	fmt.Fprint(w, `  }
  $flags = @{
`)
	for _, c := range all {
		fmt.Fprintf(w, "    %s = [ordered]@{\n", psQuote(c.name))
		for _, f := range c.flags {
			fmt.Fprintf(w, "      %s = %s\n", psQuote("--"+f.Name), psQuote(f.usage))
		}
		for _, word := range c.words {
			fmt.Fprintf(w, "      %s = %s\n", psQuote(word), psQuote(cmp.Or(word, c.name)))
		}
		fmt.Fprint(w, "    }\n")
	}
	fmt.Fprint(w, `  }
  $formats = @{
`)
	for _, c := range all {
		if len(c.flagWords("format")) > 0 {
			fmt.Fprintf(w, "    %s = @(%s)\n", psQuote(c.name), "'"+strings.Join(formatsOf(c.name), "', '")+"'")
		}
	}
	fmt.Fprint(w, `  }
  $cmd = 'check'
  if ($words.Count -gt 1 -and $commands.Contains($words[1])) { $cmd = $words[1] }
  $before = if ($word) { $words[$words.Count - 2] } else { $words[$words.Count - 1] }
  $offer = [ordered]@{}
  if ($before -in '--format', '-f' -and $formats.ContainsKey($cmd)) {
    foreach ($name in $formats[$cmd]) { $offer[$name] = $name }
  } else {
    if ($words.Count -le 2 -and $cmd -eq 'check') { foreach ($name in $commands.Keys) { $offer[$name] = $commands[$name] } }
    foreach ($name in $flags[$cmd].Keys) { $offer[$name] = $flags[$cmd][$name] }
  }
  $offer.GetEnumerator() | Where-Object { $_.Key -like "$word*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_.Key, $_.Key, 'ParameterValue', $_.Value)
  }
}
`)
}

func psQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
