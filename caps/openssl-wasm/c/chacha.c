/* ChaCha20 on SIMD128, in the place of OpenSSL's C for it. RFC 8439 has only sums, exclusive ors and
   rotations by constants: no address and no branch depends on a key or on data.

   Four blocks at a time: register i holds word i of each of them, so that no round moves words between
   lanes, and what one block waits for the others fill. */

#include <string.h>
#include <wasm_simd128.h>

#define BLOCK 64
#define WIDTH 4

#define FLATTEN static inline __attribute__((always_inline))

/* A rotation by 7 or 12 has no instruction. */
#define ROTATE(x, n) wasm_v128_or(wasm_i32x4_shl(x, n), wasm_u32x4_shr(x, 32 - (n)))

FLATTEN v128_t
rotate_16(v128_t x)
{
    return wasm_i8x16_shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}

FLATTEN v128_t
rotate_8(v128_t x)
{
    return wasm_i8x16_shuffle(x, x, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14);
}

FLATTEN void
quarter_round(v128_t *a, v128_t *b, v128_t *c, v128_t *d)
{
    *a = wasm_i32x4_add(*a, *b), *d = rotate_16(wasm_v128_xor(*d, *a));
    *c = wasm_i32x4_add(*c, *d), *b = wasm_v128_xor(*b, *c), *b = ROTATE(*b, 12);
    *a = wasm_i32x4_add(*a, *b), *d = rotate_8(wasm_v128_xor(*d, *a));
    *c = wasm_i32x4_add(*c, *d), *b = wasm_v128_xor(*b, *c), *b = ROTATE(*b, 7);
}

/* Columns, then diagonals. */
FLATTEN void
double_round(v128_t *x)
{
    for (int i = 0; i < 4; i++)
        quarter_round(&x[i], &x[4 + i], &x[8 + i], &x[12 + i]);
    for (int i = 0; i < 4; i++)
        quarter_round(&x[i], &x[4 + (i + 1) % 4], &x[8 + (i + 2) % 4], &x[12 + (i + 3) % 4]);
}

/* Words i to i + 3 of four blocks: from a register for each word to a register for each block. */
FLATTEN void
transpose(v128_t *x)
{
    v128_t a = wasm_i32x4_shuffle(x[0], x[1], 0, 4, 1, 5), b = wasm_i32x4_shuffle(x[2], x[3], 0, 4, 1, 5);
    v128_t c = wasm_i32x4_shuffle(x[0], x[1], 2, 6, 3, 7), d = wasm_i32x4_shuffle(x[2], x[3], 2, 6, 3, 7);
    x[0] = wasm_i64x2_shuffle(a, b, 0, 2), x[1] = wasm_i64x2_shuffle(a, b, 1, 3);
    x[2] = wasm_i64x2_shuffle(c, d, 0, 2), x[3] = wasm_i64x2_shuffle(c, d, 1, 3);
}

FLATTEN void
store(unsigned char *out, const unsigned char *in, v128_t key_stream)
{
    wasm_v128_store(out, wasm_v128_xor(wasm_v128_load(in), key_stream));
}

/* Four blocks from the one of which `state` is the start. */
static void
four_blocks(unsigned char *out, const unsigned char *in, const unsigned int *state)
{
    v128_t start[16], x[16];
    for (int i = 0; i < 16; i++)
        x[i] = start[i] = wasm_u32x4_splat(state[i]);
    x[12] = start[12] = wasm_i32x4_add(start[12], wasm_i32x4_const(0, 1, 2, 3));
    for (int i = 0; i < 10; i++)
        double_round(x);
    for (int i = 0; i < 16; i++)
        x[i] = wasm_i32x4_add(x[i], start[i]);
    for (int i = 0; i < 16; i += 4) {
        transpose(&x[i]);
        for (int b = 0; b < WIDTH; b++)
            store(out + BLOCK * b + 4 * i, in + BLOCK * b + 4 * i, x[i + b]);
    }
}

#define TURN(x, a, b, c, d) wasm_i32x4_shuffle(x, x, a, b, c, d)

/* One block, with a register for each row. `x` is the start and then the key stream. */
FLATTEN void
one_block(v128_t *x)
{
    v128_t a = x[0], b = x[1], c = x[2], d = x[3];
    for (int i = 0; i < 10; i++) {
        quarter_round(&a, &b, &c, &d);
        b = TURN(b, 1, 2, 3, 0), c = TURN(c, 2, 3, 0, 1), d = TURN(d, 3, 0, 1, 2);
        quarter_round(&a, &b, &c, &d);
        b = TURN(b, 3, 0, 1, 2), c = TURN(c, 2, 3, 0, 1), d = TURN(d, 1, 2, 3, 0);
    }
    x[0] = wasm_i32x4_add(x[0], a), x[1] = wasm_i32x4_add(x[1], b);
    x[2] = wasm_i32x4_add(x[2], c), x[3] = wasm_i32x4_add(x[3], d);
}

/* The end of a message, of no more than a block. */
static void
last_block(unsigned char *out, const unsigned char *in, size_t length, const unsigned int *state)
{
    unsigned char stream[BLOCK];
    v128_t x[4];
    for (int i = 0; i < 4; i++)
        x[i] = wasm_v128_load(&state[4 * i]);
    one_block(x);
    for (int i = 0; i < 4; i++)
        wasm_v128_store(stream + 16 * i, x[i]);
    for (size_t i = 0; i < length; i++)
        out[i] = in[i] ^ stream[i];
}

/* As OpenSSL asks: the counter is the first of the four words and goes from 2^32 - 1 to 0. */
void
ChaCha20_ctr32(unsigned char *out, const unsigned char *in, size_t length, const unsigned int key[8],
               const unsigned int counter[4])
{
    unsigned int state[16];
    memcpy(state, "expand 32-byte k", 16);
    memcpy(state + 4, key, 32);
    memcpy(state + 12, counter, 16);
    for (; length >= WIDTH * BLOCK; length -= WIDTH * BLOCK, in += WIDTH * BLOCK, out += WIDTH * BLOCK) {
        four_blocks(out, in, state);
        state[12] += WIDTH;
    }
    while (length > 0) {
        size_t part = length < BLOCK ? length : BLOCK;
        last_block(out, in, part, state);
        length -= part, in += part, out += part, state[12]++;
    }
}
