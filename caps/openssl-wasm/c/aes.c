/* AES on SIMD128 in constant time, in the place of OpenSSL's assembler: key schedules, single blocks, CBC and
   CTR.

   OpenSSL's C looks bytes up in tables of 1 KiB by secret indexes, and how long that takes depends on what of
   them is in the processor's cache. Here a byte is two elements of GF(16), and every table has 16 entries and
   is one register that `i8x16.swizzle` reads: no address and no branch depends on a key or on data. The
   inversion in GF(256) by five such look-ups is Mike Hamburg's ("Accelerating AES with Vector Permute
   Instructions", CHES 2009). The tables follow from it: x = X z + Y z', with z + z' = 1 and z z' = 1/a; the
   high nibble is i = X, the low one is k = X + Y, and j = i + k; with 1/0 written as 0x80, which no swizzle
   finds,
       u = 1 / (1 / (1/i + a/k) + j)  and  v = 1 / (1 / (1/j + a/k) + i)
   are linear in the inverse, so that a table for each does what AES does next: the affine map, a factor of
   MixColumns and the way back into nibbles. All is in AES's field: z = 0x12, z' = 0x13, a = 0xe1, and bit n
   of a nibble stands for 0x0d to the power n. */

#include "aes_sliced.h"
#include <openssl/aes.h>
#include <openssl/crypto.h>
#include <openssl/modes.h>
#include <string.h>
#include <wasm_simd128.h>

#define INVERSE                                                                                          \
    wasm_u8x16_const(0x80, 0x01, 0x0c, 0x08, 0x06, 0x0f, 0x04, 0x0e, 0x03, 0x0d, 0x0b, 0x0a, 0x02, 0x09, \
                     0x07, 0x05)
#define RATIO                                                                                            \
    wasm_u8x16_const(0x80, 0x0c, 0x06, 0x04, 0x03, 0x0b, 0x02, 0x07, 0x0d, 0x0a, 0x09, 0x05, 0x01, 0x08, \
                     0x0f, 0x0e)
#define ENTER_LOW                                                                                        \
    wasm_u8x16_const(0x00, 0x10, 0x46, 0x56, 0xad, 0xbd, 0xeb, 0xfb, 0x9d, 0x8d, 0xdb, 0xcb, 0x30, 0x20, \
                     0x76, 0x66)
#define ENTER_HIGH                                                                                       \
    wasm_u8x16_const(0x00, 0x57, 0x29, 0x7e, 0x07, 0x50, 0x2e, 0x79, 0xfe, 0xa9, 0xd7, 0x80, 0xf9, 0xae, \
                     0xd0, 0x87)
#define LEAVE_LOW                                                                                        \
    wasm_u8x16_const(0x00, 0x13, 0xc7, 0xd4, 0x94, 0x87, 0x53, 0x40, 0x3e, 0x2d, 0xf9, 0xea, 0xaa, 0xb9, \
                     0x6d, 0x7e)
#define LEAVE_HIGH                                                                                       \
    wasm_u8x16_const(0x00, 0x01, 0x0d, 0x0c, 0x51, 0x50, 0x5c, 0x5d, 0xb0, 0xb1, 0xbd, 0xbc, 0xe1, 0xe0, \
                     0xec, 0xed)
#define ENTER_BACK_LOW                                                                                   \
    wasm_u8x16_const(0x00, 0xdc, 0x04, 0xd8, 0xa4, 0x78, 0xa0, 0x7c, 0x16, 0xca, 0x12, 0xce, 0xb2, 0x6e, \
                     0xb6, 0x6a)
#define ENTER_BACK_HIGH                                                                                  \
    wasm_u8x16_const(0x00, 0x7a, 0x8a, 0xf0, 0xef, 0x95, 0x65, 0x1f, 0x94, 0xee, 0x1e, 0x64, 0x7b, 0x01, \
                     0xf1, 0x8b)
#define SUB_U                                                                                            \
    wasm_u8x16_const(0x00, 0xcc, 0x3d, 0xf2, 0x81, 0xbf, 0xcf, 0x73, 0x82, 0xf1, 0x70, 0xbc, 0x4e, 0x3e, \
                     0x4d, 0x03)
#define SUB_V                                                                                            \
    wasm_u8x16_const(0x00, 0xfd, 0x10, 0x7b, 0x47, 0xc1, 0x6b, 0x3c, 0xd1, 0xed, 0xaa, 0x57, 0x2c, 0x86, \
                     0xba, 0x96)
