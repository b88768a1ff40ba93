/// The threshold rule where a subject has several rows: as many rows more behind every count and sum as one subject has at most.
///
/// Let subject s have r_s ≤ r rows with weights v_i, and W_s = Σ_{i in s} v_i. Then W_s² ≤ r Σ_{i in s} v_i², so that the effective number of
/// subjects (Σ W_s)² / Σ W_s² is at least the effective number of rows over r, whatever the weights are: posteriors, products of gates, flags, or
/// shares of a bin. And rows are at most r times as many as the subjects that they are of.
package enum SubjectRule {
    /// At least as many rows as one subject has, on a grid, since the largest number itself is one subject's.
    ///
    /// The grid is 1, 2, 3, 4, 6, 8, 12, 16, …: no more than half too many.
    package static func rowsOfASubject(most: Int) -> Int {
        var step = 1
        while step < most {
            if step > 1, step + step / 2 >= most { return step + step / 2 }
            step *= 2
        }
        return step
    }
}
