/* AES in CTR mode, eight blocks at a time by single bits, on SIMD128 and in constant time: where there are
   many blocks it is faster than the look-ups in aes.c. Register i holds bit i of all bytes of the eight
   blocks, byte p of it that of byte p of each, so that AES is logic and shuffles by constants: no address
   and no branch depends on a key or on data. After Emilia Kaesper and Peter Schwabe, "Faster and
   Timing-Attack Resistant AES-GCM" (CHES 2009); the S-box is the circuit of Joan Boyar and Rene Peralta,
   "A Small Depth-16 Circuit for the AES S-Box" (SEC 2012), with its names. */

#include "aes_sliced.h"

#define FLATTEN static inline __attribute__((always_inline))

/* What the S-box computes from its input first. */
typedef struct {
    v128_t y[22], x7;
} Sums;

/* The 18 products that its output is sums of. */
typedef struct {
    v128_t z[18];
} Products;

/* x[0] is the greatest bit in the paper, and the least one here. */
FLATTEN Sums
sums_of(const v128_t *bits)
{
    v128_t x0 = bits[7], x1 = bits[6], x2 = bits[5], x3 = bits[4];
    v128_t x4 = bits[3], x5 = bits[2], x6 = bits[1], x7 = bits[0];
    Sums s = {.x7 = x7};
    v128_t *y = s.y, t0 = x1 ^ x2;
    y[14] = x3 ^ x5, y[13] = x0 ^ x6, y[9] = x0 ^ x3, y[8] = x0 ^ x5;
    y[1] = t0 ^ x7, y[4] = y[1] ^ x3, y[12] = y[13] ^ y[14], y[2] = y[1] ^ x0;
    y[5] = y[1] ^ x6, y[3] = y[5] ^ y[8];
    v128_t t1 = x4 ^ y[12];
    y[15] = t1 ^ x5, y[20] = t1 ^ x1, y[6] = y[15] ^ x7, y[10] = y[15] ^ t0;
    y[11] = y[20] ^ y[9], y[7] = x7 ^ y[11], y[17] = y[10] ^ y[11], y[19] = y[10] ^ y[8];
    y[16] = t0 ^ y[11], y[21] = y[13] ^ y[16], y[18] = x0 ^ y[16];
    return s;
}

/* The inversion in GF(16), the only part that is not linear. */
FLATTEN Products
products_of(const Sums *s)
{
    const v128_t *y = s->y, x7 = s->x7;
    v128_t t2 = y[12] & y[15], t4 = (y[3] & y[6]) ^ t2, t6 = (y[4] & x7) ^ t2;
    v128_t t7 = y[13] & y[16], t9 = (y[5] & y[1]) ^ t7, t11 = (y[2] & y[7]) ^ t7;
    v128_t t12 = y[9] & y[11], t14 = (y[14] & y[17]) ^ t12, t16 = (y[8] & y[10]) ^ t12;
    v128_t t21 = t4 ^ t14 ^ y[20], t22 = t6 ^ t16 ^ y[19];
    v128_t t23 = t9 ^ t14 ^ y[21], t24 = t11 ^ t16 ^ y[18];
    v128_t t25 = t21 ^ t22, t26 = t21 & t23, t27 = t24 ^ t26, t29 = (t25 & t27) ^ t22;
    v128_t t30 = t23 ^ t24, t31 = t22 ^ t26, t33 = (t31 & t30) ^ t24, t34 = t23 ^ t33;
    v128_t t35 = t27 ^ t33, t36 = t24 & t35, t37 = t36 ^ t34, t38 = t27 ^ t36;
    v128_t t40 = t25 ^ (t29 & t38), t41 = t40 ^ t37, t42 = t29 ^ t33, t43 = t29 ^ t40;
    v128_t t44 = t33 ^ t37, t45 = t42 ^ t41;
    return (Products){{
        t44 & y[15],
        t37 & y[6],
        t33 & x7,
        t43 & y[16],
        t40 & y[1],
        t29 & y[7],
        t42 & y[11],
        t45 & y[17],
        t41 & y[10],
        t44 & y[12],
        t37 & y[3],
        t33 & y[4],
        t43 & y[13],
        t40 & y[5],
        t29 & y[2],
        t42 & y[9],
        t45 & y[14],
        t41 & y[8],
    }};
}

