/* What OpenSSL asks an operating system for, where a component has none: libc would import an environment, files and
   clocks for it. Each answers as libc does where there is nothing: no variable is set, no file exists.

   What it does need is a clock and random numbers. libc's `time` and `gettimeofday` import the one clock alone, and what
   imports more stands here again. */

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <wasi/wasip2.h>

/* OpenSSL's own, which no compiler leaves out. */
void OPENSSL_cleanse(void *block, size_t length);

char *
getenv(const char *name)
{
    (void)name;
    return NULL;
}

/* OpenSSL looks for a fork by it, and there is none. */
pid_t
getpid(void)
{
    return 1;
}

int
stat(const char *restrict path, struct stat *restrict status)
{
    (void)path, (void)status;
    errno = ENOENT;
    return -1;
}

DIR *
opendir(const char *path)
{
    (void)path;
    errno = ENOENT;
    return NULL;
}

/* Of a directory that is open, which none is. */
struct dirent *
readdir(DIR *directory)
{
    (void)directory;
    errno = EBADF;
    return NULL;
}

int
closedir(DIR *directory)
{
    (void)directory;
    errno = EBADF;
    return -1;
}

/* The seed of OpenSSL's random numbers. libc's ends the program when it is given less than it asked for. */
int
getentropy(void *buffer, size_t length)
{
    wasip2_list_u8_t bytes;
    int complete;

    random_get_random_bytes(length, &bytes);
    complete = bytes.len == length;
    if (complete && length != 0) {
        memcpy(buffer, bytes.ptr, length);
    }
    /* Nobody else shall find it there. */
    OPENSSL_cleanse(bytes.ptr, bytes.len);
    wasip2_list_u8_free(&bytes);
    if (!complete) {
        errno = EIO;
        return -1;
    }
    return 0;
}

/* The time of day alone: libc's knows the monotonic clock too, and so would import it. */
int
clock_gettime(clockid_t clock, struct timespec *time)
{
    wall_clock_datetime_t now;

    if (clock != CLOCK_REALTIME) {
        errno = EINVAL;
        return -1;
    }
    wall_clock_now(&now);
    time->tv_sec = (time_t)now.seconds;
    time->tv_nsec = (long)now.nanoseconds;
    return 0;
}
