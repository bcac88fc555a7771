/* A write to a regular file takes everything, or as much as there is room for, and programs count on it. libc gives a
   write to the host in one go, which takes 64 KiB of it. Sockets and pipes may take less. */

#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

ssize_t __real_write(int file, const void *bytes, size_t size);
ssize_t __real_pwrite(int file, const void *bytes, size_t size, off_t offset);

/* Whether what is left of a write is still to be written. */
static bool
is_unfinished(int file, ssize_t written, size_t size)
{
    struct stat found;
    return written > 0 && (size_t)written < size && fstat(file, &found) == 0 && S_ISREG(found.st_mode);
}

ssize_t
__wrap_write(int file, const void *bytes, size_t size)
{
    ssize_t written = __real_write(file, bytes, size);
    if (!is_unfinished(file, written, size)) {
        return written;
    }
    size_t done = 0;
    for (; written > 0; written = __real_write(file, (const char *)bytes + done, size - done)) {
        done += (size_t)written;
    }
    return (ssize_t)done;
}

ssize_t
__wrap_pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    ssize_t written = __real_pwrite(file, bytes, size, offset);
    if (!is_unfinished(file, written, size)) {
        return written;
    }
    size_t done = 0;
    for (; written > 0; written = __real_pwrite(file, (const char *)bytes + done, size - done, offset + (off_t)done)) {
        done += (size_t)written;
    }
    return (ssize_t)done;
}
