/* Between aes.c and aes_sliced.c: CTR mode where there are many blocks. */

#ifndef AES_SLICED_H
#define AES_SLICED_H

#include <wasm_simd128.h>

/* As many blocks are encrypted at a time. */
#define AES_SLICED 8
#define AES_MOST_ROUNDS 14

/* Round keys by bits: all bits of a byte are the one of that byte in the key. */
typedef struct {
    v128_t keys[AES_MOST_ROUNDS + 1][8];
    int rounds;
} AesSlices;

/* From round keys that have the S-box's 0x63 added, all but the first. */
void aes_slice_keys(AesSlices *slices, const v128_t *keys, int rounds);

/* Eight blocks: `start`, with the counter that its last four bytes are and the seven after it. */
void aes_sliced_ctr(const unsigned char *in, unsigned char *out, const AesSlices *slices, v128_t start,
                    unsigned int counter);

#endif
