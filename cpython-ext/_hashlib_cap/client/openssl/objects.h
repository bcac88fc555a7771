/* The objects that digests are: openssl/objects.h, as far as CPython's _hashlib uses it. */

#ifndef OPENSSL_OBJECTS_H
#define OPENSSL_OBJECTS_H

#include "catalogue.h"

#define NID_undef 0

#define SN_md5 "MD5"
#define NID_md5 4
#define SN_sha1 "SHA1"
#define NID_sha1 64
#define SN_sha256 "SHA256"
#define NID_sha256 672
#define SN_sha384 "SHA384"
#define NID_sha384 673
#define SN_sha512 "SHA512"
#define NID_sha512 674
#define SN_sha224 "SHA224"
#define NID_sha224 675
#define SN_blake2b512 "BLAKE2b512"
#define NID_blake2b512 1056
#define SN_blake2s256 "BLAKE2s256"
#define NID_blake2s256 1057
#define SN_sha512_224 "SHA512-224"
#define NID_sha512_224 1094
#define SN_sha512_256 "SHA512-256"
#define NID_sha512_256 1095
#define SN_sha3_224 "SHA3-224"
#define NID_sha3_224 1096
#define SN_sha3_256 "SHA3-256"
#define NID_sha3_256 1097
#define SN_sha3_384 "SHA3-384"
#define NID_sha3_384 1098
#define SN_sha3_512 "SHA3-512"
#define NID_sha3_512 1099
#define SN_shake128 "SHAKE128"
#define NID_shake128 1100
#define SN_shake256 "SHAKE256"
#define NID_shake256 1101

/* These know digests and no other objects. */
static inline const char *
OBJ_nid2ln(int nid)
{
    const Entry *entry = catalogue_find(nid);
    return nid == NID_undef ? "undefined" : entry == NULL ? NULL : entry->long_name;
}

static inline const char *
OBJ_nid2sn(int nid)
{
    const Entry *entry = catalogue_find(nid);
    return nid == NID_undef ? "UNDEF" : entry == NULL ? NULL : entry->short_name;
}

#endif
