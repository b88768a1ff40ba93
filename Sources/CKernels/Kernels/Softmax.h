// Softmax and its normaliser, with or without a reference class.

/// The largest term is taken out first: gates saturate, and log densities reach -1e5 far from an expert.
INLINE vector largest_value(const double *values, ptrdiff_t count) {
    vector largest = load(values);
    for (ptrdiff_t i = 1; i < count; i++) {
        vector value = load(values + i * ROWS);
        largest = choose(value > largest, value, largest);
    }
    return largest;
}

static void softmax(double *values, ptrdiff_t count, double *log_sums) {
    for (ptrdiff_t row = 0; row < ROWS; row += LANES) {
        vector largest = largest_value(values + row, count);
        vector sum = splat(0);
        for (ptrdiff_t i = 0; i < count; i++) {
            vector value = exponential(load(values + i * ROWS + row) - largest);
            store(values + i * ROWS + row, value);
            sum += value;
        }
        vector inverse = splat(1.0) / sum;
        for (ptrdiff_t i = 0; i < count; i++)
            store(values + i * ROWS + row, load(values + i * ROWS + row) * inverse);
        store(log_sums + row, largest + logarithm(sum));
    }
}

static void log_sum_exp(const double *values, ptrdiff_t count, double *log_sums) {
    for (ptrdiff_t row = 0; row < ROWS; row += LANES) {
        vector largest = largest_value(values + row, count);
        vector sum = splat(0);
        for (ptrdiff_t i = 0; i < count; i++) sum += exponential(load(values + i * ROWS + row) - largest);
        store(log_sums + row, largest + logarithm(sum));
    }
}

static void reference_softmax(
    const double *values, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t rows, double *probabilities,
    ptrdiff_t probability_stride, double *log_sums
) {
    for (ptrdiff_t row = 0; row < rows; row += LANES) {
        ptrdiff_t left = rows - row;
        vector largest = splat(0);
        for (ptrdiff_t i = 0; i < count; i++) {
            vector value = load_part(values + i * stride + row, left);
            largest = choose(value > largest, value, largest);
        }
        vector reference = exponential(-largest);
        vector sum = reference;
        for (ptrdiff_t i = 0; i < count; i++) {
            vector value = exponential(load_part(values + i * stride + row, left) - largest);
            if (probabilities) store_part(probabilities + (i + 1) * probability_stride + row, value, left);
            sum += value;
        }
        if (log_sums) store_part(log_sums + row, largest + logarithm(sum), left);
        if (!probabilities) continue;
        vector inverse = splat(1.0) / sum;
        store_part(probabilities + row, reference * inverse, left);
        for (ptrdiff_t i = 1; i <= count; i++) {
            double *target = probabilities + i * probability_stride + row;
            store_part(target, load_part(target, left) * inverse, left);
        }
    }
}
