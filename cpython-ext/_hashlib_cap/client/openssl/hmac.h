/* HMAC: openssl/hmac.h, as far as CPython's _hashlib uses it. */

#ifndef OPENSSL_HMAC_H
#define OPENSSL_HMAC_H

#include "codes.h"

#endif
