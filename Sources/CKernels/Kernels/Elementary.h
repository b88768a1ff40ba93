// exp and log of vectors.

// 1.5 * 2^52: adding it rounds to a whole number, which is then in the low bits.
#define ROUNDER 6755399441055744.0
// ln 2 in two parts; the first has trailing zeros, so that its product with any exponent is exact.
#define LN2_HIGH 6.93147180369123816490e-01
#define LN2_LOW 1.90821492927058770002e-10

/// exp(x) to 1 ulp or so, 0 below the normal numbers: 2^n exp(r), |r| <= ln 2 / 2, exp(r) by its Taylor series, the first
/// term left out being below 5e-18.
INLINE vector exponential(vector x) {
    static const double inverse_factorials[] = {
        1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0,
        1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0,
    };
    const vector lowest = splat(-708.0), highest = splat(709.78);
    integers underflow = x < lowest;
    // Written so that a NaN stays one.
    vector bounded = choose(underflow, lowest, x);
    bounded = choose(bounded > highest, highest, bounded);
    vector shifted = multiply_add(bounded, splat(1.4426950408889634), splat(ROUNDER));
    vector n = shifted - splat(ROUNDER);
    vector r = multiply_add(n, splat(-LN2_HIGH), bounded);
    r = multiply_add(n, splat(-LN2_LOW), r);
    vector value = splat(inverse_factorials[0]);
#pragma clang loop unroll(full)
    for (int i = 1; i < 14; i++) value = multiply_add(value, r, splat(inverse_factorials[i]));
    // The whole number n goes into the exponent.
    vector scaled = (vector)((integers)value + ((integers)shifted << 52));
    return (vector)((integers)scaled & ~underflow);
}

/// log(x) for normal x > 0: x = 2^e m with m in [sqrt(1/2), sqrt(2)), log m = 2 artanh(s), s = (m - 1)/(m + 1), by its
/// series; the first term left out is below 1e-18.
INLINE vector logarithm(vector x) {
    integers bits = (integers)x;
    // The bits of sqrt(1/2).
    integers exponent = (bits - splat_integer(0x3fe6a09e667f3bcdLL)) >> 52;
    vector m = (vector)(bits - (exponent << 52));
    vector e = (vector)(exponent + (integers)splat(ROUNDER)) - splat(ROUNDER);
    vector f = m - splat(1.0);
    vector s = f / (splat(2.0) + f);
    vector z = s * s;
    vector series = splat(2.0 / 21.0);
#pragma clang loop unroll(full)
    for (int k = 9; k >= 1; k--) series = multiply_add(series, z, splat(2.0 / (2 * k + 1)));
    // log m = f - s (f - z series): 2s + s z series would round f twice.
    vector correction = multiply_add(e, splat(LN2_LOW), -(s * (f - z * series)));
    // The bits of a NaN would pass for those of 2^1024.
    return choose(x == x, multiply_add(e, splat(LN2_HIGH), f + correction), x);
}

/// The same value for an element wherever it stands: what is left beyond whole vectors goes through one of its own.
INLINE void map(const int to_logarithms, const double *values, ptrdiff_t count, double *result) {
    ptrdiff_t whole = count - count % LANES;
    for (ptrdiff_t i = 0; i < whole; i += LANES) {
        vector value = load(values + i);
        store(result + i, to_logarithms ? logarithm(value) : exponential(value));
    }
    if (whole == count) return;
    double rest[LANES] = {1, 1, 1, 1, 1, 1, 1, 1};
    size_t size = (size_t)(count - whole) * sizeof(double);
    memcpy(rest, values + whole, size);
    vector value = load(rest);
    store(rest, to_logarithms ? logarithm(value) : exponential(value));
    memcpy(result + whole, rest, size);
}

static void exponentials(const double *values, ptrdiff_t count, double *result) { map(0, values, count, result); }

static void logarithms(const double *values, ptrdiff_t count, double *result) { map(1, values, count, result); }
