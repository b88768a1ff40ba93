// Rows of a matrix multiplied by reflections and by rotations; a panel stays in the cache through many of them.

/// Reflections at a time; a panel is read twice and written once for all of them.
#define REFLECTIONS 4

/// The inner products of the reflections that are applied together, six for each four.
INLINE void reflection_products(const double *matrix, ptrdiff_t stride, ptrdiff_t size, double *result) {
    for (ptrdiff_t first = 0; first < size; first += REFLECTIONS)
        for (int i = 1; i < REFLECTIONS; i++)
            for (int j = 0; j < i; j++)
                *result++ = inner_product(
                    matrix + (first + i) * stride, matrix + (first + j) * stride, stride);
}

INLINE void reflect_panel(
    double *panel, const double *u, ptrdiff_t stride, ptrdiff_t first, ptrdiff_t size, const double *scales,
    const double *products
) {
    vector sums[REFLECTIONS] = {splat(0), splat(0), splat(0), splat(0)};
    for (ptrdiff_t k = first; k < size; k++) {
        vector value = load(panel + k * LANES);
#pragma clang loop unroll(full)
        for (int i = 0; i < REFLECTIONS; i++) sums[i] = multiply_add(value, splat(u[i * stride + k]), sums[i]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < REFLECTIONS; i++) {
#pragma clang loop unroll(full)
        for (int j = 0; j < i; j++) sums[i] = multiply_add(sums[j], splat(*products++), sums[i]);
        sums[i] = sums[i] * splat(-scales[i]);
    }
    for (ptrdiff_t k = first; k < size; k++) {
        vector value = load(panel + k * LANES);
#pragma clang loop unroll(full)
        for (int i = 0; i < REFLECTIONS; i++) value = multiply_add(sums[i], splat(u[i * stride + k]), value);
        store(panel + k * LANES, value);
    }
}

static void accumulate_reflections(
    const double *matrix, ptrdiff_t stride, ptrdiff_t size, const double *scales, double *panels, double *room
) {
    reflection_products(matrix, stride, size, room);
    for (ptrdiff_t top = 0; top < CKERNELS_PADDED_ROWS(size); top += LANES, panels += size * LANES) {
        memset(panels, 0, (size_t)(size * LANES) * sizeof(double));
        for (ptrdiff_t row = top; row < top + LANES && row < size; row++) panels[row * LANES + row - top] = 1;
        for (ptrdiff_t first = 0; first < size; first += REFLECTIONS)
            reflect_panel(
                panels, matrix + first * stride, stride, first + 1, size, scales + first,
                room + first / REFLECTIONS * (REFLECTIONS * (REFLECTIONS - 1) / 2));
    }
}

/// The rotations of one sweep, from the last pair of columns to the first: the left one of a pair is the right one of the next.
INLINE void sweep_panels(double *panel, ptrdiff_t stride, ptrdiff_t first, ptrdiff_t last, const double *rotations) {
    vector right[TILE_GROUPS];
#pragma clang loop unroll(full)
    for (int group = 0; group < TILE_GROUPS; group++) right[group] = load(panel + group * stride + last * LANES);
    for (ptrdiff_t i = last - 1; i >= first; i--, rotations += 2) {
        vector cosine = splat(rotations[0]), sine = splat(rotations[1]);
#pragma clang loop unroll(full)
        for (int group = 0; group < TILE_GROUPS; group++) {
            double *target = panel + group * stride + i * LANES;
            vector left = load(target);
            store(target + LANES, multiply_add(sine, left, cosine * right[group]));
            right[group] = multiply_add(-sine, right[group], cosine * left);
        }
    }
#pragma clang loop unroll(full)
    for (int group = 0; group < TILE_GROUPS; group++) store(panel + group * stride + first * LANES, right[group]);
}

static void rotate(
    double *panels, ptrdiff_t size, const ptrdiff_t *sweeps, ptrdiff_t sweep_count, const double *rotations
) {
    const ptrdiff_t stride = size * LANES;
    for (ptrdiff_t top = 0; top < size; top += TILE_GROUPS * LANES, panels += TILE_GROUPS * stride) {
        const double *next = rotations;
        for (ptrdiff_t sweep = 0; sweep < sweep_count; sweep++) {
            ptrdiff_t first = sweeps[2 * sweep], last = sweeps[2 * sweep + 1];
            sweep_panels(panels, stride, first, last, next);
            next += 2 * (last - first);
        }
    }
}