#define SUB_TWICE_U                                                                                      \
    wasm_u8x16_const(0x00, 0x42, 0x69, 0xfd, 0x70, 0xcf, 0x94, 0x8d, 0xa6, 0x2b, 0x5b, 0x19, 0xe4, 0xbf, \
                     0x32, 0xd6)
#define SUB_TWICE_V                                                                                      \
    wasm_u8x16_const(0x00, 0x4a, 0x46, 0xc4, 0x6f, 0xe1, 0x82, 0xab, 0xa7, 0x0c, 0x63, 0x29, 0xed, 0x8e, \
                     0x25, 0xc8)
#define SUB_LAST_U                                                                                       \
    wasm_u8x16_const(0x00, 0x4b, 0xb5, 0x2a, 0xa3, 0xc2, 0x9f, 0x89, 0x77, 0xfe, 0x5d, 0x16, 0x3c, 0x61, \
                     0xe8, 0xd4)
#define SUB_LAST_V                                                                                       \
    wasm_u8x16_const(0x00, 0x54, 0x01, 0xb7, 0x11, 0xf2, 0xb6, 0xa6, 0xf3, 0x55, 0x44, 0x10, 0xa7, 0xe3, \
                     0x45, 0xe2)
#define BACK_9_U                                                                                         \
    wasm_u8x16_const(0x00, 0x47, 0x30, 0x20, 0xed, 0x8a, 0x10, 0xcd, 0xba, 0x77, 0x9a, 0xdd, 0xfd, 0x67, \
                     0xaa, 0x57)
#define BACK_9_V                                                                                         \
    wasm_u8x16_const(0x00, 0x8d, 0x38, 0xb3, 0x6b, 0x55, 0x8b, 0xd8, 0x6d, 0xb5, 0xde, 0x53, 0xe0, 0x3e, \
                     0xe6, 0x06)
#define BACK_13_U                                                                                        \
    wasm_u8x16_const(0x00, 0x4e, 0xcc, 0x32, 0xd0, 0xac, 0xfe, 0xe2, 0x60, 0x82, 0x52, 0x1c, 0x2e, 0x7c, \
                     0x9e, 0xb0)
#define BACK_13_V                                                                                        \
    wasm_u8x16_const(0x00, 0x20, 0x10, 0x8a, 0xfd, 0x57, 0x9a, 0x77, 0x47, 0x30, 0xcd, 0xed, 0x67, 0xaa, \
                     0xdd, 0xba)
#define BACK_11_U                                                                                        \
    wasm_u8x16_const(0x00, 0x05, 0xb1, 0x58, 0x98, 0xc5, 0xe9, 0xc0, 0x74, 0xb4, 0x2c, 0x29, 0x71, 0x5d, \
                     0x9d, 0xec)
#define BACK_11_V                                                                                        \
    wasm_u8x16_const(0x00, 0xcb, 0x72, 0x1a, 0x6c, 0xbd, 0x68, 0x76, 0xcf, 0xb9, 0xd5, 0x1e, 0x04, 0xd1, \
                     0xa7, 0xa3)
#define BACK_14_U                                                                                        \
    wasm_u8x16_const(0x00, 0xc0, 0x9d, 0xb4, 0xc5, 0xb1, 0x29, 0x71, 0x2c, 0x5d, 0x98, 0x58, 0xec, 0x74, \
                     0x05, 0xe9)
#define BACK_14_V                                                                                        \
    wasm_u8x16_const(0x00, 0x76, 0xa7, 0xb9, 0xbd, 0x72, 0x1e, 0x04, 0xd5, 0xd1, 0x6c, 0x1a, 0xa3, 0xcf, \
                     0xcb, 0x68)
#define BACK_LAST_U                                                                                      \
    wasm_u8x16_const(0x00, 0x1e, 0xab, 0x8f, 0xb2, 0x23, 0x24, 0x3d, 0x88, 0xb5, 0x07, 0x19, 0x96, 0x91, \
                     0xac, 0x3a)
#define BACK_LAST_V                                                                                      \
    wasm_u8x16_const(0x00, 0x1f, 0x4a, 0x3f, 0xee, 0xce, 0x75, 0xd1, 0x84, 0x55, 0xbb, 0xa4, 0x9b, 0x20, \
                     0xf1, 0x6a)

