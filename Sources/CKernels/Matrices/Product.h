// The product of two matrices.

/// Rows that stay in the second-level cache, and terms of a sum added before the next rows are taken.
#define PRODUCT_ROWS CKERNELS_PRODUCT_ROWS
#define PRODUCT_DEPTH CKERNELS_PRODUCT_DEPTH

/// Panels of a part of a matrix, zeros below its last row.
INLINE void pack_panels(
    const double *matrix, ptrdiff_t matrix_rows, ptrdiff_t rows, ptrdiff_t depth, double *panels, ptrdiff_t stride
) {
    for (ptrdiff_t row = 0; row < rows; row += TILE_GROUPS * LANES) {
        for (int group = 0; group < TILE_GROUPS; group++, panels += stride) {
            ptrdiff_t left = rows - row - group * LANES;
            for (ptrdiff_t k = 0; k < depth; k++) {
                const double *source = matrix + k * matrix_rows + row + group * LANES;
                store(panels + k * LANES, left > 0 ? load_part(source, left) : splat(0));
            }
        }
    }
}

INLINE void product_tile(
    const double *panel, ptrdiff_t stride, const double *strip, ptrdiff_t depth, int continues, double *result,
    ptrdiff_t result_rows, ptrdiff_t rows, ptrdiff_t columns
) {
    vector tile[TILE_SUMS][TILE_GROUPS];
#pragma clang loop unroll(full)
    for (int column = 0; column < TILE_SUMS; column++) {
#pragma clang loop unroll(full)
        for (int group = 0; group < TILE_GROUPS; group++) {
            ptrdiff_t left = rows - group * LANES;
            tile[column][group] = continues && column < columns && left > 0
                ? load_part(result + column * result_rows + group * LANES, left) : splat(0);
        }
    }
    add_to_tile(tile, panel, stride, strip, depth);
#pragma clang loop unroll(full)
    for (int column = 0; column < TILE_SUMS; column++) {
#pragma clang loop unroll(full)
        for (int group = 0; group < TILE_GROUPS; group++) {
            ptrdiff_t left = rows - group * LANES;
            if (column < columns && left > 0)
                store_part(result + column * result_rows + group * LANES, tile[column][group], left);
        }
    }
}

static void matrix_product(
    const double *left, const double *right, ptrdiff_t rows, ptrdiff_t depth, ptrdiff_t columns, double *result,
    double *room
) {
    double strip[PRODUCT_DEPTH * TILE_SUMS] __attribute__((aligned(64)));
    for (ptrdiff_t first = 0; first < depth; first += PRODUCT_DEPTH) {
        ptrdiff_t terms = depth - first < PRODUCT_DEPTH ? depth - first : PRODUCT_DEPTH;
        ptrdiff_t stride = terms * LANES;
        for (ptrdiff_t top = 0; top < rows; top += PRODUCT_ROWS) {
            ptrdiff_t height = rows - top < PRODUCT_ROWS ? rows - top : PRODUCT_ROWS;
            pack_panels(left + first * rows + top, rows, height, terms, room, stride);
            for (ptrdiff_t column = 0; column < columns; column += TILE_SUMS) {
                ptrdiff_t width = columns - column < TILE_SUMS ? columns - column : TILE_SUMS;
                for (ptrdiff_t i = 0; i < TILE_SUMS; i++) {
                    const double *source = right + (i < width ? column + i : 0) * depth + first;
                    for (ptrdiff_t k = 0; k < terms; k++) strip[k * TILE_SUMS + i] = i < width ? source[k] : 0;
                }
                for (ptrdiff_t row = 0; row < height; row += TILE_GROUPS * LANES)
                    product_tile(
                        room + row / LANES * stride, stride, strip, terms, first > 0,
                        result + column * rows + top + row, rows, height - row, width);
            }
        }
    }
}
