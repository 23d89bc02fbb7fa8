// Package lsp serves editors by the Language Server Protocol, version 3.17: what
// a check finds in the files as they stand in the editor, saved or not, and what
// it knows of the place under the cursor.
package lsp

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/source"
)

// Check checks a directory, with the text of the files that are not saved by
// their paths.
type Check func(ctx context.Context, dir string, unsaved map[string][]byte) (*check.Result, error)

// Serve reads messages until the editor says that it exits, or ends its input.
// The error says that it ended otherwise than it should.
func Serve(ctx context.Context, in io.Reader, out io.Writer, version string, check Check) error {
	s := &server{out: out, version: version, check: check, published: map[string]bool{}, unsaved: map[string][]byte{}}
	defer s.forget()
	done := make(chan struct{})
	defer close(done)
	messages := receive(in, done)
	for {
		var m message
		var err error
		select {
		case got := <-messages:
			m, err = got.message, got.err
		case <-s.pause:
			if err := s.settle(ctx); err != nil {
				return err
			}
			continue
		}
		switch {
		case errors.Is(err, errNoJSON):
			err = writeMessage(out, message{Version: "2.0", Error: &rpcError{parseError, err.Error()}})
		case errors.Is(err, io.EOF):
			if s.stopped {
				return nil
			}
			return errors.New("the editor ended without saying so")
		case err != nil:
			return err
		case m.Method == "exit":
			if !s.stopped {
				return errors.New("the editor exits without a shutdown")
			}
			return nil
		default:
			err = s.handle(ctx, m)
		}
		if err != nil {
			return err
		}
	}
}

// received is a message, or why there is none.
type received struct {
	message message
	err     error
}

// receive reads messages until the last one, or until done is closed.
func receive(in io.Reader, done <-chan struct{}) <-chan received {
	messages := make(chan received)
	go func() {
		r := bufio.NewReader(in)
		for {
			m, err := readMessage(r)
			select {
			case messages <- received{m, err}:
			case <-done:
				return
			}
			if err != nil && !errors.Is(err, errNoJSON) {
				return
			}
		}
	}()
	return messages
}

type server struct {
	out     io.Writer
	version string
	check   Check
	root    string
	stopped bool
	// result of the last check; nil before the first.
	result *check.Result
	// unsaved is the text of the files that the editor has open, by path.
	unsaved map[string][]byte
	// pause ends when nothing was typed for a while after a change; nil when
	// nothing has changed since the last check.
	pause <-chan time.Time
	// published are the files that have diagnostics in the editor.
	published map[string]bool
}

// handle does what a message asks for. The error is one of writing.
func (s *server) handle(ctx context.Context, m message) error {
	if m.ID == nil {
		return s.notified(ctx, m)
	}
	switch {
	case m.Method == "":
		return nil // a response to nothing that was asked
	case m.Method != "initialize" && s.root == "":
		return s.fail(m, notInitialized, "not initialized yet")
	}
	switch m.Method {
	case "initialize":
		return s.initialize(m)
	case "shutdown":
		s.stopped = true
		return s.answer(m, nil)
	case "textDocument/hover":
		var p positionParams
		if err := json.Unmarshal(m.Params, &p); err != nil {
			return s.fail(m, invalidParams, err.Error())
		}
		if err := s.settle(ctx); err != nil {
			return err
		}
		return s.answer(m, s.hover(p))
	}
	return s.fail(m, methodNotFound, "there is no method "+m.Method)
}

// notified does what a notification asks for. One that is not known is passed
// over, as the protocol has it.
func (s *server) notified(ctx context.Context, m message) error {
	if s.root == "" || s.stopped {
		return nil
	}
	switch m.Method {
	case "initialized", "textDocument/didSave", "workspace/didChangeWatchedFiles":
		return s.run(ctx)
	case "textDocument/didOpen", "textDocument/didChange", "textDocument/didClose":
		s.edited(m)
	}
	return nil
}

// typing is how long nothing must have been typed before what was is checked.
const typing = 200 * time.Millisecond

// edited takes over the text of a file that is opened or changed, and forgets
// that of one that is closed.
func (s *server) edited(m message) {
	var p struct {
		TextDocument struct {
			URI  string `json:"uri"`
			Text string `json:"text"`
		} `json:"textDocument"`
		Changes []struct {
			Text string `json:"text"`
		} `json:"contentChanges"`
	}
	path, ok := "", false
	if json.Unmarshal(m.Params, &p) == nil {
		path, ok = pathOf(p.TextDocument.URI)
	}
	if !ok {
		return
	}
	text := p.TextDocument.Text
	if len(p.Changes) > 0 {
		// Each is the whole text, as the server has asked for.
		text = p.Changes[len(p.Changes)-1].Text
	}
	before, was := s.unsaved[path]
	if !was {
		before, _ = os.ReadFile(path)
	}
	if m.Method == "textDocument/didClose" || len(text) > source.MaxFileSize {
		delete(s.unsaved, path)
		text = ""
		if data, err := os.ReadFile(path); err == nil {
			text = string(data)
		}
	} else {
		s.unsaved[path] = []byte(text)
	}
	if text != string(before) {
		s.pause = time.After(typing)
	}
}

