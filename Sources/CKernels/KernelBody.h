// The body of all block operations, compiled once for each instruction set. The including file defines
//   TABLE        the name of the table that it fills
//   FUSED        1 where the processor adds products without rounding them
//   TILE_SUMS    sums held in registers at a time, for each of
//   TILE_GROUPS  groups of eight weights; bounded by the number of registers
//   TILE_OUTPUTS predictors formed at a time
//
// Vectors of eight doubles whatever the register: the compiler splits them. Every sum runs over the rows of the block in
// order, so it does not depend on the tiles, and bodies with fused products agree to the bit.

#include "CKernels.h"
#include <stdint.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF
// Vectors wider than the registers never cross a call: all functions that take or return one are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

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

// MARK: Elementary functions

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

// MARK: Packing

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

// MARK: Softmax

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

// MARK: Classes

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

// MARK: Factors

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

// MARK: Densities

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
        sums[i] += ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
    }
}

const CKernelsTable TABLE = {
    .exponentials = exponentials,
    .logarithms = logarithms,
    .pack = pack,
    .standardise = standardise,
    .predictors = predictors,
    .softmax = softmax,
    .log_sum_exp = log_sum_exp,
    .reference_softmax = reference_softmax,
    .multinomial = multinomial,
    .products = products,
    .outer_products = outer_products,
    .transpose = transpose,
    .accumulate = accumulate,
    .accumulate_products = accumulate_products,
    .triangular_norms = triangular_norms,
    .add_to_nearest = add_to_nearest,
    .add_products = add_products,
};
