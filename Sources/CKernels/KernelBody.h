// The body of all operations on blocks and on matrices, compiled once for each instruction set. The including file defines
//   TABLE        the name of the table that it fills with those on blocks
//   MATRIX_TABLE the same for matrices
//   FUSED        1 where the processor adds products without rounding them
//   TILE_SUMS    sums held in registers at a time, for each of
//   TILE_GROUPS  groups of eight weights; bounded by the number of registers
//   TILE_OUTPUTS predictors formed at a time
//
// Vectors of eight doubles whatever the register: the compiler splits them. Every sum runs over the rows of the block (over the
// terms of a product of matrices) in order, so it does not depend on the tiles, and bodies with fused products agree to the bit.

#include "CKernels.h"
#include <float.h>
#include <stdint.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF
// Vectors wider than the registers never cross a call: all functions that take or return one are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#include "Kernels/Vectors.h"
#include "Kernels/Elementary.h"
#include "Kernels/Rows.h"
#include "Kernels/Softmax.h"
#include "Kernels/Multinomial.h"
#include "Kernels/Sums.h"
#include "Kernels/Transport.h"
#include "Matrices/Tiles.h"
#include "Matrices/Product.h"
#include "Matrices/Cholesky.h"
#include "Matrices/Solve.h"
#include "Matrices/Tridiagonal.h"
#include "Matrices/Eigenvectors.h"

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

const CKernelsMatrixTable MATRIX_TABLE = {
    .product = matrix_product,
    .cholesky = cholesky,
    .solve_lower = solve_lower,
    .solve_lower_transposed = solve_lower_transposed,
    .tridiagonalise = tridiagonalise,
    .accumulate_reflections = accumulate_reflections,
    .rotate = rotate,
};
