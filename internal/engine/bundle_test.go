package engine

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
)

const ownRule = "package stateside.rules.mine\n\ndeny contains \"no\" if input.store\n"

// bundled makes a bundle with a rule and its test, signed with a key if there is one.
func bundled(t *testing.T, text, key, algorithm string, data map[string]any) []byte {
	t.Helper()
	if data == nil {
		data = map[string]any{}
	}
	b := bundle.Bundle{Data: data}
	for name, module := range map[string]string{"/rules/mine.rego": text, "/rules/mine_test.rego": "package stateside.rules.mine_test\n\ntest_x if true\n"} {
		parsed, err := ast.ParseModuleWithOpts(name, module, ast.ParserOptions{RegoVersion: ast.RegoV1})
		if err != nil {
			t.Fatal(err)
		}
		b.Modules = append(b.Modules, bundle.ModuleFile{URL: name, Path: name, Raw: []byte(module), Parsed: parsed})
	}
	b.Manifest.Init()
	b.Manifest.SetRegoVersion(ast.RegoV1)
	if key != "" {
		if err := b.GenerateSignature(bundle.NewSigningConfig(key, algorithm, ""), "theirs", false); err != nil {
			t.Fatal(err)
		}
	}
	var buf bytes.Buffer
	if err := bundle.NewWriter(&buf).DisableFormat(true).Write(b); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// pair makes a key as PEM, private and public.
func pair(t *testing.T, private, public any) (string, []byte) {
	t.Helper()
	p, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	q, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: p})), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: q})
}

func TestReadBundle(t *testing.T) {
	t.Parallel()
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	private, public := pair(t, r, r.Public())
	e, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ecPrivate, ecPublic := pair(t, e, e.Public())
	another, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, otherPublic := pair(t, another, another.Public())
	signed := bundled(t, ownRule, private, "RS256", nil)
	tests := []struct {
		name string
		data []byte
		key  []byte
		want string // in the error; empty for none
	}{
		{"not signed", bundled(t, ownRule, "", "", nil), nil, ""},
		{"signed", signed, public, ""},
		{"signed with an elliptic curve", bundled(t, ownRule, ecPrivate, "ES256", nil), ecPublic, ""},
		{"signed with a secret", bundled(t, ownRule, "a secret that is long enough", "HS256", nil), []byte("a secret that is long enough"), ""},
		{"not signed, though it must be", bundled(t, ownRule, "", "", nil), public, "missing .signatures.json"},
		{"signed, and no key", signed, nil, "there is no key to hold its signature against"},
		{"signed by another", signed, otherPublic, "verif"},
		{"signed with the public key for a secret", bundled(t, ownRule, string(public), "HS256", nil), public, "verif"},
		{"changed after it was signed", changed(t, signed, public), public, "digest"},
		{"a private key", signed, []byte(private), "the key is a private one"},
		{"no key", signed, []byte("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), "the key can't be read"},
		{"data", bundled(t, ownRule, "", "", map[string]any{"allowed": []any{"x"}}), nil, "other things than Rego"},
		{"no bundle", []byte("text"), nil, "archive read failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			all, err := ReadBundle("team.tar.gz", bytes.NewReader(tt.data), tt.key)
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error %v, want %q", err, tt.want)
				}
				return
			}
			if err != nil || len(all) != 1 || all[0].Name != "team.tar.gz/rules/mine.rego" {
				t.Fatalf("%v, %v", all, err)
			}
			if got := said(t, mustCompile(t, all...), store("a", "US")); len(got) != 1 || got[0] != "mine a" {
				t.Errorf("said %v", got)
			}
		})
	}
}

// changed is a signed bundle in which a rule was changed.
func changed(t *testing.T, signed, key []byte) []byte {
	t.Helper()
	config, err := verification(key)
	if err != nil {
		t.Fatal(err)
	}
	b, err := bundle.NewReader(bytes.NewReader(signed)).WithBundleVerificationConfig(config).WithRegoVersion(ast.RegoV1).Read()
	if err != nil {
		t.Fatal(err)
	}
	for i := range b.Modules {
		b.Modules[i].Raw = bytes.Replace(b.Modules[i].Raw, []byte("input.store"), []byte("false"), 1)
	}
	var buf bytes.Buffer
	if err := bundle.NewWriter(&buf).DisableFormat(true).Write(b); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}
