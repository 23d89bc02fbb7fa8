package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// ColdStart is a whole process that checks one small file: what is felt at
// every commit.
func BenchmarkColdStart(b *testing.B) {
	dir := b.TempDir()
	program := filepath.Join(dir, "stateside")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	file := filepath.Join(dir, "main.tf")
	text := "provider \"aws\" {\n  region = \"us-east-1\"\n}\n\nresource \"aws_s3_bucket\" \"users\" {\n  bucket = \"users\"\n}\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if out, err := exec.Command(program, "check", file).CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
}
