// Factors of the sums over a block, and the sums.

static void products(const double *a, const double *b, ptrdiff_t count, double *result) {
    for (ptrdiff_t row = 0; row < count * ROWS; row += LANES) store(result + row, load(a + row) * load(b + row));
}

static void outer_products(
    const double *a, ptrdiff_t a_count, const double *b, ptrdiff_t b_count, double sign, int accumulate,
    double *result
) {
    for (ptrdiff_t i = 0; i < a_count; i++) {
        vector signed_a[ROWS / LANES];
        for (ptrdiff_t lane = 0; lane < ROWS / LANES; lane++)
            signed_a[lane] = splat(sign) * load(a + i * ROWS + lane * LANES);
        ptrdiff_t last = b_count > 0 ? b_count : i + 1;
        for (ptrdiff_t j = 0; j < last; j++, result += ROWS) {
            for (ptrdiff_t lane = 0; lane < ROWS / LANES; lane++) {
                vector other = load(b + j * ROWS + lane * LANES);
                double *target = result + lane * LANES;
                store(target, accumulate ? multiply_add(signed_a[lane], other, load(target)) : signed_a[lane] * other);
            }
        }
    }
}

// MARK: Weighted sums

static void transpose(const double *factors, ptrdiff_t count, double *weights, ptrdiff_t stride) {
    for (ptrdiff_t first = 0; first < stride; first += LANES) {
        ptrdiff_t present = count - first < LANES ? count - first : LANES;
        if (present == LANES) {
            for (ptrdiff_t row = 0; row < ROWS; row++)
                for (ptrdiff_t i = 0; i < LANES; i++)
                    weights[row * stride + first + i] = factors[(first + i) * ROWS + row];
        } else {
            for (ptrdiff_t row = 0; row < ROWS; row++) {
                for (ptrdiff_t i = 0; i < present; i++)
                    weights[row * stride + first + i] = factors[(first + i) * ROWS + row];
                for (ptrdiff_t i = present; i < LANES; i++) weights[row * stride + first + i] = 0;
            }
        }
    }
}

INLINE void sum_tile(
    const double *z, const int count, const double *weights, ptrdiff_t stride, const int groups, double *sums
) {
    vector tile[TILE_SUMS][TILE_GROUPS];
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) {
#pragma clang loop unroll(full)
        for (int group = 0; group < groups; group++) tile[i][group] = splat(0);
    }
    for (ptrdiff_t row = 0; row < ROWS; row++) {
        vector weight[TILE_GROUPS];
#pragma clang loop unroll(full)
        for (int group = 0; group < groups; group++) weight[group] = load(weights + row * stride + group * LANES);
#pragma clang loop unroll(full)
        for (int i = 0; i < count; i++) {
            vector value = splat(z[i * ROWS + row]);
#pragma clang loop unroll(full)
            for (int group = 0; group < groups; group++)
                tile[i][group] = multiply_add(value, weight[group], tile[i][group]);
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) {
#pragma clang loop unroll(full)
        for (int group = 0; group < groups; group++) {
            double *sum = sums + i * stride + group * LANES;
            store(sum, load(sum) + tile[i][group]);
        }
    }
}

INLINE void sum_tiles(
    const double *z, ptrdiff_t count, const double *weights, ptrdiff_t stride, const int groups, double *sums
) {
    ptrdiff_t i = 0;
    for (; i + TILE_SUMS <= count; i += TILE_SUMS)
        sum_tile(z + i * ROWS, TILE_SUMS, weights, stride, groups, sums + i * stride);
    for (; i + 3 <= count; i += 3) sum_tile(z + i * ROWS, 3, weights, stride, groups, sums + i * stride);
    for (; i < count; i++) sum_tile(z + i * ROWS, 1, weights, stride, groups, sums + i * stride);
}

static void accumulate(
    const double *z, ptrdiff_t count, const double *weights, ptrdiff_t stride, ptrdiff_t groups, double *sums
) {
    ptrdiff_t group = 0;
    for (; group + TILE_GROUPS <= groups; group += TILE_GROUPS)
        sum_tiles(z, count, weights + group * LANES, stride, TILE_GROUPS, sums + group * LANES);
    for (; group < groups; group++)
        sum_tiles(z, count, weights + group * LANES, stride, 1, sums + group * LANES);
}

/// The products are formed for a tile of sums at a time, in the first-level cache, and used for all weights.
static void accumulate_products(
    const double *z, ptrdiff_t first, ptrdiff_t last, const double *weights, ptrdiff_t stride, ptrdiff_t groups,
    double *sums
) {
    double products[TILE_SUMS * ROWS] __attribute__((aligned(64)));
    ptrdiff_t held = 0;
    double *target = sums + first * (first + 1) / 2 * stride;
    for (ptrdiff_t i = first; i < last; i++) {
        for (ptrdiff_t j = 0; j <= i; j++) {
#pragma clang loop unroll(full)
            for (ptrdiff_t row = 0; row < ROWS; row += LANES)
                store(products + held * ROWS + row, load(z + i * ROWS + row) * load(z + j * ROWS + row));
            if (++held == TILE_SUMS) {
                accumulate(products, held, weights, stride, groups, target);
                target += held * stride;
                held = 0;
            }
        }
    }
    accumulate(products, held, weights, stride, groups, target);
}
