#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define TABLE ckernels_avx2
#define MATRIX_TABLE ckernels_matrix_avx2
#define FUSED 1
#define TILE_SUMS 6
#define TILE_GROUPS 1
#define TILE_OUTPUTS 3
#include "KernelBody.h"
#pragma clang attribute pop
#endif
