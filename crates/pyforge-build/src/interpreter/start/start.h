/* How an interpreter comes up: what the files of this folder know of each other. */

#ifndef PYFORGE_START_H
#define PYFORGE_START_H

#include <Python.h>
#include <stdbool.h>

/* Registers the extensions of the caps as built-in modules. Generated. */
int add_caps(void);

/* The names of modules that a snapshot has imported, then NULL. Generated. */
extern const char *const snapshot_modules[];

/* Brings up what libc has to bring up, once; when an instance began with that done, what is each one's own. */
void start_libc(void);

/* Brings up an interpreter for these arguments, as CPython's own main does. */
PyStatus initialize(int argc, char **argv);

/* Whether this instance began with an interpreter that is up already. */
bool is_prepared(void);

/* The names of the modules that were imported then; NULL if it did not. Borrowed. */
PyObject *prepared_modules(void);

/* Goes on from there: runs what the arguments say. The exit status. */
int resume(int argc, char **argv);

#endif
