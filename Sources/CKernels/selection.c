#include "CKernels.h"

extern const CKernelsTable ckernels_portable;
#if defined(__x86_64__)
extern const CKernelsTable ckernels_avx2;
extern const CKernelsTable ckernels_avx512;
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
