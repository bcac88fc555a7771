/* Poly1305 on SIMD128, in the place of OpenSSL's assembler for it: four blocks at a time, each in a lane
   of its own, as Daniel Bernstein and Peter Schwabe do in "NEON crypto" (CHES 2012). A number modulo 2^130
   - 5 is five limbs of 26 bits (RFC 8439, section 2.5). There are only sums, products and shifts by
   constants: no address and no branch depends on the key or on what is authenticated, but for the length. */

#include <string.h>
#include <wasm_simd128.h>

#define BLOCK 16
#define WIDTH 4
#define LIMBS 5
#define LIMB 26
#define MASK ((1u << LIMB) - 1)

#define FLATTEN static inline __attribute__((always_inline))

typedef unsigned int Word;
typedef unsigned long long Long;

/* What OpenSSL keeps for it, in `opaque`: the sum, and r to the fourth, third, second and first power. */
typedef struct {
    Word sum[LIMBS];
    Word powers[LIMBS][WIDTH];
} State;

typedef struct {
    v128_t limb[LIMBS];
} Lanes;

/* Five limbs of two lanes each, before carries. */
typedef struct {
    v128_t low[LIMBS], high[LIMBS];
} Products;

FLATTEN Word
word_at(const unsigned char *in)
{
    Word word;
    memcpy(&word, in, sizeof word);
    return word;
}

/* From four words to limbs. */
FLATTEN void
split(Word *limbs, Word a, Word b, Word c, Word d)
{
    limbs[0] = a & MASK;
    limbs[1] = (a >> 26 | b << 6) & MASK;
    limbs[2] = (b >> 20 | c << 12) & MASK;
    limbs[3] = (c >> 14 | d << 18) & MASK;
    limbs[4] = d >> 8;
}

/* Carries, so that limbs are of 26 bits or little more: 2^130 is 5. */
FLATTEN void
carry(Word *limbs, Long *products)
{
    for (int i = 0; i < LIMBS - 1; i++)
        products[i + 1] += products[i] >> LIMB;
    Long first = (products[0] & MASK) + 5 * (products[LIMBS - 1] >> LIMB);
    for (int i = 1; i < LIMBS; i++)
        limbs[i] = products[i] & MASK;
    limbs[0] = first & MASK;
    limbs[1] += first >> LIMB;
}

FLATTEN void
multiply(Word *limbs, const Word *by)
{
    Long products[LIMBS] = {0};
    for (int i = 0; i < LIMBS; i++)
        for (int k = 0; k < LIMBS; k++)
            products[k] += (Long)limbs[i] * (i <= k ? by[k - i] : 5 * by[k - i + LIMBS]);
    carry(limbs, products);
}

FLATTEN Lanes
five_times(const Lanes *x)
{
    Lanes times;
    for (int i = 0; i < LIMBS; i++)
        times.limb[i] = wasm_i32x4_add(x->limb[i], wasm_i32x4_shl(x->limb[i], 2));
    return times;
}

FLATTEN Products
multiply_lanes(const Lanes *x, const Lanes *by, const Lanes *by_five)
{
    Products products;
    for (int k = 0; k < LIMBS; k++) {
        products.low[k] = products.high[k] = wasm_i64x2_const_splat(0);
        for (int i = 0; i < LIMBS; i++) {
            v128_t factor = i <= k ? by->limb[k - i] : by_five->limb[k - i + LIMBS];
            products.low[k] = wasm_i64x2_add(products.low[k],
                                             wasm_u64x2_extmul_low_u32x4(x->limb[i], factor));
            products.high[k] = wasm_i64x2_add(products.high[k],
                                              wasm_u64x2_extmul_high_u32x4(x->limb[i], factor));
        }
    }
    return products;
}

