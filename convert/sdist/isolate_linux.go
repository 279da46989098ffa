package sdist

import (
	"context"
	"os"
	"os/exec"
	"syscall"
)

// isolation finds out how programs are kept from the network here, the best way
// first: in a user namespace root has no power over the host's network, so that
// nothing leads back to it.
func isolation(ctx context.Context, program string, env []string) (way string, attributes func() *syscall.SysProcAttr) {
	for _, flags := range []uintptr{syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET, syscall.CLONE_NEWNET} {
		attributes := func() *syscall.SysProcAttr { return namespaces(flags) }
		cmd := exec.CommandContext(ctx, program, "-I", "-S", "-c", "pass")
		cmd.Env, cmd.SysProcAttr = env, attributes()
		if cmd.Run() == nil {
			return Namespace, attributes
		}
	}
	return Environment, func() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }
}

func namespaces(flags uintptr) *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Cloneflags: flags}
	if flags&syscall.CLONE_NEWUSER != 0 {
		attributes.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
		attributes.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	}
	return attributes
}
