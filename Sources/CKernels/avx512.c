#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define TABLE ckernels_avx512
#define MATRIX_TABLE ckernels_matrix_avx512
#define FUSED 1
#define TILE_SUMS 12
#define TILE_GROUPS 2
#define TILE_OUTPUTS 5
#include "KernelBody.h"
#pragma clang attribute pop
#endif
