// What an aggregation computes on a block: densities of the sites, masses of the transport plan.

static void triangular_norms(
    const double *z, ptrdiff_t count, const double *factor, const double *offset, double *result
) {
    for (ptrdiff_t row = 0; row < ROWS; row += 4 * LANES) {
        vector norms[4] = {splat(0), splat(0), splat(0), splat(0)};
        const double *coefficients = factor;
        for (ptrdiff_t i = 0; i < count; i++) {
            vector sums[4];
            for (int lane = 0; lane < 4; lane++) sums[lane] = splat(-offset[i]);
            for (ptrdiff_t j = 0; j <= i; j++) {
                vector coefficient = splat(coefficients[j]);
                for (int lane = 0; lane < 4; lane++)
                    sums[lane] = multiply_add(coefficient, load(z + j * ROWS + row + lane * LANES), sums[lane]);
            }
            for (int lane = 0; lane < 4; lane++) norms[lane] = multiply_add(sums[lane], sums[lane], norms[lane]);
            coefficients += i + 1;
        }
        for (int lane = 0; lane < 4; lane++) store(result + row + lane * LANES, norms[lane]);
    }
}

// MARK: Transport

/// Without branches: which expert is nearest changes from row to row.
static void add_to_nearest(
    const double *costs, ptrdiff_t count, const double *masses, const double *values, ptrdiff_t value_count, double *sums,
    double *objective
) {
    for (ptrdiff_t row = 0; row < ROWS; row += LANES) {
        vector least = load(costs + row);
        integers nearest = splat_integer(0);
        for (ptrdiff_t i = 1; i < count; i++) {
            vector cost = load(costs + i * ROWS + row);
            integers closer = cost < least;
            least = choose(closer, cost, least);
            nearest = (splat_integer(i) & closer) | (nearest & ~closer);
        }
        vector mass = load(masses + row);
        store(objective + row, multiply_add(mass, least, load(objective + row)));
        for (ptrdiff_t i = 0; i < count; i++) {
            double *target = sums + (value_count + 1) * i * ROWS + row;
            vector sent = (vector)((integers)mass & (nearest == splat_integer(i)));
            store(target, load(target) + sent);
            for (ptrdiff_t value = 0; value < value_count; value++) {
                target += ROWS;
                store(target, multiply_add(sent, load(values + value * ROWS + row), load(target)));
            }
        }
    }
}

static void add_products(const double *values, ptrdiff_t count, const double *weights, double *sums) {
    for (ptrdiff_t i = 0; i < count; i++) {
        vector sum = splat(0);
        for (ptrdiff_t row = 0; row < ROWS; row += LANES)
            sum = multiply_add(load(values + i * ROWS + row), load(weights + row), sum);
        sums[i] += sum_of_lanes(sum);
    }
}
