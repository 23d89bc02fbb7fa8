package catalog

import (
	"bytes"
	"fmt"
	"testing"
)

// A check pays for the types it meets: no other row is decoded, and no other
// file looked into.
func TestOnlyWhatIsMetIsDecoded(t *testing.T) {
	t.Parallel()
	var c Catalogue
	c.Lookup("aws_s3_bucket")
	c.Lookup("aws_sqs_queue")
	c.Lookup("aws_no_such_type")
	c.Lookup("random_pet")
	if got := len(c.files["aws"].types); got != 2 {
		t.Errorf("%d rows of aws are decoded", got)
	}
	for name, f := range c.files {
		if name != "aws" && len(f.rows) > 0 {
			t.Errorf("the file of %s is looked into", name)
		}
	}
}

// The lists of what stores nothing are read when a type without a row is met, and
// then only that of its file and that of the providers.
func TestOnlyWhatIsMetIsListed(t *testing.T) {
	t.Parallel()
	var c Catalogue
	if c.Unlisted("aws_s3_bucket") || len(c.nothing) > 0 {
		t.Errorf("lists are read for a type that has a row: %v", c.nothing)
	}
	if c.Unlisted("aws_subnet") || len(c.nothing) != 1 {
		t.Errorf("lists that are read: %v", c.nothing)
	}
}

// BenchmarkFirstNoStore is what the first type without a row costs: reading the
// list of its file.
func BenchmarkFirstNoStore(b *testing.B) {
	for range b.N {
		if new(Catalogue).Unlisted("aws_subnet") {
			b.Fatal("not listed")
		}
	}
}

// BenchmarkFirstType is what the first type of a cloud costs: finding the rows
// of the file, and decoding one.
func BenchmarkFirstType(b *testing.B) {
	for range b.N {
		if new(Catalogue).Lookup("aws_s3_bucket") == nil {
			b.Fatal("not found")
		}
	}
}

// BenchmarkNextType is what each further type costs, of the same file.
func BenchmarkNextType(b *testing.B) {
	var c Catalogue
	c.Lookup("aws_s3_bucket")
	f := c.files["aws"]
	for range b.N {
		clear(f.types)
		if c.Lookup("aws_dynamodb_table") == nil {
			b.Fatal("not found")
		}
	}
}

// BenchmarkIndex shows how finding the rows grows with the file, which is the
// only part that does.
func BenchmarkIndex(b *testing.B) {
	data := read("aws")
	for _, times := range []int{1, 4} {
		large := bytes.Repeat(data, times)
		b.Run(fmt.Sprintf("%dkB", len(large)/1000), func(b *testing.B) {
			for range b.N {
				indexed(large)
			}
		})
	}
}

// BenchmarkWholeFile is what decoding all rows of a file would cost.
func BenchmarkWholeFile(b *testing.B) {
	for range b.N {
		typesInOrder("aws")
	}
}
