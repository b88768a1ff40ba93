import Foundation

/// The log densities of experts without parameters, and what their values mean for those of the others.
package struct FixedDensities: Sendable {
    /// Of a density that is 0: finite, so that sums of logarithms stay numbers, and far below any other.
    package static let none = -Double.greatestFiniteMagnitude / 4

    /// Of each component; nil for one of the family.
    private let fixed: [FixedDistribution?]
    /// Values that rows have of point masses alone.
    private let values: [Double]
    package let isEmpty: Bool

    package init(_ experts: [Expert], _ family: any ExpertFamily) {
        fixed = experts.map { $0.fixed?.distribution }
        isEmpty = fixed.allSatisfy { $0 == nil }
        values = family.response.isDiscrete ? [] : fixed.compactMap { $0?.value }
    }

    /// Corrects the log densities of a component for `count` rows; those of a fixed one are written whatever was there.
    package func correct(
        _ component: Int, responses: UnsafePointer<Double>, count: Int, _ logDensities: UnsafeMutablePointer<Double>
    ) {
        guard !isEmpty else { return }
        switch fixed[component] {
        case nil:
            for value in values {
                for row in 0..<count where responses[row] == value { logDensities[row] = Self.none }
            }
        case .pointMass(let value):
            for row in 0..<count { logDensities[row] = responses[row] == value ? 0 : Self.none }
        case .noise(let low, let high):
            let density = -log(high - low)
            for row in 0..<count {
                let isInside = responses[row] >= low && responses[row] <= high && !values.contains(responses[row])
                logDensities[row] = isInside ? density : Self.none
            }
        }
    }
}

extension MixtureModel {
    /// Experts with parameters, by number: they come first.
    package var regressions: [Int] { experts.indices.filter { experts[$0].fixed == nil } }

    package var regressionCount: Int { experts.count { $0.fixed == nil } }

    /// Of the experts without parameters, in the user's units.
    package var fixedDistributions: [FixedDistribution] { experts.compactMap { $0.fixed?.inUserUnits } }

    package var hasFixedExperts: Bool { experts.contains { $0.fixed != nil } }

    /// Whether the experts without parameters are those of another model.
    package func hasSameFixedExperts(as other: MixtureModel) -> Bool {
        fixedDistributions == other.fixedDistributions
    }
}
