/* The implementation of sqlite3.h on the bindings of sqlite:component/database, for one C file to include.

   A part for each concept, those that others need first:
   - room.h: memory for all that crosses;
   - texts.h, values.h, contents.h, pieces.h: what crosses, in the contract's forms;
   - registry.h, aggregates.h: what the consumer's functions need between calls;
   - connections.h, errors.h, opening.h: connections;
   - contexts.h, requests.h, functions.h: the component's questions, and who answers them;
   - statements.h, parameters.h, rows.h, running.h, preparing.h: statements;
   - library.h, blobs.h, backups.h, whole.h: the rest.

   It knows nothing of its consumer. The memory is malloc's, as the bindings' is, so what they return can be handed
   on. */

#ifndef CLIENT_H
#define CLIENT_H

/* For getcwd, nanosleep and strnlen, where the consumer did not ask for more. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "sqlite3.h"

#include "room.h"
#include "texts.h"
#include "values.h"
#include "contents.h"
#include "pieces.h"
#include "registry.h"
#include "aggregates.h"
#include "connections.h"
#include "errors.h"
#include "opening.h"
#include "contexts.h"
#include "requests.h"
#include "functions.h"
#include "statements.h"
#include "parameters.h"
#include "rows.h"
#include "running.h"
#include "preparing.h"
#include "library.h"
#include "blobs.h"
#include "backups.h"
#include "whole.h"

#endif
