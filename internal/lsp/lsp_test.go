package lsp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stateside-dev/stateside/internal/check"
)

// client is an editor that follows a script.
type client struct {
	t    *testing.T
	dir  string
	in   io.WriteCloser
	out  *bufio.Reader
	done chan error
	next int
	// fails makes the check fail, while it is set.
	fails error
}

const config = `version: 1
datasets:
  us-user-data:
    title: US user data
    match: [{labels: {data: users}}]
    allow: {storage: {countries: [US]}}
unlabelled: ignore
`

// The é and the emoji make bytes, characters and units of UTF-16 differ.
const main = `provider "aws" {
  region = var.region
}

variable "region" {
  default = /* é🗺 */ "eu-west-1"
}

resource "aws_s3_bucket" "users" {
  tags = { data = "users" }
}
`

func start(t *testing.T) *client {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	c := &client{t: t, dir: dir, in: inW, out: bufio.NewReader(outR), done: make(chan error, 1)}
	c.write("stateside.yaml", config)
	c.write("main.tf", main)
	go func() {
		c.done <- Serve(context.Background(), inR, outW, "v1.0.0", func(ctx context.Context, dir string, unsaved map[string][]byte) (*check.Result, error) {
			if c.fails != nil {
				return nil, c.fails
			}
			return check.Run(ctx, check.Options{Paths: []string{dir}, Unsaved: unsaved, Root: dir, Now: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)})
		})
		outW.Close()
	}()
	return c
}

func (c *client) write(name, text string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) uri(name string) string { return "file://" + filepath.Join(c.dir, name) }

func (c *client) send(m map[string]any) {
	c.t.Helper()
	m["jsonrpc"] = "2.0"
	if err := writeMessage(c.in, m); err != nil {
		c.t.Fatal(err)
	}
}

// seen is a message as the editor sees it.
type seen struct {
	ID     *int
	Method string
	Params json.RawMessage
	Result json.RawMessage
	Error  *rpcError
}

func (c *client) receive() seen {
	c.t.Helper()
	var length int
	if _, err := fmt.Fscanf(c.out, "Content-Length: %d\r\n\r\n", &length); err != nil {
		c.t.Fatal(err)
	}
	data := make([]byte, length)
	if _, err := io.ReadFull(c.out, data); err != nil {
		c.t.Fatal(err)
	}
	var r seen
	if err := json.Unmarshal(data, &r); err != nil {
		c.t.Fatalf("%v: %s", err, data)
	}
	return r
}

// ask sends a request and returns its answer.
func (c *client) ask(method string, params any) seen {
	c.t.Helper()
	c.next++
	c.send(map[string]any{"id": c.next, "method": method, "params": params})
	r := c.receive()
	if r.ID == nil || *r.ID != c.next {
		c.t.Fatalf("the answer to %s is %+v", method, r)
	}
	return r
}

func (c *client) tell(method string, params any) {
	c.t.Helper()
	c.send(map[string]any{"method": method, "params": params})
}

func (c *client) initialize() {
	c.t.Helper()
	if r := c.ask("initialize", map[string]any{"rootUri": c.uri("")}); r.Error != nil {
		c.t.Fatalf("%+v", r.Error)
	}
	c.tell("initialized", map[string]any{})
}

// published are the diagnostics that the server tells of one file.
func (c *client) published() (uri string, diagnostics []diagnostic) {
	c.t.Helper()
	r := c.receive()
	var p struct {
		URI         string
		Diagnostics []diagnostic
	}
	if err := json.Unmarshal(r.Params, &p); err != nil || r.Method != "textDocument/publishDiagnostics" || p.Diagnostics == nil {
		c.t.Fatalf("%v: %s %s", err, r.Method, r.Params)
	}
	return p.URI, p.Diagnostics
}

// hover is the text for a position, counted from 0.
func (c *client) hover(line, character int) string {
	c.t.Helper()
	r := c.ask("textDocument/hover", map[string]any{
		"textDocument": map[string]any{"uri": c.uri("main.tf")}, "position": position{line, character},
	})
	var h *struct{ Contents struct{ Kind, Value string } }
	if err := json.Unmarshal(r.Result, &h); err != nil {
		c.t.Fatalf("%v: %s", err, r.Result)
	}
	if h == nil {
		return ""
	}
	return h.Contents.Value
}

