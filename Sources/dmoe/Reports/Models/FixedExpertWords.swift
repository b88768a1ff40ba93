import DistributedMoE
import Messages
import MixtureOfExperts
import ModelFiles

extension FixedDistribution {
    /// Such as `the value 0`.
    var words: String {
        switch self {
        case .pointMass(let value): "the value \(Format.label(value))"
        case .noise(let low, let high): "noise from \(Format.label(low)) to \(Format.label(high))"
        }
    }
}

extension MixtureModel {
    /// How many experts there are of each kind, such as `2 gaussian experts and 1 point mass`.
    ///
    /// - Parameter family: in front of those with parameters.
    func expertWords(family: String = "") -> String {
        let fixed = fixedDistributions
        let masses = fixed.count { !$0.isNoise }
        let noun = family.isEmpty ? "expert" : "\(family) expert"
        let parts = [
            Format.plural(regressionCount, noun),
            masses == 0 ? nil : masses == 1 ? "1 point mass" : "\(masses) point masses",
            fixed.contains(where: \.isNoise) ? "noise" : nil,
        ].compactMap { $0 }
        return parts.dropLast().joined(separator: ", ") + (parts.count > 1 ? " and " : "") + parts[parts.count - 1]
    }

    /// By which measure its likelihood is a density, where that is not Lebesgue or counting measure alone; nil where it is.
    var measureWords: String? {
        let values = fixedDistributions.compactMap(\.value)
        guard !values.isEmpty, !family.response.isDiscrete else { return nil }
        return
            "densities are by counting measure at \(values.map(Format.label).joined(separator: ", ")) and by Lebesgue measure elsewhere: "
            + "log-likelihoods and BIC cannot be compared with those of a model without "
            + (values.count == 1 ? "the point mass" : "these point masses")
    }
}