/* Without 0x63, which is in the round keys. */
FLATTEN void
add_products(v128_t *bits, const Products *p)
{
    const v128_t *z = p->z;
    v128_t t46 = z[15] ^ z[16], t47 = z[10] ^ z[11], t48 = z[5] ^ z[13], t49 = z[9] ^ z[10];
    v128_t t50 = z[2] ^ z[12], t51 = z[2] ^ z[5], t52 = z[7] ^ z[8], t53 = z[0] ^ z[3];
    v128_t t54 = z[6] ^ z[7], t55 = z[16] ^ z[17], t56 = z[12] ^ t48, t57 = t50 ^ t53;
    v128_t t58 = z[4] ^ t46, t59 = z[3] ^ t54, t60 = t46 ^ t57, t61 = z[14] ^ t57;
    v128_t t62 = t52 ^ t58, t63 = t49 ^ t58, t64 = z[4] ^ t59, t65 = t61 ^ t62, t66 = z[1] ^ t63;
    bits[7] = t59 ^ t63, bits[1] = t56 ^ t62, bits[0] = t48 ^ t60;
    v128_t t67 = t64 ^ t65, s3 = t53 ^ t66;
    bits[4] = s3, bits[3] = t51 ^ t66, bits[2] = t47 ^ t65, bits[6] = t64 ^ s3, bits[5] = t55 ^ t67;
}

FLATTEN void
substitute(v128_t *bits)
{
    Sums sums = sums_of(bits);
    Products products = products_of(&sums);
    add_products(bits, &products);
}

FLATTEN v128_t
shift_rows(v128_t x)
{
    return wasm_i8x16_shuffle(x, x, 0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11);
}

/* ShiftRows, and then byte r of each column is byte r + 1. */
FLATTEN v128_t
shift_rows_to_next(v128_t x)
{
    return wasm_i8x16_shuffle(x, x, 5, 10, 15, 0, 9, 14, 3, 4, 13, 2, 7, 8, 1, 6, 11, 12);
}

FLATTEN v128_t
after_next_row(v128_t x)
{
    return wasm_i8x16_shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}

/* ShiftRows, MixColumns and the round key. With b the next row of a, a column is 2 (a + b) + b + the next
   but one of a + b. */
FLATTEN void
mix(v128_t *bits, const v128_t *key)
{
    v128_t b[8], sum[8];
    for (int i = 0; i < 8; i++) {
        b[i] = shift_rows_to_next(bits[i]);
        sum[i] = shift_rows(bits[i]) ^ b[i];
    }
    for (int i = 0; i < 8; i++) {
        bits[i] = b[i] ^ after_next_row(sum[i]) ^ sum[(i + 7) % 8] ^ key[i];
        /* The polynomial of the field, less x^8, which is 1 in bit 0 already. */
        if (i == 1 || i == 3 || i == 4)
            bits[i] ^= sum[7];
    }
}

/* Bits of `a` and `b` change places, which are `distance` apart. */
FLATTEN void
swap(v128_t *a, v128_t *b, int distance, v128_t mask)
{
    v128_t t = (wasm_u64x2_shr(*a, distance) ^ *b) & mask;
    *b ^= t;
    *a ^= wasm_i64x2_shl(t, distance);
}

/* From blocks to bits, and back. */
FLATTEN void
transpose(v128_t *x)
{
    for (int i = 0; i < 8; i += 2)
        swap(&x[i], &x[i + 1], 1, wasm_i8x16_const_splat(0x55));
    for (int i = 0; i < 8; i++)
        if (!(i & 2))
            swap(&x[i], &x[i + 2], 2, wasm_i8x16_const_splat(0x33));
    for (int i = 0; i < 4; i++)
        swap(&x[i], &x[i + 4], 4, wasm_i8x16_const_splat(0x0f));
}

void
aes_slice_keys(AesSlices *slices, const v128_t *keys, int rounds)
{
    slices->rounds = rounds;
    for (int round = 0; round <= rounds; round++)
        for (int i = 0; i < 8; i++) {
            v128_t bit = wasm_i8x16_splat(1 << i);
            slices->keys[round][i] = wasm_i8x16_eq(keys[round] & bit, bit);
        }
}

FLATTEN void
encrypt(v128_t *blocks, const AesSlices *slices)
{
    int rounds = slices->rounds;
    transpose(blocks);
    for (int i = 0; i < 8; i++)
        blocks[i] ^= slices->keys[0][i];
    for (int round = 1; round < rounds; round++) {
        substitute(blocks);
        mix(blocks, slices->keys[round]);
    }
    substitute(blocks);
    for (int i = 0; i < 8; i++)
        blocks[i] = shift_rows(blocks[i]) ^ slices->keys[rounds][i];
    transpose(blocks);
}

void
aes_sliced_ctr(const unsigned char *in, unsigned char *out, const AesSlices *slices, v128_t start,
               unsigned int counter)
{
    v128_t blocks[AES_SLICED];
    for (int b = 0; b < AES_SLICED; b++)
        blocks[b] = wasm_u32x4_replace_lane(start, 3, __builtin_bswap32(counter + b));
    encrypt(blocks, slices);
    for (int b = 0; b < AES_SLICED; b++)
        wasm_v128_store(out + 16 * b, blocks[b] ^ wasm_v128_load(in + 16 * b));
}
