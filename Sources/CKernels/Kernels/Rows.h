// Rows into a block, and the linear predictors of a block.

// Of as many columns as a table may have the processor does not see by itself that each is read on and on: without this a pass over
// columns in memory takes a tenth longer. What lies behind the end is not touched by it, but no pointer may be moved there.
INLINE void prefetch_next_rows(const char *bytes, ptrdiff_t count, size_t size) {
    const uintptr_t next = (uintptr_t)bytes + (size_t)count * size;
    for (size_t offset = 0; offset < ROWS * size; offset += 64) __builtin_prefetch((const void *)(next + offset));
}

static void pack(const void *source, CKernelsElement element, ptrdiff_t stride, ptrdiff_t count, double *target) {
    if (element == CKernelsFloat64) {
        const char *bytes = source;
        if (stride == 1) {
            memcpy(target, bytes, (size_t)count * sizeof(double));
            prefetch_next_rows(bytes, count, sizeof(double));
        } else {
            for (ptrdiff_t row = 0; row < count; row++)
                memcpy(target + row, bytes + row * stride * (ptrdiff_t)sizeof(double), sizeof(double));
        }
    } else {
        const char *bytes = source;
        if (stride == 1) prefetch_next_rows(bytes, count, sizeof(float));
        for (ptrdiff_t row = 0; row < count; row++) {
            float value;
            memcpy(&value, bytes + row * stride * (ptrdiff_t)sizeof(float), sizeof(float));
            target[row] = value;
        }
    }
    for (ptrdiff_t row = count; row < ROWS; row++) target[row] = 0;
}

static void standardise(double *values, ptrdiff_t count, double center, double factor) {
    for (ptrdiff_t row = 0; row < count; row++) values[row] = (values[row] - center) * factor;
}

// MARK: Predictors

INLINE void predictor_tile(
    const double *z, ptrdiff_t count, const double *coefficients, const int outputs, double *result
) {
    for (ptrdiff_t row = 0; row < ROWS; row += 2 * LANES) {
        vector sums[TILE_OUTPUTS][2];
#pragma clang loop unroll(full)
        for (int output = 0; output < outputs; output++) sums[output][0] = sums[output][1] = splat(0);
        for (ptrdiff_t i = 0; i < count; i++) {
            vector first = load(z + i * ROWS + row), second = load(z + i * ROWS + row + LANES);
#pragma clang loop unroll(full)
            for (int output = 0; output < outputs; output++) {
                vector coefficient = splat(coefficients[output * count + i]);
                sums[output][0] = multiply_add(coefficient, first, sums[output][0]);
                sums[output][1] = multiply_add(coefficient, second, sums[output][1]);
            }
        }
#pragma clang loop unroll(full)
        for (int output = 0; output < outputs; output++) {
            store(result + output * ROWS + row, sums[output][0]);
            store(result + output * ROWS + row + LANES, sums[output][1]);
        }
    }
}

static void predictors(
    const double *z, ptrdiff_t count, const double *coefficients, ptrdiff_t outputs, double *result
) {
    ptrdiff_t output = 0;
    for (; output + TILE_OUTPUTS <= outputs; output += TILE_OUTPUTS)
        predictor_tile(z, count, coefficients + output * count, TILE_OUTPUTS, result + output * ROWS);
    for (; output < outputs; output++)
        predictor_tile(z, count, coefficients + output * count, 1, result + output * ROWS);
}
