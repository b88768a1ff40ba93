// Solutions of triangular systems, for one right side in its place.

/// Columns at a time: the right side is read and written once for all of them.
#define SOLVE_COLUMNS 4

/// L x = b.
static void solve_lower(const double *factor, ptrdiff_t size, double *values) {
    for (ptrdiff_t column = 0; column < size; column += SOLVE_COLUMNS) {
        const double *own = factor + column * size + column;
        ptrdiff_t left = size - column, width = left < SOLVE_COLUMNS ? left : SOLVE_COLUMNS;
        double *target = values + column, minus[SOLVE_COLUMNS];
        for (ptrdiff_t i = 0; i < width; i++) {
            double sum = target[i];
            for (ptrdiff_t k = 0; k < i; k++) sum = scalar_multiply_add(own[k * size + i], minus[k], sum);
            target[i] = sum / own[i * size + i];
            minus[i] = -target[i];
        }
        ptrdiff_t row = SOLVE_COLUMNS;
        for (; row + LANES <= left; row += LANES) {
            vector sum = load(target + row);
#pragma clang loop unroll(full)
            for (int k = 0; k < SOLVE_COLUMNS; k++)
                sum = multiply_add(load(own + k * size + row), splat(minus[k]), sum);
            store(target + row, sum);
        }
        for (; row < left; row++)
            for (int k = 0; k < SOLVE_COLUMNS; k++)
                target[row] = scalar_multiply_add(own[k * size + row], minus[k], target[row]);
    }
}

/// L' x = b.
static void solve_lower_transposed(const double *factor, ptrdiff_t size, double *values) {
    for (ptrdiff_t column = (size - 1) / SOLVE_COLUMNS * SOLVE_COLUMNS; column >= 0; column -= SOLVE_COLUMNS) {
        const double *own = factor + column * size + column;
        ptrdiff_t left = size - column, width = left < SOLVE_COLUMNS ? left : SOLVE_COLUMNS;
        double *target = values + column, sums[SOLVE_COLUMNS] = {0};
        if (left > SOLVE_COLUMNS) {
            vector lanes[SOLVE_COLUMNS] = {splat(0), splat(0), splat(0), splat(0)};
            ptrdiff_t row = SOLVE_COLUMNS;
            for (; row + LANES <= left; row += LANES) {
                vector value = load(target + row);
#pragma clang loop unroll(full)
                for (int k = 0; k < SOLVE_COLUMNS; k++)
                    lanes[k] = multiply_add(load(own + k * size + row), value, lanes[k]);
            }
            for (int k = 0; k < SOLVE_COLUMNS; k++) {
                sums[k] = sum_of_lanes(lanes[k]);
                for (ptrdiff_t rest = row; rest < left; rest++)
                    sums[k] = scalar_multiply_add(own[k * size + rest], target[rest], sums[k]);
            }
        }
        for (ptrdiff_t i = width - 1; i >= 0; i--) {
            double sum = target[i] - sums[i];
            for (ptrdiff_t k = i + 1; k < width; k++) sum = scalar_multiply_add(-own[i * size + k], target[k], sum);
            target[i] = sum / own[i * size + i];
        }
    }
}
