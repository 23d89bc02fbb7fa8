package source

import (
	"os"

	"golang.org/x/sys/unix"
)

// openBeneath opens a file below a directory in one call, where os.Root makes
// one for each part of the path. It fails where the kernel does not know the
// call, and wherever os.Root would.
func openBeneath(root *os.File, name string) (*os.File, error) {
	fd, err := unix.Openat2(int(root.Fd()), name, &unix.OpenHow{
		Flags:   unix.O_RDONLY | unix.O_NONBLOCK | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS,
	})
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}
