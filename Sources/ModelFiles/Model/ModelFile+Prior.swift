import MixtureOfExperts

/// The prior of slopes that have no finite maximum. What it pulls is in the scores, so that an aggregate may leave it out of every site
/// and have it once.
extension ModelFile {
    mutating func set(_ prior: SlopePrior?) {
        guard let prior, !prior.isEmpty else { return }
        for (index, units) in prior.experts.enumerated() { experts[index].priorUnits = units }
        gatePriorUnits = prior.gate
    }

    var prior: SlopePrior? {
        let units = experts.compactMap(\.priorUnits)
        guard let gatePriorUnits, units.count == experts.count else { return nil }
        return SlopePrior(experts: units, gate: gatePriorUnits)
    }

    func validatePrior(_ check: FieldCheck) throws(ModelFileError) {
        guard let gatePriorUnits else {
            try check.require(
                experts.allSatisfy { $0.priorUnits == nil }, "experts[…].priorUnits",
                "has no place without that of the gate")
            return
        }
        try check.numbers(gatePriorUnits, gateCovariates.count + 1, "gatePriorUnits", .value)
        try check.require(gatePriorUnits.allSatisfy { $0 >= 0 }, "gatePriorUnits", "must not be negative")
        for expert in experts {
            guard let units = expert.priorUnits else {
                throw .missingField(path: check.source, field: "experts[…].priorUnits")
            }
            try check.numbers(units, expert.coefficients.count, "experts[…].priorUnits", .value)
            try check.require(units.allSatisfy { $0 >= 0 }, "experts[…].priorUnits", "must not be negative")
        }
    }
}
