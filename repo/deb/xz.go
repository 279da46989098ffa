package deb

import (
	"io"

	"github.com/ulikunitz/xz"
)

func openXZ(r io.Reader) (io.Reader, error) { return xz.NewReader(r) }
