import MixtureOfExperts
import Numerics

/// How a fit estimates the standard errors of its parameters.
public enum StandardErrorMethod: String, Sendable, Codable, CaseIterable {
    /// From the observed information (Louis 1982): right where the model is.
    case observed
    /// The sandwich (White 1982): right also where the densities are not those of the model.
    case sandwich
    /// No standard errors.
    case none
}

/// The covariance of a fit's estimates from one or two passes over all rows at the fitted model.
///
/// With J the observed information it is J⁻¹, or J⁻¹ (Σ w² s s') J⁻¹ for the sandwich. The ridge of the fit is left out: it is
/// there for what no row determines. Parameters that are held count as known: nothing of the rows that made them enters.
struct ErrorEstimate {
    let method: StandardErrorMethod
    let rows: any RowSource
    /// In the units of the rows; the one that is released.
    let model: MixtureModel
    let parameters: ParameterLayout
    /// Parameters besides those that ``ParameterLayout/held(_:gradient:)`` names.
    let held: Set<Int>
    /// In the units of the rows: it adds to what is known.
    let prior: SlopePrior?
    let parallelism: Parallelism

    enum Outcome {
        /// Intercepts where the covariates are 0.
        case errors(ParameterUncertainty)
        /// The information has a negative eigenvalue: the fit is not at a maximum.
        case noMaximum
        case tooManyParameters
    }

    /// Beyond this the inverse costs more than the fit.
    static let mostParameters = 1200
    /// Information per row, in standard units, that counts as none.
    private static let none = 1e-10

    func outcome() -> Outcome {
        guard parameters.count <= Self.mostParameters else { return .tooManyParameters }
        let statistics = model.statistics(of: rows, level: .newton, parallelism: parallelism)
        let gradient = parameters.gradient(statistics, model: model, penalty: .none)
        let fixed = held.union(parameters.held(model, gradient: gradient))
        var information = parameters.secondOrderSums(statistics, sign: -1)
        if let prior { parameters.add(prior, model, to: &information) }
        // Without any information: a column with one value.
        let known = (0..<parameters.count).filter { !fixed.contains($0) && information[$0, $0] != 0 }
        let least = Self.none * statistics.weight
        let kept = known.filter { abs(information[$0, $0]) > least }
        guard let inverse = GeneralisedInverse(information.submatrix(kept)) else { return .noMaximum }
        var covariance = inverse.inverse
        if method == .sandwich {
            let scores = model.statistics(of: rows, level: .scores, parallelism: parallelism)
            covariance = covariance * parameters.secondOrderSums(scores).submatrix(kept) * covariance
        }
        inflate(&covariance, kept, rows: method == .sandwich ? Double(rows.rowCount) : statistics.weight)
        let lost = inverse.undetermined.map { kept[$0] }
        return .errors(
            parameters.uncertainty(
                covariance.spread(to: kept, of: parameters.count),
                undetermined: lost + known.filter { !kept.contains($0) },
                source: method == .sandwich ? .sandwich : .observed))
    }

    /// The variance of n - p degrees of freedom, where maximum likelihood divides by n.
    ///
    /// With the sandwich that is HC1 (MacKinnon & White 1985). Of several experts nothing is known that would be exact.
    private func inflate(_ covariance: inout Matrix, _ kept: [Int], rows: Double) {
        guard model.expertCount == 1, model.family is GaussianFamily else { return }
        let coefficients = kept.indices.filter {
            !parameters.hasDispersion || kept[$0] != parameters.dispersionIndex(0)
        }
        let degrees = rows - Double(coefficients.count)
        guard degrees > 0 else { return }
        for column in coefficients {
            for row in coefficients { covariance[row, column] *= rows / degrees }
        }
    }
}

extension ParameterLayout {
    /// The covariance of all parameters as those of each expert and of the gate.
    func uncertainty(
        _ covariance: Matrix, undetermined: [Int], source: ParameterUncertainty.Source
    ) -> ParameterUncertainty {
        func block(_ indices: [Int]) -> ParameterCovariance {
            ParameterCovariance(
                covariance.submatrix(indices),
                undetermined: indices.indices.filter { undetermined.contains(indices[$0]) })
        }
        let experts = (0..<expertCount).map { expert in
            block(
                Array(expertStart(expert)..<expertStart(expert + 1))
                    + (hasDispersion ? [dispersionIndex(expert)] : []))
        }
        return ParameterUncertainty(source: source, experts: experts, gate: block(Array(0..<expertStart(0))))
    }
}

extension Matrix {
    /// The matrix as the chosen rows and columns of a larger one, zero elsewhere.
    func spread(to indices: [Int], of count: Int) -> Matrix {
        var result = Matrix(rowCount: count, columnCount: count)
        for (column, second) in indices.enumerated() {
            for (row, first) in indices.enumerated() { result[first, second] = self[row, column] }
        }
        return result
    }
}
