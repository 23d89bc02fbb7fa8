package source

import (
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// openBeneath opens what is below a directory in one call, where os.Root makes
// one for each part of the path. It fails where the kernel does not know the
// call, and wherever os.Root would.
func openBeneath(root *os.File, name string, flags uint64) (int, error) {
	return unix.Openat2(int(root.Fd()), name, &unix.OpenHow{
		Flags:   unix.O_RDONLY | unix.O_CLOEXEC | flags,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS,
	})
}

// readBeneath reads a regular file below a directory with as few calls to the
// system as that takes.
func readBeneath(root *os.File, name string, limit int64) ([]byte, error) {
	fd, err := openBeneath(root, name, unix.O_NONBLOCK) // a FIFO would wait for its writer
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	var info unix.Stat_t
	switch err := unix.Fstat(fd, &info); {
	case err != nil:
		return nil, err
	case info.Mode&unix.S_IFMT != unix.S_IFREG:
		return nil, errNotRegular
	case info.Size > limit:
		return nil, ErrTooLarge
	}
	return readAll(descriptor(fd), make([]byte, 0, info.Size+1), limit)
}

// descriptor reads an open file, which the runtime need not know of.
type descriptor int

func (d descriptor) Read(p []byte) (int, error) {
	for {
		n, err := unix.Read(int(d), p)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return 0, err
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

// listBeneath lists a directory below another one, by name.
func listBeneath(root *os.File, name string) ([]fs.DirEntry, error) {
	fd, err := openBeneath(root, name, unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	dir := os.NewFile(uintptr(fd), name)
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}
