#include "CKernels.h"

extern const CKernelsTable ckernels_portable;
extern const CKernelsMatrixTable ckernels_matrix_portable;
#if defined(__x86_64__)
extern const CKernelsTable ckernels_avx2;
extern const CKernelsTable ckernels_avx512;
extern const CKernelsMatrixTable ckernels_matrix_avx2;
extern const CKernelsMatrixTable ckernels_matrix_avx512;
#endif

int ckernels_supports(CKernelsInstructionSet set) {
    switch (set) {
    case CKernelsPortable:
        return 1;
#if defined(__x86_64__)
    case CKernelsAVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case CKernelsAVX512:
        return ckernels_supports(CKernelsAVX2) && __builtin_cpu_supports("avx512f")
            && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
    case CKernelsAVX2:
    case CKernelsAVX512:
        return 0;
#endif
    }
    return 0;
}

CKernelsTable ckernels_table(CKernelsInstructionSet set) {
#if defined(__x86_64__)
    if (set == CKernelsAVX2) return ckernels_avx2;
    if (set == CKernelsAVX512) return ckernels_avx512;
#endif
    return ckernels_portable;
}

CKernelsMatrixTable ckernels_matrix_table(CKernelsInstructionSet set) {
#if defined(__x86_64__)
    if (set == CKernelsAVX2) return ckernels_matrix_avx2;
    if (set == CKernelsAVX512) return ckernels_matrix_avx512;
#endif
    return ckernels_matrix_portable;
}

ptrdiff_t ckernels_product_room(ptrdiff_t rows, ptrdiff_t depth) {
    ptrdiff_t height = rows < CKERNELS_PRODUCT_ROWS ? rows : CKERNELS_PRODUCT_ROWS;
    return CKERNELS_PADDED_ROWS(height) * (depth < CKERNELS_PRODUCT_DEPTH ? depth : CKERNELS_PRODUCT_DEPTH);
}

ptrdiff_t ckernels_cholesky_room(ptrdiff_t size) { return CKERNELS_PADDED_ROWS(size) * CKERNELS_PADDED_COLUMNS(size); }