/* 0x63, which the S-box adds, as it is and in nibbles. It is in the round keys. */
#define AFFINE 0x63
#define AFFINE_ENTERED 0x78
#define AFFINE_ENTERED_BACK 0xbd

/* Blocks that are encrypted side by side: so many do not wait for each other. */
#define WIDTH 4
/* From so many blocks on it is worth it to slice the round keys. */
#define LEAST_SLICED 16

#define FLATTEN static inline __attribute__((always_inline))

typedef struct {
    v128_t u, v;
} Inverse;

FLATTEN v128_t
look_up(v128_t table, v128_t nibbles)
{
    return wasm_i8x16_swizzle(table, nibbles);
}

FLATTEN v128_t
low_nibbles(v128_t x)
{
    return wasm_v128_and(x, wasm_i8x16_const_splat(15));
}

FLATTEN v128_t
high_nibbles(v128_t x)
{
    return low_nibbles(wasm_u32x4_shr(x, 4));
}

/* A linear map of bytes, from its tables for the low and the high nibble. */
FLATTEN v128_t
map(v128_t x, v128_t low, v128_t high)
{
    return wasm_v128_xor(look_up(low, low_nibbles(x)), look_up(high, high_nibbles(x)));
}

FLATTEN Inverse
invert(v128_t entered)
{
    v128_t k = low_nibbles(entered), i = high_nibbles(entered), j = wasm_v128_xor(i, k);
    v128_t ratio = look_up(RATIO, k);
    v128_t iak = wasm_v128_xor(look_up(INVERSE, i), ratio), jak = wasm_v128_xor(look_up(INVERSE, j), ratio);
    return (Inverse){wasm_v128_xor(look_up(INVERSE, iak), j), wasm_v128_xor(look_up(INVERSE, jak), i)};
}

FLATTEN v128_t
leave(Inverse x, v128_t u, v128_t v)
{
    return wasm_v128_xor(look_up(u, x.u), look_up(v, x.v));
}

