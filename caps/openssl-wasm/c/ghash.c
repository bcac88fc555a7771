/* GHASH, the hash in GCM, on SIMD128 in constant time, in the place of OpenSSL's assembler for it.

   OpenSSL's C looks multiples of the key up by four bits of what is hashed. Here, too, a byte's two nibbles
   choose multiples of the key H, but all bytes of a block at once: plane j of a table holds byte j of the
   sixteen multiples, in one register, and `i8x16.swizzle` by the block's nibbles gives byte j of the products
   of each of the block's bytes k with H, which belongs to byte j + k of the product with the block. So the
   sums over a group of blocks, each with its own power of H, are moved by j bytes and summed, and reduced
   once. No address and no branch depends on the key or on data.

   The polynomial is x^128 + x^7 + x^2 + x + 1; the coefficient of 1 is the greatest bit of byte 0. */

#include "crypto/modes.h"
#include <wasm_simd128.h>

/* As many blocks share a reduction. */
#define GROUP 4

#define FLATTEN static inline __attribute__((always_inline))

/* For one power of H: the planes for high and for low nibbles. */
typedef struct {
    v128_t high[16], low[16];
} Table;

/* build/fitting.rs makes the room in OpenSSL's contexts. */
_Static_assert(sizeof(Table) * GROUP == sizeof(((struct gcm128_context *)0)->Htable),
               "a table for each power");

typedef struct {
    v128_t low, high;
} Product;

typedef struct {
    v128_t high, low;
} Nibbles;

FLATTEN Nibbles
nibbles(v128_t block)
{
    v128_t fifteen = wasm_i8x16_const_splat(15);
    return (Nibbles){wasm_v128_and(wasm_u32x4_shr(block, 4), fifteen), wasm_v128_and(block, fifteen)};
}

/* Byte k goes to byte k + 1. */
FLATTEN v128_t
next_byte(v128_t x)
{
    return wasm_i8x16_shuffle(wasm_i8x16_const_splat(0), x, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
                              27, 28, 29, 30);
}

/* Byte j of the products of all bytes of all blocks, each with its power of H. */
FLATTEN v128_t
plane(const Table *tables, const Nibbles *blocks, int count, int j)
{
    v128_t sum = wasm_i8x16_const_splat(0);
    for (int b = 0; b < count; b++) {
        const Table *table = &tables[count - 1 - b];
        sum = wasm_v128_xor(sum, wasm_i8x16_swizzle(wasm_v128_load(&table->high[j]), blocks[b].high));
        sum = wasm_v128_xor(sum, wasm_i8x16_swizzle(wasm_v128_load(&table->low[j]), blocks[b].low));
    }
    return sum;
}

/* Adds plane j. The shuffle's operands are constants, so this cannot be a loop. */
#define ADD_PLANE(j, ...)                                                                       \
    {                                                                                           \
        v128_t sum = plane(tables, blocks, count, j), zero = wasm_i8x16_const_splat(0);         \
        product.low = wasm_v128_xor(product.low, wasm_i8x16_shuffle(zero, sum, __VA_ARGS__));   \
        product.high = wasm_v128_xor(product.high, wasm_i8x16_shuffle(sum, zero, __VA_ARGS__)); \
    }

