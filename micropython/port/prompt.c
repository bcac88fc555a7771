// Lines from standard input, for the prompt and for `input()`. The terminal itself edits them.

#include <stdlib.h>
#include <stdio.h>

#include "ports/unix/input.h"
#include "py/mphal.h"
#include "py/runtime.h"

// The next line without its end, or NULL at the end of the input; to be freed.
static char *next_line(const char *text, size_t *length) {
    mp_hal_stdout_tx_str(text);
    char *line = NULL;
    size_t size = 0;
    ssize_t read = getline(&line, &size, stdin);
    if (read < 0) {
        free(line);
        return NULL;
    }
    *length = line[read - 1] == '\n' ? read - 1 : read;
    line[*length] = '\0';
    return line;
}

char *prompt(char *text) {
    size_t length;
    return next_line(text, &length);
}

int read_line(vstr_t *line, const char *text) {
    size_t length;
    char *read = next_line(text, &length);
    if (read == NULL) {
        return 4; // Ctrl-D
    }
    vstr_add_strn(line, read, length);
    free(read);
    return 0;
}

// A terminal's history is the terminal's.
void prompt_read_history(void) {
}

void prompt_write_history(void) {
}