/* What is over 26 bits in `from` goes to `to`. */
FLATTEN void
carry_lanes(v128_t *from, v128_t *to)
{
    *to = wasm_i64x2_add(*to, wasm_u64x2_shr(*from, LIMB));
    *from = wasm_v128_and(*from, wasm_i64x2_const_splat(MASK));
}

/* From the last limb to the first. */
FLATTEN void
carry_around(v128_t *last, v128_t *first)
{
    v128_t over = wasm_u64x2_shr(*last, LIMB);
    *first = wasm_i64x2_add(*first, wasm_i64x2_add(over, wasm_i64x2_shl(over, 2)));
    *last = wasm_v128_and(*last, wasm_i64x2_const_splat(MASK));
}

/* Two chains, which need not wait for each other. */
FLATTEN void
carry_all(v128_t *limb)
{
    carry_lanes(&limb[0], &limb[1]), carry_lanes(&limb[3], &limb[4]);
    carry_lanes(&limb[1], &limb[2]), carry_around(&limb[4], &limb[0]);
    carry_lanes(&limb[2], &limb[3]), carry_lanes(&limb[0], &limb[1]);
    carry_lanes(&limb[3], &limb[4]);
}

FLATTEN Lanes
narrow(Products *products)
{
    Lanes lanes;
    carry_all(products->low);
    carry_all(products->high);
    for (int i = 0; i < LIMBS; i++)
        lanes.limb[i] = wasm_i32x4_shuffle(products->low[i], products->high[i], 0, 2, 4, 6);
    return lanes;
}

/* Adds four blocks, one to each lane, with the bit after their end. */
FLATTEN void
add_blocks(Lanes *sum, const unsigned char *in)
{
    v128_t p = wasm_v128_load(in), q = wasm_v128_load(in + 16);
    v128_t r = wasm_v128_load(in + 32), s = wasm_v128_load(in + 48);
    v128_t pq = wasm_i32x4_shuffle(p, q, 0, 4, 1, 5), rs = wasm_i32x4_shuffle(r, s, 0, 4, 1, 5);
    v128_t a = wasm_i64x2_shuffle(pq, rs, 0, 2), b = wasm_i64x2_shuffle(pq, rs, 1, 3);
    pq = wasm_i32x4_shuffle(p, q, 2, 6, 3, 7), rs = wasm_i32x4_shuffle(r, s, 2, 6, 3, 7);
    v128_t c = wasm_i64x2_shuffle(pq, rs, 0, 2), d = wasm_i64x2_shuffle(pq, rs, 1, 3);
    v128_t mask = wasm_i32x4_const_splat(MASK), *to = sum->limb;
    to[0] = wasm_i32x4_add(to[0], a & mask);
    to[1] = wasm_i32x4_add(to[1], (wasm_u32x4_shr(a, 26) | wasm_i32x4_shl(b, 6)) & mask);
    to[2] = wasm_i32x4_add(to[2], (wasm_u32x4_shr(b, 20) | wasm_i32x4_shl(c, 12)) & mask);
    to[3] = wasm_i32x4_add(to[3], (wasm_u32x4_shr(c, 14) | wasm_i32x4_shl(d, 18)) & mask);
    to[4] = wasm_i32x4_add(to[4], wasm_u32x4_shr(d, 8) | wasm_i32x4_const_splat(1 << 24));
}

/* The end of the lanes: each with its power of r, and their sum. */
FLATTEN void
join(Word *sum, const Lanes *lanes, const State *state)
{
    Long limbs[LIMBS];
    Lanes by;
    for (int i = 0; i < LIMBS; i++)
        by.limb[i] = wasm_v128_load(state->powers[i]);
    Lanes by_five = five_times(&by);
    Products products = multiply_lanes(lanes, &by, &by_five);
    for (int i = 0; i < LIMBS; i++) {
        v128_t pair = wasm_i64x2_add(products.low[i], products.high[i]);
        limbs[i] = wasm_u64x2_extract_lane(pair, 0) + wasm_u64x2_extract_lane(pair, 1);
    }
    carry(sum, limbs);
}