func (c *client) stop() {
	c.t.Helper()
	if r := c.ask("shutdown", nil); r.Error != nil || string(r.Result) != "null" {
		c.t.Errorf("%+v", r)
	}
	c.tell("exit", nil)
	if err := <-c.done; err != nil {
		c.t.Error(err)
	}
}

// An editor opens a folder, sees a finding, mends it, and sees it go.
func TestDiagnostics(t *testing.T) {
	c := start(t)
	c.initialize()
	uri, all := c.published()
	if uri != c.uri("main.tf") || len(all) != 1 {
		t.Fatalf("%s: %+v", uri, all)
	}
	d := all[0]
	want := textRange{position{8, 0}, position{10, 1}}
	if d.Range != want || d.Severity != 1 || d.Code != "storage-place" || d.Source != "stateside" {
		t.Errorf("%+v", d)
	}
	if d.Description == nil || !strings.HasSuffix(d.Description.Href, "/blob/v1.0.0/docs/rules/storage-place.md") {
		t.Errorf("its page is %+v", d.Description)
	}
	if !strings.Contains(d.Message, "aws eu-west-1 (Ireland, IE)") || !strings.Contains(d.Message, "aws_s3_bucket.users") {
		t.Errorf("the message is %q", d.Message)
	}
	// The value stands behind two characters of more than a byte, of which one is
	// two units of UTF-16.
	at := strings.Index(strings.Split(main, "\n")[5], `"eu`) - len("é🗺") + 3
	if len(d.Related) != 3 || d.Related[1].Location.Range.Start != (position{5, at}) || d.Related[1].Location.URI != c.uri("main.tf") {
		t.Errorf("its reasons are %+v", d.Related)
	}
	c.write("main.tf", strings.Replace(main, "eu-west-1", "us-east-2", 1))
	c.tell("textDocument/didSave", map[string]any{"textDocument": map[string]any{"uri": c.uri("main.tf")}})
	if uri, all := c.published(); uri != c.uri("main.tf") || len(all) != 0 {
		t.Errorf("after it was mended: %s: %+v", uri, all)
	}
	c.stop()
}

func TestHover(t *testing.T) {
	c := start(t)
	c.initialize()
	c.published()
	if got := c.hover(8, 3); !strings.Contains(got, "`aws_s3_bucket.users` is in **aws eu-west-1 (Ireland, IE)**") ||
		!strings.Contains(got, "because `var.region: \"eu-west-1\"` main.tf:6") || !strings.Contains(got, "holds `us-user-data` as primary") {
		t.Errorf("of the store: %q", got)
	}
	at := strings.Index(strings.Split(main, "\n")[5], `"eu`) - len("é🗺") + 3
	for character, want := range map[int]bool{at: true, at + 3: true, 2: false} {
		got := c.hover(5, character)
		if has := strings.Contains(got, "`var.region` decides where `aws_s3_bucket.users` is"); has != want {
			t.Errorf("at %d: %q", character, got)
		}
	}
	if got := c.hover(3, 0); got != "" {
		t.Errorf("of nothing: %q", got)
	}
	if got := c.hover(99, 99); got != "" {
		t.Errorf("beyond the end: %q", got)
	}
	r := c.ask("textDocument/hover", map[string]any{"textDocument": map[string]any{"uri": "untitled:1"}, "position": position{}})
	if string(r.Result) != "null" {
		t.Errorf("of no file: %s", r.Result)
	}
	c.stop()
}

