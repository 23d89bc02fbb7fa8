package engine

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/keys"
)

// maxBundle is the largest file in a bundle that is read, in bytes.
const maxBundle = 16 << 20

// ReadBundle reads the policies of an OPA bundle, a file such as `opa build` writes.
// With a key, which is a public one in PEM or a shared secret, the bundle has to be
// signed by it; without one, it must not be signed at all, for nobody would look at
// the signature. Names of files begin with that of the bundle.
func ReadBundle(name string, r io.Reader, key []byte) ([]Policy, error) {
	reader := bundle.NewReader(r).WithSizeLimitBytes(maxBundle).WithRegoVersion(ast.RegoV1).WithCapabilities(capabilities())
	if key != nil {
		config, err := verification(key)
		if err != nil {
			return nil, err
		}
		reader = reader.WithBundleVerificationConfig(config)
	}
	b, err := reader.Read()
	if err != nil {
		return nil, bundleError(err)
	}
	if len(b.Data) > 0 || len(b.WasmModules) > 0 || len(b.PlanModules) > 0 || b.Patch.Data != nil {
		return nil, errors.New("the bundle holds other things than Rego, such as data, which rules would not find here")
	}
	var all []Policy
	for _, m := range b.Modules {
		if !strings.HasSuffix(m.Path, "_test.rego") {
			all = append(all, Policy{Name: name + "/" + strings.TrimPrefix(m.Path, "/"), Data: m.Raw})
		}
	}
	return all, nil
}

// bundleError says what to do about a signature for which there is no key.
func bundleError(err error) error {
	if strings.Contains(err.Error(), "verification key not provided") {
		return errors.New("the bundle is signed, and there is no key to hold its signature against")
	}
	return err
}

// keyID is what a key is called here. That of the signature does not matter: there
// is but one key.
const keyID = "given"

// verification is what a key can verify. The algorithm is the key's: what a
// signature says of itself is not taken for it.
func verification(key []byte) (*bundle.VerificationConfig, error) {
	algorithm := "HS256"
	if block, _ := pem.Decode(key); block != nil {
		var err error
		if algorithm, err = algorithmOf(block); err != nil {
			return nil, err
		}
	}
	known := map[string]*keys.Config{keyID: {Key: string(key), Algorithm: algorithm}}
	return bundle.NewVerificationConfig(known, keyID, "", nil), nil
}

func algorithmOf(block *pem.Block) (string, error) {
	if strings.Contains(block.Type, "PRIVATE") {
		return "", errors.New("the key is a private one; its public key is what a signature is held against")
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return "", fmt.Errorf("the key can't be read: %w", err)
	}
	switch k := public.(type) {
	case *rsa.PublicKey:
		return "RS256", nil
	case *ecdsa.PublicKey:
		return fmt.Sprintf("ES%d", min(k.Params().BitSize, 512)), nil
	case ed25519.PublicKey:
		return "EdDSA", nil
	}
	return "", errors.New("the key is of a kind that bundles are not signed with")
}
