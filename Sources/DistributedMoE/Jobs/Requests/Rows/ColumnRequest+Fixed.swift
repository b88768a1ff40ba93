import Estimation
import Messages
import MixtureOfExperts
import StudyData

/// The range of an expert of noise.
public enum NoiseRange: Sendable, Equatable {
    /// About the responses of the rows, its ends rounded outwards.
    case automatic
    /// Given.
    case range(low: Double, high: Double)
}

extension ColumnRequest {
    /// Experts without parameters that are known before a row is read.
    var fixedDistributions: [FixedDistribution] {
        var result = pointMass.sorted().map { FixedDistribution.pointMass($0) }
        if case .range(let low, let high) = noise { result.append(.noise(low: low, high: high)) }
        return result
    }

    /// Whether family and experts without parameters go together.
    ///
    /// - Throws: ``RequestRefusal/fixedExpert(_:_:)``.
    package func checkFixedExperts() throws(RequestRefusal) {
        let values = pointMass.sorted()
        if let (value, _) = zip(values, values.dropFirst()).first(where: { $0 == $1 }) {
            throw .fixedExpert(.pointMass, .duplicatedValue(value))
        }
        guard let family = ExpertFamilies.named(familyName, classes: ["0", "1"]) else { return }
        let automatic: [FixedDistribution] = noise == .automatic ? [.noise(low: 0, high: 1)] : []
        for fixed in fixedDistributions + automatic {
            let option = fixed.isNoise ? RequestOption.noise : .pointMass
            switch fixed.problem(with: family) {
            case nil: continue
            case .classes: throw .fixedExpert(option, .responsesAreClasses(family: familyName))
            case .noiseOfOtherFamily: throw .fixedExpert(option, .noiseOfOtherFamily(family: familyName))
            case .emptyRange: throw .fixedExpert(option, .emptyRange)
            case .valueOutOfRange: throw .fixedExpert(option, .value(fixed.mean, family: familyName))
            }
        }
    }
}

extension RowSelection {
    /// Whether models of the rows have experts without parameters.
    var hasFixedExperts: Bool { !fixed.isEmpty || wantsNoise }

    /// - Throws: ``RequestRefusal/noFixedExperts(_:)`` for an option that takes none, where there are some.
    func refuseFixedExperts(_ options: [(RequestOption, isGiven: Bool)]) throws(RequestRefusal) {
        guard hasFixedExperts, let (option, _) = options.first(where: \.isGiven) else { return }
        throw .noFixedExperts(option)
    }
}

extension FitOptions {
    /// With the experts without parameters that models of the rows have.
    mutating func addFixedExperts(of selection: RowSelection) {
        fixed = selection.fixed.map { FixedExpert($0) }
        wantsNoise = selection.wantsNoise
    }
}
