/* OpenSSL's C interface on the bindings of openssl:component/tls, x509 and random, for one C file to include:
   the functions that a TLS module calls, as OpenSSL's manual has them. What differs is said with each.

   A part for each concept, those that others need first:
   - openssl_codes.h, error_codes.h, openssl_types.h: numbers and types;
   - room.h, texts.h, pieces.h: what crosses, in the contract's forms;
   - bios.h, bio_memory.h, bio_streams.h, bio_functions.h, files.h: where bytes come from and go to;
   - objects.h, asn1_strings.h, names.h, certificates.h, general_names.h, certificate_files.h: certificates;
   - contexts.h, settings.h, callbacks.h, keys.h, folders.h, trust.h: contexts;
   - ciphers.h, connections.h, parameters.h, sessions.h, peers.h: connections;
   - output.h, questions.h, operations.h, transfers.h: what goes on over them;
   - random.h, library.h: the rest.

   It knows nothing of its consumer. The memory is malloc's, as the bindings' is, so what they return can be
   handed on. The folder openssl/ has OpenSSL's names for the headers. */

#ifndef CLIENT_H
#define CLIENT_H

/* For explicit_bzero and strndup, where the consumer did not ask for more. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "openssl_codes.h"
#include "error_codes.h"
#include "openssl_types.h"

#include "room.h"
#include "texts.h"
#include "pieces.h"
#include "bios.h"
#include "bio_memory.h"
#include "bio_streams.h"
#include "bio_functions.h"
#include "files.h"
#include "objects.h"
#include "asn1_strings.h"
#include "names.h"
#include "certificates.h"
#include "general_names.h"
#include "certificate_files.h"
#include "contexts.h"
#include "settings.h"
#include "callbacks.h"
#include "keys.h"
#include "folders.h"
#include "trust.h"
#include "ciphers.h"
#include "connections.h"
#include "parameters.h"
#include "sessions.h"
#include "peers.h"
#include "output.h"
#include "questions.h"
#include "operations.h"
#include "transfers.h"
#include "random.h"
#include "library.h"

#endif
