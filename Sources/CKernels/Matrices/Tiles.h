// Tiles of sums of products, held in registers.
//
// A panel has LANES rows of a matrix: element (row, k) is panel[k * LANES + row]; the next panel is a stride behind. Every element
// of a result is one sum whose terms are added in the order of k: neither the size of a tile nor where a block ends enters it.

INLINE double scalar_multiply_add(double a, double b, double c) {
#if FUSED
    return __builtin_fma(a, b, c);
#else
    return a * b + c;
#endif
}

/// tile[column][group] += sum over k of panel_group[k] * strip[k][column], TILE_SUMS columns in a strip.
INLINE void add_to_tile(
    vector tile[TILE_SUMS][TILE_GROUPS], const double *panel, ptrdiff_t stride, const double *strip, ptrdiff_t depth
) {
    for (ptrdiff_t k = 0; k < depth; k++) {
        vector value[TILE_GROUPS];
#pragma clang loop unroll(full)
        for (int group = 0; group < TILE_GROUPS; group++) value[group] = load(panel + group * stride + k * LANES);
#pragma clang loop unroll(full)
        for (int column = 0; column < TILE_SUMS; column++) {
            vector factor = splat(strip[k * TILE_SUMS + column]);
#pragma clang loop unroll(full)
            for (int group = 0; group < TILE_GROUPS; group++)
                tile[column][group] = multiply_add(factor, value[group], tile[column][group]);
        }
    }
}

INLINE double inner_product(const double *a, const double *b, ptrdiff_t count) {
    vector sum = splat(0);
    ptrdiff_t i = 0;
    for (; i + LANES <= count; i += LANES) sum = multiply_add(load(a + i), load(b + i), sum);
    double result = sum_of_lanes(sum);
    for (; i < count; i++) result = scalar_multiply_add(a[i], b[i], result);
    return result;
}
