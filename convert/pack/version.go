package pack

import (
	"fmt"
	"math"
	"strings"

	"wain/convert/pep"
)

// VersionError says why a project's version cannot be a package's version.
type VersionError struct {
	Version string // the version, in its normal form
	Detail  string
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("version %q: %s", e.Version, e.Detail)
}

// Versions maps a PEP 440 version to the epoch and the version of a package,
// the same for deb and rpm. The epoch is "" unless PEP 440 has one. The error
// is a *VersionError: no version at all, or an epoch above 2147483647, the
// largest that dpkg reads.
//
// dpkg and rpm order the results as PEP 440 orders the versions, since "~"
// sorts before the end of a text and "+" after it:
//
//	.devN alone    ~~devN            .postN        +postN
//	aN, bN, rcN    ~aN, ~bN, ~rcN    .postN.devM   +postN~devM
//	aN.devM        ~aN~devM          aN.postM      ~aN+postM
//	+label         +local.label at the end, so that no label sorts after "+post"
//
// Two things stay outside the promise. The release is kept as it was written,
// and 2.0 is not 2.0.0 to dpkg and rpm. And dpkg orders two builds of one
// public version otherwise where their labels have a number and a word in the
// same place.
func Versions(v pep.Version) (epoch, version string, err error) {
	if v.IsZero() {
		return "", "", &VersionError{Detail: "there is none"}
	}
	if e := v.Epoch(); e != "0" && e != "" {
		n, ok := e.Int()
		if !ok || n > math.MaxInt32 {
			return "", "", &VersionError{v.String(), "the epoch is above 2147483647"}
		}
		epoch = string(e)
	}

	var b strings.Builder
	for i, n := range v.Release() {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(string(n))
	}
	label, pre, isPre := v.Pre()
	if isPre {
		b.WriteString("~" + label + string(pre))
	}
	post, isPost := v.Post()
	if isPost {
		b.WriteString("+post" + string(post))
	}
	if dev, ok := v.Dev(); ok {
		if !isPre && !isPost {
			b.WriteByte('~') // before ~a, ~b and ~rc
		}
		b.WriteString("~dev" + string(dev))
	}
	if local := v.Local(); local != "" {
		b.WriteString("+local." + local)
	}
	return epoch, b.String(), nil
}
