#ifndef CKERNELS_H
#define CKERNELS_H

#include "MatrixKernels.h"
#include <stddef.h>

/// Rows in a block. A block is stored as z[position][row]: each position fills `CKERNELS_BLOCK_ROWS` consecutive doubles.
#define CKERNELS_BLOCK_ROWS 64

/// The weights of a block are stored as u[row][weight], padded with zeros to a multiple of this.
#define CKERNELS_WEIGHT_GROUP 8

/// Which body runs. AVX2 (with FMA) and AVX-512 are bit-identical; the portable one rounds products before it adds them.
typedef enum __attribute__((enum_extensibility(closed))) {
    CKernelsPortable = 0,
    CKernelsAVX2 = 1,
    CKernelsAVX512 = 2,
} CKernelsInstructionSet;

/// How the source of a packed column is stored.
typedef enum __attribute__((enum_extensibility(closed))) {
    CKernelsFloat64 = 0,
    CKernelsFloat32 = 1,
} CKernelsElement;

/// The block operations of one instruction set.
typedef struct {
    /// result[i] = exp(values[i]), 0 below -708 and finite above 709.78. Any count, neither side aligned; the two may be one.
    void (*exponentials)(const double *values, ptrdiff_t count, double *result);

    /// The same with log; of normal numbers above 0.
    void (*logarithms)(const double *values, ptrdiff_t count, double *result);

    /// target[row] = source[row * stride], zero from row `count` on; `stride` in elements. The source need not be aligned.
    void (*pack)(const void *source, CKernelsElement element, ptrdiff_t stride, ptrdiff_t count, double *target);

    /// values[row] = (values[row] - center) * factor for the first `count` rows of a column.
    void (*standardise)(double *values, ptrdiff_t count, double center, double factor);

    /// result[output][row] = sum over i of coefficients[output * count + i] * z[i][row].
    void (*predictors)(
        const double *z, ptrdiff_t count, const double *coefficients, ptrdiff_t outputs, double *result);

    /// Over the first index of values[index][row]: values become their softmax, log_sums[row] the log of the sum of their
    /// exponentials.
    void (*softmax)(double *values, ptrdiff_t count, double *log_sums);

    /// log_sums[row] = log of the sum over the index of exp(values[index][row]).
    void (*log_sum_exp)(const double *values, ptrdiff_t count, double *log_sums);

    /// The softmax over 0 and values[index * stride + row], index < count: the probability of the 0 first, then those of the values,
    /// `probability_stride` apart, and the logs of the sums; each where its pointer is not null. Any number of rows, nothing
    /// aligned; values and results apart.
    void (*reference_softmax)(
        const double *values, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t rows, double *probabilities,
        ptrdiff_t probability_stride, double *log_sums);

    /// For the classes 0 ... count with predictors 0 and predictors[index * stride + row], index < count, and the class of each row
    /// in `responses`: the log of its probability and, where `firsts` is not null, the derivatives of that by the predictors, the
    /// second ones packed; `derivative_stride` apart. Any number of rows, nothing aligned.
    void (*multinomial)(
        const double *responses, const double *predictors, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t rows,
        double *log_densities, double *firsts, double *seconds, ptrdiff_t derivative_stride);

    /// result[i][row] = a[i][row] * b[i][row], i < count.
    void (*products)(const double *a, const double *b, ptrdiff_t count, double *result);

    /// result[(i, j)][row] (+)= sign * a[i][row] * b[j][row], + where `accumulate`: all i < a_count, j < b_count, pair (i, j)
    /// at i * b_count + j; with b_count 0 the pairs j <= i alone, at i(i+1)/2 + j.
    void (*outer_products)(
        const double *a, ptrdiff_t a_count, const double *b, ptrdiff_t b_count, double sign, int accumulate,
        double *result);

    /// Transposes factors[weight][row] into u[row][weight], zeros from weight `count` to `stride`.
    void (*transpose)(const double *factors, ptrdiff_t count, double *weights, ptrdiff_t stride);

    /// sums[i][weight] += sum over rows of z[i][row] * u[row][weight], for `groups` groups of weights; `stride` weights
    /// per row in both.
    void (*accumulate)(
        const double *z, ptrdiff_t count, const double *weights, ptrdiff_t stride, ptrdiff_t groups, double *sums);

    /// The same with the products z[i] z[j], j <= i, first <= i < last, in the place of z[i]: sums[i(i+1)/2 + j][weight].
    void (*accumulate_products)(
        const double *z, ptrdiff_t first, ptrdiff_t last, const double *weights, ptrdiff_t stride, ptrdiff_t groups,
        double *sums);

    /// result[row] = sum over i < count of (sum over j <= i of factor[i(i+1)/2 + j] * z[j][row] - offset[i])^2.
    void (*triangular_norms)(
        const double *z, ptrdiff_t count, const double *factor, const double *offset, double *result);

    /// With k the first index of the least costs[index][row]: objective[row] += mass * cost, to sums[k][0][row] mass is added
    /// and to sums[k][1 + v][row] mass * values[v][row], v < value_count.
    void (*add_to_nearest)(
        const double *costs, ptrdiff_t count, const double *masses, const double *values, ptrdiff_t value_count,
        double *sums, double *objective);

    /// sums[index] += sum over rows of values[index][row] * weights[row].
    void (*add_products)(const double *values, ptrdiff_t count, const double *weights, double *sums);
} CKernelsTable;

/// Whether this processor (and this build) can run the body.
int ckernels_supports(CKernelsInstructionSet set);

/// The operations of a body; those of the portable one where the body is not in this build.
CKernelsTable ckernels_table(CKernelsInstructionSet set);

/// The same for matrices.
CKernelsMatrixTable ckernels_matrix_table(CKernelsInstructionSet set);

#endif
