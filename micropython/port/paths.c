// Paths from the root, for a program that may see a folder and none of those above it.
//
// libc's `realpath` looks into each folder from the root on, and fails at the first that the host does not show. Links
// need not be followed: the host does that.

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Appends a part of a path; `..` takes one away.
static void append(char *path, const char *part, size_t length) {
    if (length == 0 || (length == 1 && part[0] == '.')) {
        return;
    }
    char *end = path + strlen(path);
    if (length == 2 && memcmp(part, "..", 2) == 0) {
        while (end > path && *--end != '/') {
        }
        *end = '\0';
        return;
    }
    *end++ = '/';
    memcpy(end, part, length);
    end[length] = '\0';
}

static void append_all(char *path, const char *parts) {
    while (*parts != '\0') {
        size_t length = strcspn(parts, "/");
        append(path, parts, length);
        parts += length + (parts[length] == '/');
    }
}

// In the place of `realpath`, which upstream gives no buffer. To be freed; NULL with errno when there is no such file.
char *path_from_root(const char *path, char *buffer) {
    (void)buffer;
    char here[PATH_MAX] = "";
    if (access(path, F_OK) != 0 || (path[0] != '/' && getcwd(here, sizeof here) == NULL)) {
        return NULL;
    }
    char *result = malloc(strlen(here) + strlen(path) + sizeof("/./"));
    if (result == NULL) {
        return NULL;
    }
    result[0] = '\0';
    append_all(result, here);
    append_all(result, path);
    if (strrchr(result, '/') == result) {
        // Upstream looks for modules in what is before the last stroke, and there has to be something.
        memmove(result + 2, result, strlen(result) + 1);
        memcpy(result, "/.", 2);
    }
    return result;
}
