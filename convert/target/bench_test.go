package target_test

import (
	"testing"

	"wain/convert/target"
)

func BenchmarkFind(b *testing.B) {
	for b.Loop() {
		if _, err := target.Find("noble", ""); err != nil {
			b.Fatal(err)
		}
	}
}
