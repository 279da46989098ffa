//go:build !linux

package sdist

import (
	"context"
	"syscall"
)

// isolation is left to settings where there are no network namespaces.
func isolation(context.Context, string, []string) (way string, attributes func() *syscall.SysProcAttr) {
	return Environment, func() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }
}
