/* Digests and keys from passwords: openssl/evp.h, as far as CPython's _hashlib uses it. The parts are functions of
   OpenSSL's that do what its manual says of them. */

#ifndef OPENSSL_EVP_H
#define OPENSSL_EVP_H

#include "openssl/crypto.h"

#include "algorithms.h"
#include "digests.h"
#include "passwords.h"

#endif
