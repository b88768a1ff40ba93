// A symmetric matrix to tridiagonal form by Householder reflections, A = Q T Q' (Golub & Van Loan, Matrix Computations, 4th ed.,
// section 8.3.1; as EISPACK's tred2 and LAPACK's dsytd2). The update by one reflection and the product with the next are one pass
// over the matrix: it is read once a column.

/// Squares of which less is left are nothing beside a matrix whose largest element is about 1, and too small to be exact.
#define NEGLIGIBLE_SQUARES 1e-280

/// Eight rows of two columns: A -= v w' + w v', and their part of A u. Below the diagonal a column also stands for a row.
INLINE void update_rows(
    double *columns, ptrdiff_t stride, ptrdiff_t row, ptrdiff_t column, const double *v, const double *w, const double *u,
    double *product, vector sums[2], const int has_diagonal
) {
    const integers index = (integers){0, 1, 2, 3, 4, 5, 6, 7} + splat_integer(row);
    vector own = load(product + row), own_v = load(v + row), own_w = load(w + row), own_u = load(u + row);
#pragma clang loop unroll(full)
    for (int i = 0; i < 2; i++) {
        double *target = columns + i * stride + row;
        vector a = multiply_add(own_v, splat(-w[column + i]), load(target));
        a = multiply_add(own_w, splat(-v[column + i]), a);
        vector below = a;
        if (has_diagonal) {
            a = choose(index >= splat_integer(column + i), a, splat(0));
            below = choose(index > splat_integer(column + i), a, splat(0));
        }
        store(target, a);
        own = multiply_add(a, splat(u[column + i]), own);
        sums[i] = multiply_add(below, own_u, sums[i]);
    }
    store(product + row, own);
}

/// The lower triangle from `first` on; the vectors are zero above.
INLINE void update_and_multiply(
    double *matrix, ptrdiff_t stride, ptrdiff_t first, ptrdiff_t size, const double *v, const double *w, const double *u,
    double *product
) {
    const ptrdiff_t start = first / LANES * LANES;
    for (ptrdiff_t i = start; i < stride; i += LANES) store(product + i, splat(0));
    // A column before the first is met where that is odd: nothing is added to it, and its product is not kept.
    for (ptrdiff_t column = first / 2 * 2; column < size; column += 2) {
        double *columns = matrix + column * stride;
        vector sums[2] = {splat(0), splat(0)};
        ptrdiff_t row = column / LANES * LANES;
        update_rows(columns, stride, row, column, v, w, u, product, sums, 1);
        for (row += LANES; row < size; row += LANES)
            update_rows(columns, stride, row, column, v, w, u, product, sums, 0);
        for (int i = 0; i < 2; i++) product[column + i] += sum_of_lanes(sums[i]);
    }
    for (ptrdiff_t i = start; i < first; i++) product[i] = 0;
}

/// The reflection I - scale u u' that leaves of the column below its diagonal the first element, which is returned. The column
/// becomes u, zeros above.
INLINE double reflect(double *column, ptrdiff_t stride, ptrdiff_t diagonal, double *u, double *scale) {
    const ptrdiff_t first = diagonal + 1;
    double head = column[first];
    memset(column, 0, (size_t)(first + 1) * sizeof(double));
    double squares = inner_product(column, column, stride), end = head, factor = 0;
    *scale = 0;
    if (squares >= NEGLIGIBLE_SQUARES) {
        double norm = __builtin_sqrt(scalar_multiply_add(head, head, squares));
        end = head > 0 ? -norm : norm;
        factor = 1 / (head - end);
        *scale = (end - head) / end;
        column[first] = head - end;
    }
    for (ptrdiff_t i = 0; i < stride; i += LANES) store(column + i, load(column + i) * splat(factor));
    if (factor != 0) column[first] = 1;
    memcpy(u, column, (size_t)stride * sizeof(double));
    return end;
}

static void tridiagonalise(
    double *matrix, ptrdiff_t stride, ptrdiff_t size, double *diagonal, double *subdiagonal, double *scales, double *room
) {
    double *v = room, *w = v + stride, *u = w + stride, *product = u + stride;
    memset(room, 0, 4 * (size_t)stride * sizeof(double));
    memset(scales, 0, (size_t)stride * sizeof(double));
    for (ptrdiff_t j = 0; j < size; j++) {
        double *column = matrix + j * stride;
        for (ptrdiff_t row = j / LANES * LANES; row < stride; row += LANES) {
            vector a = multiply_add(load(v + row), splat(-w[j]), load(column + row));
            store(column + row, multiply_add(load(w + row), splat(-v[j]), a));
        }
        // From here on they are of the rows below.
        v[j] = w[j] = 0;
        diagonal[j] = column[j];
        if (j + 1 == size) {
            memset(column, 0, (size_t)stride * sizeof(double));
            break;
        }
        subdiagonal[j] = reflect(column, stride, j, u, &scales[j]);
        update_and_multiply(matrix, stride, j + 1, size, v, w, u, product);
        double half = 0.5 * scales[j] * scales[j] * inner_product(product, u, stride);
        for (ptrdiff_t row = (j + 1) / LANES * LANES; row < stride; row += LANES)
            store(w + row, multiply_add(load(u + row), splat(-half), load(product + row) * splat(scales[j])));
        memcpy(v, u, (size_t)stride * sizeof(double));
    }
}