FLATTEN Product
multiply(const Table *tables, const Nibbles *blocks, int count)
{
    Product product = {plane(tables, blocks, count, 0), wasm_i8x16_const_splat(0)};
    ADD_PLANE(1, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
    ADD_PLANE(2, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29)
    ADD_PLANE(3, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28)
    ADD_PLANE(4, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27)
    ADD_PLANE(5, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26)
    ADD_PLANE(6, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25)
    ADD_PLANE(7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24)
    ADD_PLANE(8, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)
    ADD_PLANE(9, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22)
    ADD_PLANE(10, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21)
    ADD_PLANE(11, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
    ADD_PLANE(12, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19)
    ADD_PLANE(13, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
    ADD_PLANE(14, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)
    ADD_PLANE(15, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
    return product;
}

/* The product modulo the polynomial: x^128 is 1 + x + x^2 + x^7. The upper half has no more than 15 bytes. */
FLATTEN v128_t
reduce(Product product)
{
    v128_t high = product.high, before = next_byte(high);
    v128_t same = wasm_v128_xor(wasm_u8x16_shr(high, 1),
                                wasm_v128_xor(wasm_u8x16_shr(high, 2), wasm_u8x16_shr(high, 7)));
    v128_t next = wasm_v128_xor(wasm_i8x16_shl(before, 7),
                                wasm_v128_xor(wasm_i8x16_shl(before, 6), wasm_i8x16_shl(before, 1)));
    return wasm_v128_xor(wasm_v128_xor(product.low, high), wasm_v128_xor(same, next));
}

/* The sum so far and `count` blocks more. */
FLATTEN v128_t
hash(v128_t sum, const Table *tables, const unsigned char *in, int count)
{
    Nibbles blocks[GROUP];
    blocks[0] = nibbles(wasm_v128_xor(sum, wasm_v128_load(in)));
    for (int b = 1; b < count; b++)
        blocks[b] = nibbles(wasm_v128_load(in + 16 * b));
    return reduce(multiply(tables, blocks, count));
}

/* These are the names for which OpenSSL asks. */
void
gcm_ghash_4bit(u64 sum[2], const u128 *table, const u8 *in, size_t length)
{
    const Table *tables = (const Table *)table;
    v128_t at = wasm_v128_load(sum);
    for (; length >= 16 * GROUP; length -= 16 * GROUP, in += 16 * GROUP)
        at = hash(at, tables, in, GROUP);
    for (; length >= 16; length -= 16, in += 16)
        at = hash(at, tables, in, 1);
    wasm_v128_store(sum, at);
}

void
gcm_gmult_4bit(u64 sum[2], const u128 *table)
{
    Nibbles block = nibbles(wasm_v128_load(sum));
    wasm_v128_store(sum, reduce(multiply((const Table *)table, &block, 1)));
}

/* The product with x. */
FLATTEN v128_t
times_x(v128_t a)
{
    v128_t moved = wasm_v128_or(wasm_u8x16_shr(a, 1), wasm_i8x16_shl(next_byte(a), 7));
    int carry = -(wasm_u8x16_extract_lane(a, 15) & 1) & 0xe1;
    return wasm_v128_xor(moved, wasm_i8x16_replace_lane(wasm_i8x16_const_splat(0), 0, carry));
}

/* Plane j has byte j of each row. Four times the rows of the first half and of the second are interleaved. */
FLATTEN void
transpose(v128_t *rows)
{
    v128_t mixed[16];
    for (int step = 0; step < 4; step++) {
        for (int i = 0; i < 8; i++) {
            v128_t a = rows[i], b = rows[i + 8];
            mixed[2 * i] = wasm_i8x16_shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            mixed[2 * i + 1] = wasm_i8x16_shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30,
                                                  15, 31);
        }
        for (int i = 0; i < 16; i++)
            rows[i] = mixed[i];
    }
}

/* The planes of the multiples of `a` by four bits, and `a` times x^4. */
static v128_t
fill(v128_t *planes, v128_t a)
{
    v128_t rows[16];
    rows[0] = wasm_i8x16_const_splat(0);
    for (int bit = 8; bit > 0; bit /= 2, a = times_x(a))
        rows[bit] = a;
    for (int n = 3; n < 16; n++)
        if (n & (n - 1))
            rows[n] = wasm_v128_xor(rows[n & -n], rows[n & (n - 1)]);
    transpose(rows);
    for (int j = 0; j < 16; j++)
        wasm_v128_store(&planes[j], rows[j]);
    return a;
}

/* `key` is H as two numbers, the greater half first. */
void
gcm_init_wasm(u128 *table, const u64 key[2])
{
    Table *tables = (Table *)table;
    v128_t power = wasm_u64x2_make(__builtin_bswap64(key[0]), __builtin_bswap64(key[1]));
    for (int p = 0; p < GROUP; p++) {
        fill(tables[p].low, fill(tables[p].high, power));
        Nibbles block = nibbles(power);
        power = reduce(multiply(tables, &block, 1));
    }
}
