// Lines from standard input, for the prompt and for `input()`. The terminal itself edits them.

#include <stdlib.h>
#include <stdio.h>

#include "ports/unix/input.h"
#include "py/mphal.h"
#include "py/runtime.h"

// The next line without its end, or NULL at the end of the input; to be freed.
char *prompt(char *text) {
    mp_hal_stdout_tx_str(text);
    char *line = NULL;
    size_t size = 0;
    ssize_t length = getline(&line, &size, stdin);
    if (length < 0) {
        free(line);
        return NULL;
    }
    if (length > 0 && line[length - 1] == '\n') {
        line[length - 1] = '\0';
    }
    return line;
}

int read_line(vstr_t *line, const char *text) {
    char *read = prompt((char *)text);
    if (read == NULL) {
        return 4; // Ctrl-D
    }
    vstr_add_str(line, read);
    free(read);
    return 0;
}

// A terminal's history is the terminal's.
void prompt_read_history(void) {
}

void prompt_write_history(void) {
}
