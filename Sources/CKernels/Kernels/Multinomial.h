// Log densities of classes and their derivatives by the predictors.

/// Up to here exponentials of predictors and their sums are far from overflow.
#define LARGEST_PREDICTOR 600.0

INLINE int any(integers mask) {
    long long bits = 0;
    for (int lane = 0; lane < LANES; lane++) bits |= mask[lane];
    return bits != 0;
}

/// Exponentials of `count` rows of predictors in the place of the first derivatives where they are wanted; the sum with that of
/// the reference. Only a large predictor is taken out first: else the reference needs no exponential.
INLINE vector class_exponentials(
    const double *predictors, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t left, double *result, ptrdiff_t result_stride,
    vector *shift
) {
    vector largest = splat(0);
    for (ptrdiff_t i = 0; i < count; i++) {
        vector value = load_part(predictors + i * stride, left);
        largest = choose(value > largest, value, largest);
    }
    integers large = largest > splat(LARGEST_PREDICTOR);
    *shift = choose(large, largest, splat(0));
    vector sum = splat(1.0);
    if (any(large)) sum = exponential(-*shift);
    for (ptrdiff_t i = 0; i < count; i++) {
        vector value = exponential(load_part(predictors + i * stride, left) - *shift);
        if (result) store_part(result + i * result_stride, value, left);
        sum += value;
    }
    return sum;
}

/// The probabilities stand in the place of the first derivatives until the second ones are there.
INLINE void class_derivatives(
    vector response, ptrdiff_t count, ptrdiff_t left, vector inverse, double *firsts, double *seconds, ptrdiff_t stride
) {
    for (ptrdiff_t a = 0; a < count; a++) {
        vector own = load_part(firsts + a * stride, left) * inverse;
        store_part(firsts + a * stride, own, left);
        for (ptrdiff_t b = 0; b < a; b++, seconds += stride)
            store_part(seconds, own * load_part(firsts + b * stride, left), left);
        store_part(seconds, own * (own - splat(1.0)), left);
        seconds += stride;
    }
    for (ptrdiff_t a = 0; a < count; a++) {
        vector indicator = choose(response == splat((double)(a + 1)), splat(1.0), splat(0));
        store_part(firsts + a * stride, indicator - load_part(firsts + a * stride, left), left);
    }
}

static void multinomial(
    const double *responses, const double *predictors, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t rows,
    double *log_densities, double *firsts, double *seconds, ptrdiff_t derivative_stride
) {
    for (ptrdiff_t row = 0; row < rows; row += LANES) {
        ptrdiff_t left = rows - row;
        double *own_firsts = firsts ? firsts + row : NULL;
        vector shift;
        vector sum = class_exponentials(
            predictors + row, stride, count, left, own_firsts, derivative_stride, &shift);
        vector response = load_part(responses + row, left), own = splat(0);
        for (ptrdiff_t i = 0; i < count; i++) {
            integers is_own = response == splat((double)(i + 1));
            own = choose(is_own, load_part(predictors + i * stride + row, left), own);
        }
        store_part(log_densities + row, own - (shift + logarithm(sum)), left);
        if (firsts)
            class_derivatives(response, count, left, splat(1.0) / sum, own_firsts, seconds + row, derivative_stride);
    }
}