// settle checks what was changed since the last check.
func (s *server) settle(ctx context.Context) error {
	if s.pause == nil {
		return nil
	}
	return s.run(ctx)
}

func (s *server) answer(m message, result any) error {
	return writeMessage(s.out, response{"2.0", m.ID, result})
}

func (s *server) fail(m message, code int, text string) error {
	return writeMessage(s.out, message{Version: "2.0", ID: m.ID, Error: &rpcError{code, text}})
}

func (s *server) notify(method string, params any) error {
	data, err := json.Marshal(params)
	if err != nil {
		return err
	}
	return writeMessage(s.out, message{Version: "2.0", Method: method, Params: data})
}

func (s *server) initialize(m message) error {
	var p struct {
		RootURI          string `json:"rootUri"`
		RootPath         string `json:"rootPath"`
		WorkspaceFolders []struct {
			URI string `json:"uri"`
		} `json:"workspaceFolders"`
	}
	if err := json.Unmarshal(m.Params, &p); err != nil {
		return s.fail(m, invalidParams, err.Error())
	}
	s.root = p.RootPath
	if dir, ok := pathOf(p.RootURI); ok {
		s.root = dir
	}
	if len(p.WorkspaceFolders) > 0 {
		if dir, ok := pathOf(p.WorkspaceFolders[0].URI); ok {
			s.root = dir
		}
	}
	if s.root == "" {
		return s.fail(m, invalidParams, "the editor names no folder")
	}
	return s.answer(m, map[string]any{
		"capabilities": map[string]any{
			// A change comes with the whole text.
			"textDocumentSync": map[string]any{"openClose": true, "change": 1, "save": true},
			"hoverProvider":    true,
		},
		"serverInfo": map[string]string{"name": "stateside", "version": s.version},
	})
}

// run checks anew and tells the editor what was found. A check that can't be
// done is shown, and what was found before is taken away: it may be no more so.
func (s *server) run(ctx context.Context) error {
	s.forget()
	s.pause = nil
	r, err := s.check(ctx, s.root, s.unsaved)
	if err != nil {
		if err := s.publish(nil); err != nil {
			return err
		}
		return s.notify("window/showMessage", map[string]any{"type": 1, "message": "stateside: " + err.Error()})
	}
	s.result = r
	return s.publish(s.diagnostics())
}

func (s *server) forget() {
	if s.result != nil {
		s.result.Tree.Close()
		s.result = nil
	}
}

// publish tells the editor the diagnostics by file, and of the files that had
// some before that they have none.
func (s *server) publish(byFile map[string][]diagnostic) error {
	var files []string
	for file := range byFile {
		files = append(files, file)
	}
	for file := range s.published {
		if byFile[file] == nil {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	s.published = map[string]bool{}
	for _, file := range files {
		diagnostics := byFile[file]
		if diagnostics == nil {
			diagnostics = []diagnostic{}
		} else {
			s.published[file] = true
		}
		err := s.notify("textDocument/publishDiagnostics", map[string]any{"uri": file, "diagnostics": diagnostics})
		if err != nil {
			return err
		}
	}
	return nil
}

// uriOf is the address of a file of the checked tree.
func (s *server) uriOf(file string) string {
	if !filepath.IsAbs(filepath.FromSlash(file)) {
		file = filepath.ToSlash(filepath.Join(s.result.Tree.Dir(), filepath.FromSlash(file)))
	}
	if !strings.HasPrefix(file, "/") {
		file = "/" + file // a drive of Windows
	}
	return (&url.URL{Scheme: "file", Path: file}).String()
}

// pathOf is the path that an address names; ok is false for one that names none.
func pathOf(uri string) (path string, ok bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Path == "" {
		return "", false
	}
	path = u.Path
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, "/")
	}
	return filepath.FromSlash(path), true
}

// fileOf is the name in the checked tree that an address names.
func (s *server) fileOf(uri string) (string, bool) {
	path, ok := pathOf(uri)
	if !ok || s.result == nil {
		return "", false
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	rel, err := filepath.Rel(s.result.Tree.Dir(), path)
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}
