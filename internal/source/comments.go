package source

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
)

// Comment is a comment that speaks to stateside: `# stateside:WORD TEXT`.
type Comment struct {
	// Word after the colon, such as ignore.
	Word string
	// Text after the word.
	Text string
	// File and Line of the comment, and the columns of its words.
	File              string
	Line              int
	Column, EndColumn int
	// Target is the line that the comment is about: its own or, for one that has
	// a line to itself, the next that holds something else.
	Target int
	// TargetText is the text of that line.
	TargetText string
	// End is the last line of the block that begins at Target; Target itself
	// when none does.
	End int
}

// About says whether a comment is about a line: it stands at the line, or at the
// block that holds it.
func (c Comment) About(file string, line int) bool {
	return c.File == file && c.Target <= line && line <= c.End
}

const speaks = "stateside:"

// commentPattern finds the comment in a line. What is before it must not end in
// a quote or a letter: that would be a text, or the address of something.
var commentPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[\s,;{}()\[\]])((?:#|//|/\*)\s*` + speaks + `([A-Za-z_-]*)[ \t]*(.*))$`)
})

// Comments lists the comments in a file that speak to stateside.
func (t *Tree) Comments(file string) []Comment {
	data, err := t.Read(file)
	if err != nil || !bytes.Contains(data, []byte(speaks)) {
		return nil
	}
	lines := strings.Split(string(data), "\n")
	var all []Comment
	for i, line := range lines {
		if !strings.Contains(line, speaks) {
			continue
		}
		line = strings.TrimRight(line, "\r \t")
		m := commentPattern().FindStringSubmatchIndex(line)
		if m == nil || strings.Count(line[:m[2]], `"`)%2 == 1 {
			continue
		}
		c := Comment{
			Word: line[m[4]:m[5]], Text: strings.TrimSpace(strings.TrimSuffix(line[m[6]:m[7]], "*/")),
			File: file, Line: i + 1, Column: column(line, m[2]), EndColumn: column(line, len(line)), Target: i + 1,
		}
		if strings.TrimSpace(line[:m[2]]) == "" {
			c.Target = nextLine(lines, i) + 1
		}
		c.TargetText = lines[c.Target-1]
		c.End = endOf(lines, c.Target-1) + 1
		all = append(all, c)
	}
	return all
}

// column counts the characters before a byte, from 1.
func column(line string, at int) int { return len([]rune(line[:at])) + 1 }

// nextLine is the index of the next line that is neither empty nor a comment; i
// when there is none.
func nextLine(lines []string, i int) int {
	for n := i + 1; n < len(lines); n++ {
		if !isBlank(lines[n]) {
			return n
		}
	}
	return i
}

// isBlank says whether a line holds nothing but space or a comment.
func isBlank(line string) bool {
	text := strings.TrimSpace(line)
	return text == "" || strings.HasPrefix(text, "#") || strings.HasPrefix(text, "//") || strings.HasPrefix(text, "/*")
}

// endOf is the index of the last line of the block that begins at a line: the
// lines below it that are further in, and the bracket that closes it. Where lines
// are not set in it covers less, never more.
func endOf(lines []string, begin int) int {
	inset := indent(lines[begin])
	end := begin
	for n := begin + 1; n < len(lines); n++ {
		if isBlank(lines[n]) {
			continue
		}
		if indent(lines[n]) <= inset {
			if indent(lines[n]) == inset && strings.ContainsAny(strings.TrimSpace(lines[n])[:1], "})]") && end > begin {
				return n
			}
			return end
		}
		end = n
	}
	return end
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }
