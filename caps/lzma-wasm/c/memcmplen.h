/* Takes the place of liblzma's header of this name, which compares eight bytes at a time on 64-bit machines
   only: WebAssembly has 64-bit integers whatever its addresses are. */

#ifndef LZMA_MEMCMPLEN_H
#define LZMA_MEMCMPLEN_H

#include "common.h"

/* How far beyond the limit bytes may be read. */
#define LZMA_MEMCMPLEN_EXTRA 8

/* How many bytes are equal, up to `limit`. The first `len` are known to be. */
static lzma_always_inline uint32_t
lzma_memcmplen(const uint8_t *one, const uint8_t *other, uint32_t len, uint32_t limit)
{
    for (; len < limit; len += 8) {
        uint64_t difference = read64ne(one + len) ^ read64ne(other + len);
        if (difference != 0) {
            len += (uint32_t)__builtin_ctzll(difference) / 8;
            return my_min(len, limit);
        }
    }
    return limit;
}

#endif