/* Groups of four blocks; `length` is a multiple of their length and not 0. */
static void
add_groups(State *state, const unsigned char *in, size_t length)
{
    Lanes lanes, by;
    for (int i = 0; i < LIMBS; i++) {
        lanes.limb[i] = wasm_i32x4_replace_lane(wasm_i32x4_const_splat(0), 0, state->sum[i]);
        by.limb[i] = wasm_u32x4_splat(state->powers[i][0]);
    }
    Lanes by_five = five_times(&by);
    add_blocks(&lanes, in);
    while (length -= WIDTH * BLOCK) {
        in += WIDTH * BLOCK;
        Products products = multiply_lanes(&lanes, &by, &by_five);
        lanes = narrow(&products);
        add_blocks(&lanes, in);
    }
    join(state->sum, &lanes, state);
}

static void
add_block(State *state, const unsigned char *in, Word bit_after)
{
    Word limbs[LIMBS], r[LIMBS];
    split(limbs, word_at(in), word_at(in + 4), word_at(in + 8), word_at(in + 12));
    limbs[4] |= bit_after << 24;
    for (int i = 0; i < LIMBS; i++) {
        r[i] = state->powers[i][WIDTH - 1];
        state->sum[i] += limbs[i];
    }
    multiply(state->sum, r);
}

/* These are the functions for which OpenSSL asks. With 0 as the result it calls those by their names. */
int
poly1305_init(void *opaque, const unsigned char key[16], void *functions)
{
    State *state = opaque;
    Word r[LIMBS], power[LIMBS];
    (void)functions;
    split(r, word_at(key) & 0x0fffffff, word_at(key + 4) & 0x0ffffffc, word_at(key + 8) & 0x0ffffffc,
          word_at(key + 12) & 0x0ffffffc);
    memcpy(power, r, sizeof r);
    memset(state->sum, 0, sizeof state->sum);
    for (int p = WIDTH - 1; p >= 0; p--) {
        for (int i = 0; i < LIMBS; i++)
            state->powers[i][p] = power[i];
        multiply(power, r);
    }
    return 0;
}

void
poly1305_blocks(void *opaque, const unsigned char *in, size_t length, unsigned int bit_after)
{
    State *state = opaque;
    size_t whole = bit_after ? length - length % (WIDTH * BLOCK) : 0;
    if (whole)
        add_groups(state, in, whole);
    for (; whole + BLOCK <= length; whole += BLOCK)
        add_block(state, in + whole, bit_after);
}

/* The sum modulo 2^130 - 5, from limbs to words; the nonce is added modulo 2^128. */
void
poly1305_emit(void *opaque, unsigned char mac[16], const unsigned int nonce[4])
{
    State *state = opaque;
    Word *h = state->sum, over = 5, less[LIMBS];
    for (int i = 1; i < 2 * LIMBS; i++) {
        Word *from = &h[(i - 1) % LIMBS], times = i == LIMBS ? 5 : 1;
        h[i % LIMBS] += times * (*from >> LIMB);
        *from &= MASK;
    }
    /* With 5 more it is over 2^130 if it is not less than the modulus. */
    for (int i = 0; i < LIMBS; i++) {
        less[i] = (h[i] + over) & MASK;
        over = (h[i] + over) >> LIMB;
    }
    for (int i = 0; i < LIMBS; i++)
        h[i] = (h[i] & (over - 1)) | (less[i] & -over);
    Word words[4] = {h[0] | h[1] << 26, h[1] >> 6 | h[2] << 20, h[2] >> 12 | h[3] << 14,
                     h[3] >> 18 | h[4] << 8};
    Long sum = 0;
    for (int i = 0; i < 4; i++) {
        sum = (sum >> 32) + words[i] + nonce[i];
        words[i] = sum;
    }
    memcpy(mac, words, sizeof words);
}
