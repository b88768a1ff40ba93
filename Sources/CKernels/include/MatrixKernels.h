#ifndef MATRIX_KERNELS_H
#define MATRIX_KERNELS_H

#include <stddef.h>

/// Matrices are packed in panels of eight rows, and tiles take up to so many rows and columns of them.
#define CKERNELS_PANEL_ROWS 16
#define CKERNELS_PANEL_COLUMNS 12
#define CKERNELS_PADDED_ROWS(size) (((size) + CKERNELS_PANEL_ROWS - 1) / CKERNELS_PANEL_ROWS * CKERNELS_PANEL_ROWS)
#define CKERNELS_PADDED_COLUMNS(size) \
    (((size) + CKERNELS_PANEL_COLUMNS - 1) / CKERNELS_PANEL_COLUMNS * CKERNELS_PANEL_COLUMNS)

#define CKERNELS_PRODUCT_ROWS 256
#define CKERNELS_PRODUCT_DEPTH 128

/// Operations on dense matrices, stored column by column, of one instruction set. Every element of a result is the same sum in the
/// same order under all of them: AVX2 and AVX-512 are bit-identical. Nothing needs to be aligned; `room` is working memory.
typedef struct {
    /// result = left right; rows x depth by depth x columns, depth above 0. Room: `ckernels_product_room`.
    void (*product)(
        const double *left, const double *right, ptrdiff_t rows, ptrdiff_t depth, ptrdiff_t columns, double *result,
        double *room);

    /// The lower triangular factor L of A = L L', zeros above; only the lower triangle of A is read. Returns 0 where a pivot is not
    /// positive and finite. Room: `ckernels_cholesky_room`.
    int (*cholesky)(const double *matrix, ptrdiff_t size, double *factor, double *room);

    /// values = the solution of L x = values.
    void (*solve_lower)(const double *factor, ptrdiff_t size, double *values);

    /// values = the solution of L' x = values.
    void (*solve_lower_transposed)(const double *factor, ptrdiff_t size, double *values);

    /// A = Q T Q' with a tridiagonal T, for a symmetric A whose largest element is about 1; only its lower triangle is read. `stride`
    /// is that of the columns, `size` rounded up to a multiple of eight; the matrix has as many columns, zeros beyond `size`. Each
    /// column is replaced by the vector u of its reflection I - scale u u'. Scales: `stride` elements; room: four times as many.
    void (*tridiagonalise)(
        double *matrix, ptrdiff_t stride, ptrdiff_t size, double *diagonal, double *subdiagonal, double *scales,
        double *room);

    /// The product of these reflections in panels: element (row, column) at [row / 8][column][row % 8], `size` columns, the rows
    /// rounded up to a multiple of CKERNELS_PANEL_ROWS. Room: two times `stride`.
    void (*accumulate_reflections)(
        const double *matrix, ptrdiff_t stride, ptrdiff_t size, const double *scales, double *panels, double *room);

    /// For each sweep (first, last) and i from last - 1 down to first, with the next pair (c, s) of `rotations`: columns i and i + 1
    /// of the panels become c z_i - s z_(i + 1) and s z_i + c z_(i + 1).
    void (*rotate)(
        double *panels, ptrdiff_t size, const ptrdiff_t *sweeps, ptrdiff_t sweep_count, const double *rotations);
} CKernelsMatrixTable;

/// Elements of the working memory of `product`.
ptrdiff_t ckernels_product_room(ptrdiff_t rows, ptrdiff_t depth);

/// Elements of the working memory of `cholesky`.
ptrdiff_t ckernels_cholesky_room(ptrdiff_t size);

#endif
