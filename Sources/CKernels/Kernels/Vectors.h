// Vectors of eight doubles, whole or in part.

#define ROWS CKERNELS_BLOCK_ROWS
#define LANES 8
#define INLINE static inline __attribute__((always_inline))

typedef double vector __attribute__((vector_size(64)));
typedef long long integers __attribute__((vector_size(64)));
typedef double unaligned_vector __attribute__((vector_size(64), aligned(8)));

INLINE vector load(const double *source) { return *(const unaligned_vector *)source; }
INLINE void store(double *target, vector value) { *(unaligned_vector *)target = value; }
INLINE vector splat(double x) { return (vector){x, x, x, x, x, x, x, x}; }
INLINE integers splat_integer(long long x) { return (integers){x, x, x, x, x, x, x, x}; }

INLINE vector multiply_add(vector a, vector b, vector c) {
#if FUSED
    return __builtin_elementwise_fma(a, b, c);
#else
    return a * b + c;
#endif
}

INLINE vector choose(integers mask, vector yes, vector no) {
    return (vector)(((integers)yes & mask) | ((integers)no & ~mask));
}

/// The first `count` elements, zeros for the others of a vector.
INLINE vector load_part(const double *source, ptrdiff_t count) {
    if (count >= LANES) return load(source);
    double part[LANES] = {0};
    memcpy(part, source, (size_t)count * sizeof(double));
    return load(part);
}

INLINE void store_part(double *target, vector value, ptrdiff_t count) {
    if (count >= LANES) {
        store(target, value);
        return;
    }
    double part[LANES];
    store(part, value);
    memcpy(target, part, (size_t)count * sizeof(double));
}

INLINE double sum_of_lanes(vector x) { return ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7])); }
