import MixtureOfExperts
import Numerics

extension RowSource {
    /// The linear predictors of an expert that the rows determine, by number.
    ///
    /// Of classes those of the ones that at least `minRows` rows show, but the first of these, against which the others stand.
    package func determinedPredictors(
        _ family: any ExpertFamily, minRows: Double = 1, _ parallelism: Parallelism = .serial
    ) -> [Int] {
        guard case .classes(let names) = family.response else { return Array(0..<family.predictorCount) }
        let counts = classCounts(names.count, parallelism)
        return counts.indices.filter { counts[$0] > 0 && Double(counts[$0]) >= minRows }.dropFirst().map { $0 - 1 }
    }
}

extension MixtureModel {
    /// See ``FitReport/freeParameters``.
    ///
    /// - Parameter predictors: those of an expert that the rows determine.
    package func freeParameterCount(predictors: [Int]) -> Int {
        let layout = design.expertLayout
        func free(_ coefficients: some Collection<Double>) -> Int { 1 + coefficients.dropFirst().count { $0 != 0 } }
        let ofExperts = experts.filter { $0.fixed == nil }.reduce(0) { sum, expert in
            predictors.reduce(sum) { $0 + free(expert.coefficients[layout.coefficients(of: $1)]) }
        }
        return ofExperts + (family.hasDispersion ? regressionCount : 0)
            + (0..<max(expertCount - 1, 0)).reduce(0) { $0 + free(gate.coefficients.column($1)) }
    }
}
