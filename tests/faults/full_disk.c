/* A full disk: preloaded, no file grows while the file $FULL_DISK is there, and while that holds anything, nothing is
   written at all, as on file systems that never write in place. Standard streams and sockets are left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* Says whether `length` bytes at `offset` (the file's own place if negative) find no room. */
static int full(int file, off_t offset, off_t length) {
    struct stat flag, found;
    const char *path = getenv("FULL_DISK");
    int before = errno, none = 0;
    if (file > STDERR_FILENO && path && stat(path, &flag) == 0 && fstat(file, &found) == 0 && S_ISREG(found.st_mode)) {
        if (offset < 0) offset = lseek(file, 0, SEEK_CUR);
        none = flag.st_size > 0 || offset + length > found.st_size;
    }
    errno = none ? ENOSPC : before;
    return none;
}

static off_t total(const struct iovec *parts, int count) {
    off_t sum = 0;
    for (int number = 0; number < count; number++) sum += parts[number].iov_len;
    return sum;
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = dlsym(RTLD_NEXT, #name)

ssize_t write(int file, const void *bytes, size_t length) {
    REAL(write);
    return full(file, -1, length) ? -1 : real(file, bytes, length);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(writev);
    return full(file, -1, total(parts, count)) ? -1 : real(file, parts, count);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
    REAL(pwrite);
    return full(file, offset, length) ? -1 : real(file, bytes, length, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
    REAL(pwrite64);
    return full(file, offset, length) ? -1 : real(file, bytes, length, offset);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) {
    REAL(pwritev);
    return full(file, offset, total(parts, count)) ? -1 : real(file, parts, count, offset);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t offset) {
    REAL(pwritev64);
    return full(file, offset, total(parts, count)) ? -1 : real(file, parts, count, offset);
}

int fallocate(int file, int mode, off_t offset, off_t length) {
    REAL(fallocate);
    return full(file, offset, length) ? -1 : real(file, mode, offset, length);
}

int fallocate64(int file, int mode, off64_t offset, off64_t length) {
    REAL(fallocate64);
    return full(file, offset, length) ? -1 : real(file, mode, offset, length);
}

int posix_fallocate(int file, off_t offset, off_t length) {
    REAL(posix_fallocate);
    return full(file, offset, length) ? ENOSPC : real(file, offset, length);
}

int posix_fallocate64(int file, off64_t offset, off64_t length) {
    REAL(posix_fallocate64);
    return full(file, offset, length) ? ENOSPC : real(file, offset, length);
}
