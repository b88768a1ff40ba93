// The Cholesky factor L of A = L L' (Golub & Van Loan, Matrix Computations, 4th ed., section 4.2), and solutions with it.
//
// Columns are taken a tile at a time: what the columns before have to subtract, then the tile's own triangle. Columns of a block
// of CHOLESKY_DEPTH are subtracted from all behind it while they are in the cache.

#define CHOLESKY_DEPTH 96
#define CHOLESKY_ROWS 256

/// Rows of a panel on and below the diagonal, zeros above.
INLINE vector lower_part(vector rows, ptrdiff_t top, ptrdiff_t column) {
    if (column <= top) return rows;
    const integers index = (integers){0, 1, 2, 3, 4, 5, 6, 7} + splat_integer(top);
    return choose(index >= splat_integer(column), rows, splat(0));
}

/// Of as many columns as tiles touch.
INLINE void pack_lower(const double *matrix, ptrdiff_t size, double *panels, ptrdiff_t stride) {
    for (ptrdiff_t top = 0; top < CKERNELS_PADDED_ROWS(size); top += LANES, panels += stride) {
        ptrdiff_t touched = top + CKERNELS_PANEL_ROWS + CKERNELS_PANEL_COLUMNS;
        ptrdiff_t columns = touched < stride / LANES ? touched : stride / LANES;
        ptrdiff_t present = top + LANES < size ? top + LANES : size;
        for (ptrdiff_t column = 0; column < columns; column++) {
            vector rows = splat(0);
            if (column < present && top < size)
                rows = lower_part(load_part(matrix + column * size + top, size - top), top, column);
            store(panels + column * LANES, rows);
        }
    }
}

INLINE void unpack_lower(const double *panels, ptrdiff_t stride, ptrdiff_t size, double *matrix) {
    for (ptrdiff_t top = 0; top < size; top += LANES, panels += stride) {
        for (ptrdiff_t column = 0; column < size; column++) {
            double *target = matrix + column * size + top;
            vector rows = column < top + LANES ? lower_part(load(panels + column * LANES), top, column) : splat(0);
            store_part(target, rows, size - top);
        }
    }
}

/// Element (row, column) of panels.
INLINE double *element(double *panels, ptrdiff_t stride, ptrdiff_t row, ptrdiff_t column) {
    return panels + row / LANES * stride + column * LANES + row % LANES;
}

/// Subtracts from the tiles of the columns from `column` on, rows from `top` to `bottom`, what the columns `first` ... `last` give.
INLINE void subtract_columns(
    double *panels, ptrdiff_t stride, ptrdiff_t size, ptrdiff_t column, ptrdiff_t first, ptrdiff_t last, ptrdiff_t top,
    ptrdiff_t bottom
) {
    if (first == last) return;
    double strip[CHOLESKY_DEPTH * TILE_SUMS] __attribute__((aligned(64)));
    for (ptrdiff_t i = 0; i < TILE_SUMS; i++) {
        const double *source = element(panels, stride, column + i < size ? column + i : 0, first);
        for (ptrdiff_t k = 0; k < last - first; k++)
            strip[k * TILE_SUMS + i] = column + i < size ? -source[k * LANES] : 0;
    }
    for (ptrdiff_t row = top; row < bottom; row += TILE_GROUPS * LANES) {
        double *panel = panels + row / LANES * stride, *target = panel + column * LANES;
        vector tile[TILE_SUMS][TILE_GROUPS];
#pragma clang loop unroll(full)
        for (int i = 0; i < TILE_SUMS; i++) {
#pragma clang loop unroll(full)
            for (int group = 0; group < TILE_GROUPS; group++) tile[i][group] = load(target + group * stride + i * LANES);
        }
        add_to_tile(tile, panel + first * LANES, stride, strip, last - first);
#pragma clang loop unroll(full)
        for (int i = 0; i < TILE_SUMS; i++) {
#pragma clang loop unroll(full)
            for (int group = 0; group < TILE_GROUPS; group++) store(target + group * stride + i * LANES, tile[i][group]);
        }
    }
}

/// Factors the triangle of a tile and divides the rows below by it. Returns whether all pivots are positive numbers.
INLINE int factor_tile(double *panels, ptrdiff_t stride, ptrdiff_t size, ptrdiff_t column, ptrdiff_t top) {
    double triangle[TILE_SUMS][TILE_SUMS] = {{0}}, inverse[TILE_SUMS] = {0};
    ptrdiff_t width = size - column < TILE_SUMS ? size - column : TILE_SUMS;
    for (ptrdiff_t i = 0; i < width; i++) {
        for (ptrdiff_t j = 0; j <= i; j++) {
            double sum = *element(panels, stride, column + i, column + j);
            for (ptrdiff_t k = 0; k < j; k++) sum = scalar_multiply_add(-triangle[i][k], triangle[j][k], sum);
            if (j < i) {
                triangle[i][j] = sum * inverse[j];
                continue;
            }
            if (!(sum > 0 && sum <= DBL_MAX)) return 0;
            triangle[i][i] = __builtin_sqrt(sum);
            inverse[i] = 1 / triangle[i][i];
        }
    }
    for (ptrdiff_t row = top; row < size; row += LANES) {
        double *target = panels + row / LANES * stride + column * LANES;
        vector values[TILE_SUMS];
#pragma clang loop unroll(full)
        for (int j = 0; j < TILE_SUMS; j++) {
            vector sum = load(target + j * LANES);
#pragma clang loop unroll(full)
            for (int k = 0; k < j; k++) sum = multiply_add(values[k], splat(-triangle[j][k]), sum);
            values[j] = sum * splat(inverse[j]);
            store(target + j * LANES, values[j]);
        }
    }
    for (ptrdiff_t i = 0; i < width; i++)
        for (ptrdiff_t j = 0; j <= i; j++) *element(panels, stride, column + i, column + j) = triangle[i][j];
    return 1;
}

static int cholesky(const double *matrix, ptrdiff_t size, double *factor, double *room) {
    const ptrdiff_t stride = CKERNELS_PADDED_COLUMNS(size) * LANES, height = TILE_GROUPS * LANES;
    pack_lower(matrix, size, room, stride);
    for (ptrdiff_t block = 0; block < size; block += CHOLESKY_DEPTH) {
        ptrdiff_t end = block + CHOLESKY_DEPTH < size ? block + CHOLESKY_DEPTH : size;
        for (ptrdiff_t column = block; column < end; column += TILE_SUMS) {
            ptrdiff_t top = column / height * height;
            subtract_columns(room, stride, size, column, block, column, top, size);
            if (!factor_tile(room, stride, size, column, top)) return 0;
        }
        for (ptrdiff_t rows = end / height * height; rows < size; rows += CHOLESKY_ROWS) {
            ptrdiff_t bottom = rows + CHOLESKY_ROWS < size ? rows + CHOLESKY_ROWS : size;
            for (ptrdiff_t column = end; column < bottom; column += TILE_SUMS) {
                ptrdiff_t top = column / height * height;
                subtract_columns(room, stride, size, column, block, end, top > rows ? top : rows, bottom);
            }
        }
    }
    unpack_lower(room, stride, size, factor);
    return 1;
}