// What is typed is checked before it is saved: the finding goes when the region
// is mended, comes back when the change is thrown away, and a hover never tells
// of an older text than the one it is over.
func TestUnsaved(t *testing.T) {
	c := start(t)
	c.initialize()
	c.published()
	document := map[string]any{"uri": c.uri("main.tf"), "text": main, "version": 1}
	c.tell("textDocument/didOpen", map[string]any{"textDocument": document})
	change := func(text string) {
		c.tell("textDocument/didChange", map[string]any{"textDocument": document, "contentChanges": []any{map[string]any{"text": text}}})
	}
	for _, half := range []string{"u", "us-", "us-east"} {
		change(strings.Replace(main, "eu-west-1", half, 1))
	}
	change(strings.Replace(main, "eu-west-1", "us-east-2", 1))
	// On a slow machine a half-typed region may have been checked first.
	for _, all := c.published(); len(all) > 0; _, all = c.published() {
	}
	change("# a line more\n" + main)
	c.next++
	c.send(map[string]any{"id": c.next, "method": "textDocument/hover", "params": map[string]any{
		"textDocument": map[string]any{"uri": c.uri("main.tf")}, "position": position{9, 3},
	}})
	if uri, all := c.published(); uri != c.uri("main.tf") || len(all) != 1 || all[0].Range.Start.Line != 9 {
		t.Errorf("moved: %s: %+v", uri, all)
	}
	if r := c.receive(); !strings.Contains(string(r.Result), "aws eu-west-1 (Ireland, IE)") {
		t.Errorf("the hover is %s", r.Result)
	}
	change(strings.Replace(main, "eu-west-1", "us-east-2", 1))
	c.published()
	c.tell("textDocument/didClose", map[string]any{"textDocument": document})
	if uri, all := c.published(); uri != c.uri("main.tf") || len(all) != 1 || all[0].Range.Start.Line != 8 {
		t.Errorf("thrown away: %s: %+v", uri, all)
	}
	c.stop()
}

// Text for a file outside of the folder is not read.
func TestUnsavedElsewhere(t *testing.T) {
	c := start(t)
	c.initialize()
	c.published()
	for _, uri := range []string{"untitled:1", "file:///elsewhere/main.tf", "file://" + c.dir + "/../main.tf"} {
		c.tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "text": "resource \"aws_s3_bucket\" \"more\" {}"}})
	}
	c.tell("textDocument/didSave", map[string]any{})
	if _, all := c.published(); len(all) != 1 {
		t.Errorf("%+v", all)
	}
	c.stop()
}

// A check that can't be done is shown, and old findings are taken away.
func TestFailure(t *testing.T) {
	c := start(t)
	c.initialize()
	c.published()
	c.fails = errors.New("stateside.yaml:1: broken")
	c.tell("textDocument/didSave", map[string]any{})
	if _, all := c.published(); len(all) != 0 {
		t.Errorf("%+v", all)
	}
	if r := c.receive(); r.Method != "window/showMessage" || !strings.Contains(string(r.Params), "stateside.yaml:1: broken") {
		t.Errorf("%s %s", r.Method, r.Params)
	}
	c.fails = nil
	c.tell("textDocument/didSave", map[string]any{})
	if _, all := c.published(); len(all) != 1 {
		t.Errorf("%+v", all)
	}
	c.stop()
}

// What an editor should not send is answered, and ends nothing.
func TestMistakes(t *testing.T) {
	c := start(t)
	if r := c.ask("textDocument/hover", map[string]any{}); r.Error == nil || r.Error.Code != notInitialized {
		t.Errorf("before initialize: %+v", r)
	}
	if r := c.ask("initialize", map[string]any{"rootUri": "https://example.com"}); r.Error == nil || r.Error.Code != invalidParams {
		t.Errorf("without a folder: %+v", r)
	}
	c.initialize()
	c.published()
	if r := c.ask("textDocument/rename", map[string]any{}); r.Error == nil || r.Error.Code != methodNotFound {
		t.Errorf("an unknown method: %+v", r)
	}
	c.tell("$/cancelRequest", map[string]any{"id": 1})
	if _, err := io.WriteString(c.in, "Content-Length: 3\r\n\r\n{x}"); err != nil {
		t.Fatal(err)
	}
	if r := c.receive(); r.Error == nil || r.Error.Code != parseError {
		t.Errorf("no JSON: %+v", r)
	}
	c.stop()
}

// An end that was not announced is an error, and so is a message without a
// length or beyond all bounds.
func TestEnds(t *testing.T) {
	for _, input := range []string{"", "Content-Length: x\r\n\r\n", "\r\n", "Content-Length: 99999999999\r\n\r\n", "Content-Length: 5\r\n\r\n{}", "Content-Length: 33\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}"} {
		err := Serve(context.Background(), strings.NewReader(input), &bytes.Buffer{}, "", nil)
		if err == nil {
			t.Errorf("%q ends well", input)
		}
	}
}

// Text of the checked files is no markup in a hover.
func TestMarkup(t *testing.T) {
	if got := code("a`b\n**c**"); got != "`a'b **c**`" {
		t.Errorf("got %q", got)
	}
	if got := plain("**x** [y](https://evil.example) <img>"); got != `\*\*x\*\* \[y\](https://evil.example) \<img\>` {
		t.Errorf("got %q", got)
	}
}
