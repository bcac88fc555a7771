/* The vector instructions of x86 that liblzma's decoder copies matches with, as those of WebAssembly. */

#include <wasm_simd128.h>

typedef v128_t __m128i;

#define _mm_loadu_si128(from) wasm_v128_load(from)
#define _mm_storeu_si128(to, vector) wasm_v128_store(to, vector)
