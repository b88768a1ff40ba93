// For any processor; on ARM the compiler maps the vectors to NEON.
#define TABLE ckernels_portable
#define MATRIX_TABLE ckernels_matrix_portable
#define FUSED 0
#define TILE_SUMS 3
#define TILE_GROUPS 1
#define TILE_OUTPUTS 1
#include "KernelBody.h"
