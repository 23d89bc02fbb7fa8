package source

import "bytes"

// Words are which runs of three bytes a text has. Loaders look for some hundred
// words in every file, most of which are in none: for these a few bits decide,
// and the text is gone through once.
type Words struct {
	text []byte
	bits []uint64
	mask uint32
}

// The bits of a text: as many as it has bytes, and eight times that, between these.
const (
	minBits = 1 << 10
	maxBits = 1 << 18
)

// NewWords goes through a text.
func NewWords(text []byte) *Words {
	bits := minBits
	for bits < 8*len(text) && bits < maxBits {
		bits *= 2
	}
	w := &Words{text: text, bits: make([]uint64, bits/64), mask: uint32(bits - 1)}
	if len(text) < 3 {
		return w
	}
	run := uint32(text[0])<<8 | uint32(text[1])
	for _, b := range text[2:] {
		run = run<<8 | uint32(b)
		at := w.at(run)
		w.bits[at/64] |= 1 << (at % 64)
	}
	return w
}

// at is the bit of the last three bytes of a run.
func (w *Words) at(run uint32) uint32 { return (run << 8 * 0x9E3779B1) >> 12 & w.mask }

// Has says whether the text has a word in it.
func (w *Words) Has(word string) bool {
	var run uint32
	for i := range len(word) {
		run = run<<8 | uint32(word[i])
		if at := w.at(run); i >= 2 && w.bits[at/64]>>(at%64)&1 == 0 {
			return false
		}
	}
	return bytes.Contains(w.text, []byte(word))
}

// HasAll says whether it has all of some words.
func (w *Words) HasAll(words ...string) bool {
	for _, word := range words {
		if !w.Has(word) {
			return false
		}
	}
	return true
}

// HasAny says whether it has one of some words.
func (w *Words) HasAny(words ...string) bool {
	for _, word := range words {
		if w.Has(word) {
			return true
		}
	}
	return false
}
