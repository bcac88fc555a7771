/* The folders that lead to one that is granted exist, although nothing in them can be seen: making one is EEXIST, which
   is what os.makedirs() goes by. libc says ENOENT of what is in no folder that is granted. */

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <wasi/wasip2.h>

int __real_mkdir(const char *path, mode_t mode);

/* Whether a granted folder is the one of this path, or in it. */
static bool
leads_to(const char *path, size_t length, const wasip2_string_t *granted)
{
    return granted->len >= length && memcmp(granted->ptr, path, length) == 0
           && (granted->len == length || granted->ptr[length] == '/');
}

static bool
leads_to_granted(const char *path)
{
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/') {
        length--;
    }
    filesystem_preopens_list_tuple2_own_descriptor_string_t granted;
    filesystem_preopens_get_directories(&granted);
    bool found = false;
    for (size_t i = 0; i < granted.len; i++) {
        found = found || leads_to(path, length, &granted.ptr[i].f1);
        filesystem_descriptor_drop_own(granted.ptr[i].f0);
    }
    filesystem_preopens_list_tuple2_own_descriptor_string_free(&granted);
    return found;
}

int
__wrap_mkdir(const char *path, mode_t mode)
{
    int result = __real_mkdir(path, mode);
    if (result != 0 && errno == ENOENT) {
        errno = path[0] == '/' && leads_to_granted(path) ? EEXIST : ENOENT;
    }
    return result;
}
