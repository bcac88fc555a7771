/* Folders of trusted certificates and revocation lists, named by the hashes of their subjects. OpenSSL looks
   into them whenever it misses a certificate; here they are handed over, and once more when they changed
   until a connection is made. */

#ifndef CLIENT_FOLDERS_H
#define CLIENT_FOLDERS_H

#include <ctype.h>
#include <dirent.h>
#include <sys/stat.h>

#include "contexts.h"

/* The digits of a hash, and the longest name of a file with its folder. */
#define HASH_DIGITS 8
#define MOST_PATH ((size_t)4096)

/* Whether a name is a hash, a dot, an "r" for a revocation list, and a number. */
static bool
folder_has_hash(const char *name)
{
    for (size_t i = 0; i < HASH_DIGITS; i++) {
        if (!isxdigit((unsigned char)name[i])) {
            return false;
        }
    }
    const char *rest = name + HASH_DIGITS;
    if (*rest++ != '.') {
        return false;
    }
    rest += *rest == 'r';
    size_t digits = strspn(rest, "0123456789");
    return digits > 0 && rest[digits] == '\0';
}

/* What is done with a file of a folder: its name, and where it is. */
typedef void (*Visit)(SSL_CTX *context, size_t folder, const char *name, const char *path);

static void
folder_visit(SSL_CTX *context, size_t folder, Visit visit)
{
    char path[MOST_PATH];
    const char *where = context->folders[folder].name;
    DIR *stream = opendir(where);
    struct dirent *entry;
    while (stream != NULL && (entry = readdir(stream)) != NULL) {
        int size = folder_has_hash(entry->d_name) ? snprintf(path, sizeof(path), "%s/%s", where, entry->d_name) : -1;
        if (size >= 0 && (size_t)size < sizeof(path)) {
            visit(context, folder, entry->d_name, path);
        }
    }
    if (stream != NULL) {
        closedir(stream);
    }
}

/* What cannot be read is left out. */
static void
folder_add_file(SSL_CTX *context, size_t folder, const char *name, const char *path)
{
    Taken content;
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        return;
    }
    if (file_read_rest(stream, &content)) {
        ssl_import_string_t lent;
        ssl_import_list_u8_t pem = list_lend(content.block, taken_left(&content));
        if (text_lend(&lent, name)) {
            openssl_component_tls_method_context_add_hashed_file(context_borrow(context), (uint32_t)folder, &lent,
                                                                   &pem);
        }
        taken_free(&content);
    }
    fclose(stream);
}

/* Mixes a number into a state. */
static inline uint64_t
state_mix(uint64_t state, uint64_t number)
{
    return (state ^ number) * 0x9e3779b97f4a7c15u ^ state >> 29;
}

/* Adds the state of a file: another time or size is another state, and in whatever order there are files. */
static void
folder_add_state(SSL_CTX *context, size_t folder, const char *name, const char *path)
{
    struct stat status;
    uint64_t state = 1;
    if (stat(path, &status) != 0) {
        return;
    }
    for (; *name != '\0'; name++) {
        state = state_mix(state, (unsigned char)*name);
    }
    state = state_mix(state, (uint64_t)status.st_mtim.tv_sec);
    state = state_mix(state, (uint64_t)status.st_mtim.tv_nsec);
    context->folders[folder].state += state_mix(state, (uint64_t)status.st_size) | 1;
}

/* Hands a folder over if its files are not what they were. One that is overwritten counts as another: it may revoke. */
static void
folder_renew(SSL_CTX *context, size_t index)
{
    uint64_t before = context->folders[index].state;
    context->folders[index].state = 0;
    folder_visit(context, index, folder_add_state);
    if (context->folders[index].state != before) {
        openssl_component_tls_method_context_forget_hashed_files(context_borrow(context), (uint32_t)index);
        folder_visit(context, index, folder_add_file);
    }
}

/* Before a connection is made. errno stays what it is. */
static void
folders_renew(SSL_CTX *context)
{
    int number = errno;
    for (size_t i = 0; i < context->folder_count; i++) {
        folder_renew(context, i);
    }
    errno = number;
}

/* Adds a folder, which need not be there yet. */
static bool
folder_add(SSL_CTX *context, const char *name, size_t size)
{
    Folder *folders = realloc(context->folders, (context->folder_count + 1) * sizeof(*folders));
    if (folders == NULL) {
        return false;
    }
    context->folders = folders;
    char *copy = strndup(name, size);
    if (copy == NULL) {
        return false;
    }
    folders[context->folder_count] = (Folder){.name = copy};
    context->folder_count++;
    folders_renew(context);
    return true;
}

/* Adds folders that have colons between them, each once. */
static int
folders_add(SSL_CTX *context, const char *names)
{
    if (*names == '\0') {
        error_add(ERR_LIB_X509, X509_R_INVALID_DIRECTORY, "invalid directory");
        return 0;
    }
    while (*names != '\0') {
        size_t size = strcspn(names, ":");
        bool is_known = false;
        for (size_t i = 0; i < context->folder_count; i++) {
            const char *name = context->folders[i].name;
            is_known |= strlen(name) == size && memcmp(name, names, size) == 0;
        }
        if (size > 0 && !is_known && !folder_add(context, names, size)) {
            error_no_memory(ERR_LIB_X509);
            return 0;
        }
        names += size + (names[size] == ':');
    }
    return 1;
}

#endif
