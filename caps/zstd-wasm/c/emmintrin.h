/* The few of SSE2's intrinsics that the library uses, in WebAssembly's terms. */

#ifndef EMMINTRIN_H
#define EMMINTRIN_H

#include <wasm_simd128.h>

typedef v128_t __m128i;

#define _mm_loadu_si128(from) wasm_v128_load(from)
#define _mm_storeu_si128(to, value) wasm_v128_store(to, value)
#define _mm_set1_epi8(byte) wasm_i8x16_splat(byte)
#define _mm_cmpeq_epi8(one, other) wasm_i8x16_eq(one, other)
#define _mm_movemask_epi8(value) ((int)wasm_i8x16_bitmask(value))

#endif