/* Byte r of each column is byte r + 1, or r + 3. */
FLATTEN v128_t
next_row(v128_t x)
{
    return wasm_i8x16_shuffle(x, x, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
}

FLATTEN v128_t
last_row(v128_t x)
{
    return wasm_i8x16_shuffle(x, x, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14);
}

FLATTEN v128_t
shift_rows(v128_t x)
{
    return wasm_i8x16_shuffle(x, x, 0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11);
}

FLATTEN v128_t
shift_rows_back(v128_t x)
{
    return wasm_i8x16_shuffle(x, x, 0, 13, 10, 7, 4, 1, 14, 11, 8, 5, 2, 15, 12, 9, 6, 3);
}

/* SubBytes, MixColumns and the round key, which is added where nothing waits for it. */
FLATTEN v128_t
mix(Inverse x, v128_t key)
{
    v128_t once = leave(x, SUB_U, SUB_V);
    v128_t sum = wasm_v128_xor(leave(x, SUB_TWICE_U, SUB_TWICE_V), next_row(once));
    return wasm_v128_xor(wasm_v128_xor(sum, wasm_v128_xor(last_row(once), key)), next_row(sum));
}

/* InvMixColumns, for an InvSubBytes to follow. */
FLATTEN v128_t
mix_back(Inverse x)
{
    v128_t sum = next_row(leave(x, BACK_9_U, BACK_9_V));
    sum = next_row(wasm_v128_xor(sum, leave(x, BACK_13_U, BACK_13_V)));
    sum = next_row(wasm_v128_xor(sum, leave(x, BACK_11_U, BACK_11_V)));
    return wasm_v128_xor(sum, leave(x, BACK_14_U, BACK_14_V));
}

FLATTEN v128_t
round_key(const AES_KEY *key, int round)
{
    return wasm_v128_load(&key->rd_key[4 * round]);
}

FLATTEN void
encrypt(v128_t *blocks, int count, const AES_KEY *key)
{
    v128_t first = round_key(key, 0), last = round_key(key, key->rounds);
    for (int b = 0; b < count; b++)
        blocks[b] = map(wasm_v128_xor(blocks[b], first), ENTER_LOW, ENTER_HIGH);
    for (int round = 1; round < key->rounds; round++) {
        v128_t middle = round_key(key, round);
        for (int b = 0; b < count; b++)
            blocks[b] = mix(invert(shift_rows(blocks[b])), middle);
    }
    for (int b = 0; b < count; b++)
        blocks[b] = wasm_v128_xor(leave(invert(shift_rows(blocks[b])), SUB_LAST_U, SUB_LAST_V), last);
}

FLATTEN void
decrypt(v128_t *blocks, int count, const AES_KEY *key)
{
    v128_t first = round_key(key, 0), last = round_key(key, key->rounds);
    for (int b = 0; b < count; b++)
        blocks[b] = map(wasm_v128_xor(blocks[b], first), ENTER_BACK_LOW, ENTER_BACK_HIGH);
    for (int round = 1; round < key->rounds; round++) {
        v128_t middle = round_key(key, round);
        for (int b = 0; b < count; b++)
            blocks[b] = wasm_v128_xor(mix_back(invert(shift_rows_back(blocks[b]))), middle);
    }
    for (int b = 0; b < count; b++)
        blocks[b] = wasm_v128_xor(leave(invert(shift_rows_back(blocks[b])), BACK_LAST_U, BACK_LAST_V), last);
}

/* SubBytes alone, without 0x63. */
static v128_t
substitute(v128_t x)
{
    return leave(invert(map(x, ENTER_LOW, ENTER_HIGH)), SUB_LAST_U, SUB_LAST_V);
}

static unsigned int
substitute_word(unsigned int word)
{
    return wasm_u32x4_extract_lane(substitute(wasm_u32x4_splat(word)), 0) ^ AFFINE * 0x01010101u;
}

/* The round keys as the standard has them. Returns the rounds. */
static int
expand(const unsigned char *key, int bits, unsigned int *words)
{
    int length = bits / 32, rounds = length + 6;
    unsigned int constant = 1;
    memcpy(words, key, bits / 8);
    for (int i = length; i < 4 * (rounds + 1); i++) {
        unsigned int word = words[i - 1];
        if (i % length == 0) {
            word = substitute_word(word >> 8 | word << 24) ^ constant;
            constant = constant << 1 ^ (constant >> 7) * 0x11b;
        } else if (length == 8 && i % length == 4)
            word = substitute_word(word);
        words[i] = words[i - length] ^ word;
    }
    return rounds;
}

static int
refuse(const unsigned char *from, int bits, const AES_KEY *key)
{
    if (from == NULL || key == NULL)
        return -1;
    return bits == 128 || bits == 192 || bits == 256 ? 0 : -2;
}

/* In the round keys of both directions the ones in the middle are in nibbles. */
int
AES_set_encrypt_key(const unsigned char *from, const int bits, AES_KEY *key)
{
    int refused = refuse(from, bits, key);
    if (refused)
        return refused;
    key->rounds = expand(from, bits, key->rd_key);
    for (int round = 1; round <= key->rounds; round++) {
        v128_t word = round_key(key, round);
        if (round == key->rounds)
            word = wasm_v128_xor(word, wasm_i8x16_const_splat(AFFINE));
        else
            word = wasm_v128_xor(map(word, ENTER_LOW, ENTER_HIGH), wasm_i8x16_const_splat(AFFINE_ENTERED));
        wasm_v128_store(&key->rd_key[4 * round], word);
    }
    return 0;
}

int
AES_set_decrypt_key(const unsigned char *from, const int bits, AES_KEY *key)
{
    unsigned int words[4 * (AES_MOST_ROUNDS + 1)];
    int refused = refuse(from, bits, key);
    if (refused)
        return refused;
    key->rounds = expand(from, bits, words);
    for (int round = 0; round <= key->rounds; round++) {
        v128_t word = wasm_v128_load(&words[4 * (key->rounds - round)]);
        if (round == 0)
            word = wasm_v128_xor(word, wasm_i8x16_const_splat(AFFINE));
        else if (round < key->rounds) {
            /* What SubBytes makes of it is what `mix_back` takes it from. */
            v128_t entered = map(substitute(word), ENTER_BACK_LOW, ENTER_BACK_HIGH);
            word = wasm_v128_xor(mix_back(invert(entered)),
                                 wasm_i8x16_const_splat((char)AFFINE_ENTERED_BACK));
        }
        wasm_v128_store(&key->rd_key[4 * round], word);
    }
    OPENSSL_cleanse(words, sizeof words);
    return 0;
}

void
AES_encrypt(const unsigned char *in, unsigned char *out, const AES_KEY *key)
{
    v128_t block = wasm_v128_load(in);
    encrypt(&block, 1, key);
    wasm_v128_store(out, block);
}

void
AES_decrypt(const unsigned char *in, unsigned char *out, const AES_KEY *key)
{
    v128_t block = wasm_v128_load(in);
    decrypt(&block, 1, key);
    wasm_v128_store(out, block);
}

/* Of CBC mode only decryption has blocks that need not wait for each other. Returns how many bytes it has
   decrypted. */
static size_t
decrypt_chained(const unsigned char *in, unsigned char *out, size_t length, const AES_KEY *key,
                unsigned char *chain)
{
    v128_t before = wasm_v128_load(chain), ciphertext[WIDTH], blocks[WIDTH];
    size_t done = 0;
    for (; length - done >= 16 * WIDTH; done += 16 * WIDTH) {
        for (int b = 0; b < WIDTH; b++)
            blocks[b] = ciphertext[b] = wasm_v128_load(in + done + 16 * b);
        decrypt(blocks, WIDTH, key);
        for (int b = 0; b < WIDTH; b++) {
            wasm_v128_store(out + done + 16 * b, wasm_v128_xor(blocks[b], before));
            before = ciphertext[b];
        }
    }
    wasm_v128_store(chain, before);
    return done;
}

void
AES_cbc_encrypt(const unsigned char *in, unsigned char *out, size_t length, const AES_KEY *key,
                unsigned char *chain, const int encrypts)
{
    if (encrypts) {
        CRYPTO_cbc128_encrypt(in, out, length, key, chain, (block128_f)AES_encrypt);
        return;
    }
    size_t done = decrypt_chained(in, out, length, key, chain);
    CRYPTO_cbc128_decrypt(in + done, out + done, length - done, key, chain, (block128_f)AES_decrypt);
}

/* A block with the counter in its last four bytes, the greatest of them first. */
FLATTEN v128_t
with_counter(v128_t block, unsigned int counter)
{
    return wasm_u32x4_replace_lane(block, 3, __builtin_bswap32(counter));
}

FLATTEN void
apply_counters(const unsigned char *in, unsigned char *out, v128_t start, unsigned int counter, int count,
               const AES_KEY *key)
{
    v128_t blocks[WIDTH];
    for (int b = 0; b < count; b++)
        blocks[b] = with_counter(start, counter + b);
    encrypt(blocks, count, key);
    for (int b = 0; b < count; b++)
        wasm_v128_store(out + 16 * b, wasm_v128_xor(blocks[b], wasm_v128_load(in + 16 * b)));
}

/* CTR mode by bits: as many blocks as come in whole groups. Returns their number. */
static size_t
apply_sliced(const unsigned char *in, unsigned char *out, size_t blocks, const AES_KEY *key, v128_t start,
             unsigned int counter)
{
    AesSlices slices;
    v128_t keys[AES_MOST_ROUNDS + 1];
    size_t done = 0;
    for (int round = 0; round <= key->rounds; round++) {
        keys[round] = round_key(key, round);
        if (round > 0 && round < key->rounds)
            keys[round] = map(keys[round], LEAVE_LOW, LEAVE_HIGH);
    }
    aes_slice_keys(&slices, keys, key->rounds);
    for (; blocks - done >= AES_SLICED; done += AES_SLICED)
        aes_sliced_ctr(in + 16 * done, out + 16 * done, &slices, start, counter + done);
    OPENSSL_cleanse(&slices, sizeof slices);
    OPENSSL_cleanse(keys, sizeof keys);
    return done;
}

/* As OpenSSL asks: the counter goes from 2^32 - 1 to 0, and `start` is left as it is. */
void
AES_ctr32_encrypt(const unsigned char *in, unsigned char *out, size_t blocks, const AES_KEY *key,
                  const unsigned char start[AES_BLOCK_SIZE])
{
    v128_t block = wasm_v128_load(start);
    unsigned int counter = __builtin_bswap32(wasm_u32x4_extract_lane(block, 3));
    size_t done = blocks >= LEAST_SLICED ? apply_sliced(in, out, blocks, key, block, counter) : 0;
    for (; blocks - done >= WIDTH; done += WIDTH)
        apply_counters(in + 16 * done, out + 16 * done, block, counter + done, WIDTH, key);
    for (; done < blocks; done++)
        apply_counters(in + 16 * done, out + 16 * done, block, counter + done, 1, key);
}
