/* SHA-256 with the message schedule on SIMD128, in the place of OpenSSL's assembler for it. The scheduled
   words are made four at a time, beside the rounds on numbers, which wait for each other (FIPS 180-4,
   section 6.2). There are only sums, logic and rotations by constants: no address and no branch depends on
   what is hashed. */

#include <openssl/sha.h>
#include <wasm_simd128.h>

#define FLATTEN static inline __attribute__((always_inline))

typedef unsigned int Word;

/* The constants of the rounds. */
static const Word K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

FLATTEN Word
turn(Word x, int n)
{
    return x >> n | x << (32 - n);
}

FLATTEN v128_t
turn_all(v128_t x, int n)
{
    return wasm_v128_or(wasm_u32x4_shr(x, n), wasm_i32x4_shl(x, 32 - n));
}

/* Sixteen bytes as four words with the greatest byte first. */
FLATTEN v128_t
load(const unsigned char *in)
{
    v128_t x = wasm_v128_load(in);
    return wasm_i8x16_shuffle(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

FLATTEN v128_t
sigma_0(v128_t x)
{
    return wasm_v128_xor(wasm_v128_xor(turn_all(x, 7), turn_all(x, 18)), wasm_u32x4_shr(x, 3));
}

/* sigma_1 of two words that are each there twice, in the first half of each pair: shifted by 64 bits they
   turn. */
FLATTEN v128_t
sigma_1(v128_t twice)
{
    v128_t turned = wasm_v128_xor(wasm_u64x2_shr(twice, 17), wasm_u64x2_shr(twice, 19));
    return wasm_v128_xor(turned, wasm_u32x4_shr(twice, 10));
}

/* The four words after the sixteen in `w`: w[t-16] + sigma_0(w[t-15]) + w[t-7] + sigma_1(w[t-2]). The last
   two of them need the first two. */
FLATTEN v128_t
next_words(const v128_t *w)
{
    v128_t zero = wasm_i32x4_const_splat(0);
    v128_t sum = wasm_i32x4_add(w[0], sigma_0(wasm_i32x4_shuffle(w[0], w[1], 1, 2, 3, 4)));
    sum = wasm_i32x4_add(sum, wasm_i32x4_shuffle(w[2], w[3], 1, 2, 3, 4));
    v128_t first = sigma_1(wasm_i32x4_shuffle(w[3], w[3], 2, 2, 3, 3));
    sum = wasm_i32x4_add(sum, wasm_i32x4_shuffle(first, zero, 0, 2, 4, 4));
    v128_t last = sigma_1(wasm_i32x4_shuffle(sum, sum, 0, 0, 1, 1));
    return wasm_i32x4_add(sum, wasm_i32x4_shuffle(last, zero, 4, 4, 0, 2));
}

/* One round. `s` is the state, of which the letter a is now at `at`; so nothing moves. */
FLATTEN void
round_of(Word *s, int at, Word word)
{
    Word *h = &s[(7 + at) & 7], *d = &s[(3 + at) & 7];
    Word a = s[at & 7], b = s[(1 + at) & 7], c = s[(2 + at) & 7];
    Word e = s[(4 + at) & 7], f = s[(5 + at) & 7], g = s[(6 + at) & 7];
    Word t = *h + word + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + (((f ^ g) & e) ^ g);
    *d += t;
    *h = t + (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + (((a ^ b) & (b ^ c)) ^ b);
}

FLATTEN void
four_rounds(Word *s, int at, v128_t words)
{
    round_of(s, at, wasm_u32x4_extract_lane(words, 0));
    round_of(s, at + 7, wasm_u32x4_extract_lane(words, 1));
    round_of(s, at + 6, wasm_u32x4_extract_lane(words, 2));
    round_of(s, at + 5, wasm_u32x4_extract_lane(words, 3));
}

FLATTEN v128_t
with_constants(v128_t words, int round)
{
    return wasm_i32x4_add(words, wasm_v128_load(&K[round]));
}

static void
block(Word *state, const unsigned char *in)
{
    v128_t w[4];
    Word s[8];
    for (int i = 0; i < 8; i++)
        s[i] = state[i];
    for (int i = 0; i < 4; i++)
        w[i] = load(in + 16 * i);
    for (int round = 0; round < 48; round += 16)
#pragma clang loop unroll(full)
        for (int i = 0; i < 4; i++) {
            v128_t words = with_constants(w[0], round + 4 * i), next = next_words(w);
            w[0] = w[1], w[1] = w[2], w[2] = w[3], w[3] = next;
            four_rounds(s, 4 * (i & 1), words);
        }
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++)
        four_rounds(s, 4 * (i & 1), with_constants(w[i], 48 + 4 * i));
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

void
sha256_block_data_order(SHA256_CTX *context, const void *in, size_t blocks)
{
    const unsigned char *at = in;
    for (; blocks > 0; blocks--, at += SHA256_CBLOCK)
        block(context->h, at);
}
