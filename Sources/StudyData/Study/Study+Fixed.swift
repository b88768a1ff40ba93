import Messages
import MixtureOfExperts

extension Study {
    /// The experts without parameters that every site has.
    package var fixedDistributions: [FixedDistribution] {
        (pointMasses ?? []).map { .pointMass($0) }
            + [noise].compactMap { $0 }.filter { $0.count == 2 }.map { .noise(low: $0[0], high: $0[1]) }
    }

    /// The experts without parameters, where they cannot be.
    var fixedExpertProblem: Problem? {
        if let noise, noise.count != 2 { return ("noise", "must be two numbers, the ends of its range") }
        if let values = pointMasses, zip(values, values.dropFirst()).contains(where: { $0 >= $1 }) {
            return ("pointMasses", "must be in ascending order, each once")
        }
        for fixed in fixedDistributions {
            let numbers = fixed.noiseRange ?? [fixed.mean]
            let isTooLarge = numbers.contains { !(abs($0) <= RowSelection.largestValue) }
            guard isTooLarge || expertFamily.map({ fixed.problem(with: $0) != nil }) ?? false else { continue }
            return (fixed.isNoise ? "noise" : "pointMasses", "is not possible with family \(family.quoted)")
        }
        return nil
    }
}

extension [Double] {
    /// As a study compares and digests them.
    package var numbersText: String { map(Format.label).joined(separator: ", ") }
}
