import CKernels

/// What an aggregation computes on a block of points: the same block, other operations.
extension RowBlock {
    /// |F x - offset|² of the covariates x of each lane, F a lower triangle packed row by row.
    package func triangularNorms(
        factor: UnsafePointer<Double>, offset: UnsafePointer<Double>, into result: UnsafeMutablePointer<Double>
    ) {
        kernels.triangular_norms(covariate(0), momentCount - 2, factor, offset, result)
    }

    /// With k the first index of the least costs[k][lane]: objective[lane] += mass · cost, and to sums[k][…][lane] mass and
    /// mass · values[v][lane] are added.
    package func addToNearest(
        costs: UnsafePointer<Double>, count: Int, masses: UnsafePointer<Double>, values: UnsafePointer<Double>,
        valueCount: Int, sums: UnsafeMutablePointer<Double>, objective: UnsafeMutablePointer<Double>
    ) {
        kernels.add_to_nearest(costs, count, masses, values, valueCount, sums, objective)
    }

    /// sums[index] += Σ values[index][lane] weights[lane].
    package func addProducts(
        _ values: UnsafePointer<Double>, count: Int, weights: UnsafePointer<Double>,
        into sums: UnsafeMutablePointer<Double>
    ) {
        kernels.add_products(values, count, weights, sums)
    }
}
