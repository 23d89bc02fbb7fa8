package source

import (
	"math/rand"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for _, text := range []string{"", "a", "ab", "abc", "AWSTemplateFormatVersion: x", strings.Repeat("ä ", 100) + "kind: Pod"} {
		w := NewWords([]byte(text))
		for _, word := range []string{"", "a", "ab", "abc", "bc", "AWSTemplate", "kind:", "ä", "abcd"} {
			if got, want := w.Has(word), strings.Contains(text, word); got != want {
				t.Errorf("%q has %q: %v, want %v", text, word, got, want)
			}
		}
	}
}

// Whatever a text is, what is in it is found.
func TestWordsOfAnyText(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for range 200 {
		text := make([]byte, random.Intn(100_000))
		random.Read(text)
		w := NewWords(text)
		for range 20 {
			from := random.Intn(len(text) + 1)
			word := string(text[from:min(from+random.Intn(20), len(text))])
			if !w.Has(word) {
				t.Fatalf("%q is not found in a text of %d bytes", word, len(text))
			}
		}
	}
}

func TestWordsTogether(t *testing.T) {
	w := NewWords([]byte("apiVersion: v1\nkind: Pod\n"))
	if !w.HasAll("apiVersion", "kind:") || w.HasAll("apiVersion", "metadata") || !w.HasAny("metadata", "kind:") || w.HasAny("metadata", "spec") {
		t.Error("all means each of them, any means one of them")
	}
}
