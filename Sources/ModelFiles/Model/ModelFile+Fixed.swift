import MixtureOfExperts

/// Experts without parameters in a file.
extension ModelFile.ExpertRecord {
    /// Of a record that was validated.
    var fixed: FixedDistribution? {
        if let noise, noise.count == 2 { return .noise(low: noise[0], high: noise[1]) }
        return pointMass.map { .pointMass($0) }
    }

    var expert: Expert {
        Expert(coefficients: coefficients, dispersion: dispersion, fixed: fixed.map { FixedExpert($0) })
    }
}

extension ModelFile {
    /// Those after the others, in their order and each once, without coefficients.
    func validateFixedExperts(_ check: FieldCheck) throws(ModelFileError) {
        let first = experts.firstIndex { $0.pointMass != nil || $0.noise != nil } ?? experts.count
        try check.require(first > 0, "experts", "have no parameters: one at least must")
        for (index, expert) in experts.enumerated().dropFirst(first) {
            let own = check.nested("experts[\(index)]")
            if let noise = expert.noise {
                try own.require(expert.pointMass == nil, "noise", "has no place beside pointMass")
                try own.numbers(noise, 2, "noise", .value)
            }
            guard let fixed = expert.fixed else {
                throw own.refusal("coefficients", "must come before experts without parameters")
            }
            try fixed.value.map { value throws(ModelFileError) in try own.number(value, "pointMass", .value) }
            try own.require(
                fixed.problem(with: expertFamily) == nil, fixed.isNoise ? "noise" : "pointMass",
                "is not possible with family '\(family)'")
            try own.require(
                expert.coefficients.allSatisfy { $0 == 0 } && expert.dispersion == 1, "coefficients",
                "must be 0, and the dispersion 1, of an expert without parameters")
            if index > first, let before = experts[index - 1].fixed {
                try own.require(
                    FixedDistribution.precedes(before, fixed) && !(before.isNoise && fixed.isNoise),
                    fixed.isNoise ? "noise" : "pointMass", "must be in ascending order, each once")
            }
        }
        try check.require(
            formatVersion > 2 || first == experts.count, "formatVersion", "must be 3 with experts without parameters")
    }
}
