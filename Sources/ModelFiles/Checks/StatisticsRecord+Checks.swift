import MixtureOfExperts
import Numerics

extension ModelFile.StatisticsRecord {
    /// Of what sums of the same numbers in another order differ by.
    static let rounding = 1e-6

    /// Numbers of one expert against each other, and against the rows that it may have.
    ///
    /// With weights w_i and shares τ_i of the rows that belong to the expert, `weight` is Σ w τ and `squaredWeight` Σ w² τ. By
    /// Cauchy and Schwarz (Σ w τ)² ≤ Σ τ Σ w² τ, and Σ τ is at most the number of rows; no w is above Σ w, so that
    /// Σ w² τ ≤ Σ w Σ w τ.
    ///
    /// - Parameters:
    ///   - total: Σ w of all rows.
    ///   - response: of the family.
    func validate(
        columns size: Int, rows: Int, total: Double, response: ResponseKind, _ check: FieldCheck
    ) throws(ModelFileError) {
        try check.numbers(mean, size, "mean", .value)
        try check.numbers(scatter, PackedSymmetric.elementCount(size: size), "scatter", .square)
        try check.require(weight >= 0, "weight", "must not be negative")
        try check.number(weight, "weight", .weight)
        try check.require(squaredWeight >= 0, "squaredWeight", "must not be negative")
        try check.number(squaredWeight, "squaredWeight", .square)
        try check.require(
            (weight > 0) == (squaredWeight > 0), "squaredWeight", "must be positive where the weight is, and only there"
        )
        try check.require(
            effectiveRows <= (1 + Self.rounding) * Double(rows), "squaredWeight",
            "is too small for the weight: it would take more rows than there are")
        try check.require(
            squaredWeight <= (1 + Self.rounding) * total * weight, "squaredWeight", "is too large for the weight")
        let squares = PackedSymmetric(size: size, storage: scatter)
        let scales = mean.indices.map { (squares[$0, $0].magnitude + weight * (mean[$0] * mean[$0])).squareRoot() }
        if let problem = squares.sumOfSquaresProblem(scales: scales) { throw check.refusal("scatter", problem) }
        if weight > 0, let problem = responseProblem(response) { throw check.refusal("mean", problem) }
    }

    /// (Σ w τ)² / Σ w² τ.
    var effectiveRows: Double { weight > 0 ? weight * (weight / squaredWeight) : 0 }

    private func responseProblem(_ response: ResponseKind) -> String? {
        let mean = mean[mean.count - 1]
        switch response {
        case .number: return nil
        case .positiveNumber: return mean > 0 ? nil : "has a response that is not positive"
        case .count: return mean >= 0 ? nil : "has a negative count"
        case .classes(let names):
            // Codes from 0; what rounding in other units leaves of 0 counts as 0.
            let slack = Self.rounding
            // Files of statistics do not have the names.
            guard names.count > 1 else { return nil }
            return (-slack...Double(names.count - 1) + slack).contains(mean) ? nil : "has a response that is no class"
        }
    }

    /// The experts of one file together: weights that sum to no more than the total, and no more effective rows than rows.
    static func validate(
        _ records: [ModelFile.StatisticsRecord], rows: Int, _ check: FieldCheck
    ) throws(ModelFileError) {
        let effective = records.reduce(0) { $0 + $1.effectiveRows }
        try check.require(
            effective <= (1 + rounding) * Double(rows), "rows", "are fewer than the weights of the experts stand for")
    }
}
