import MixtureOfExperts

/// How sure the parameters of a model file are.
extension ModelFile {
    /// ``ParameterCovariance``.
    package struct CovarianceRecord: Codable, Sendable, Equatable {
        package var standardErrors: [Double]
        /// Strict lower triangle, row by row; absent where only the errors are known.
        package var correlations: [Double]?
        /// Positions, from 0, of parameters that the rows do not determine; absent where there are none.
        package var undetermined: [Int]?
        /// Of Student's t; absent where the estimates are taken as normal.
        package var degrees: Double?
    }

    /// ``ParameterUncertainty``, but for the experts.
    package struct UncertaintyRecord: Codable, Sendable, Equatable {
        package var source: ParameterUncertainty.Source
        /// Of all gates but the last, gate after gate, intercepts at the means of the covariates.
        package var gate: CovarianceRecord
    }

    mutating func set(_ errors: ParameterUncertainty?) {
        uncertainty = errors.map { UncertaintyRecord(source: $0.source, gate: CovarianceRecord($0.gate)) }
        for index in experts.indices { experts[index].uncertainty = errors.map { CovarianceRecord($0.experts[index]) } }
    }

    package var errors: ParameterUncertainty? {
        let blocks = experts.compactMap(\.uncertainty?.covariance)
        guard let uncertainty, blocks.count == experts.count else { return nil }
        return ParameterUncertainty(source: uncertainty.source, experts: blocks, gate: uncertainty.gate.covariance)
    }

    func validateUncertainty(source: String) throws(ModelFileError) {
        func refuse(_ field: String, _ reason: String) -> ModelFileError {
            .invalidValue(path: source, field: field, reason: reason)
        }
        guard let uncertainty else {
            if let other = experts.firstIndex(where: { $0.uncertainty != nil }) {
                throw refuse("experts[\(other)].uncertainty", "has no place without that of the gate")
            }
            return
        }
        try uncertainty.gate.validate(
            count: (experts.count - 1) * (gateCovariates.count + 1), field: "uncertainty.gate", source: source)
        let hasDispersion = ExpertFamilies.named(family)?.hasDispersion ?? false
        for (index, expert) in experts.enumerated() {
            guard let own = expert.uncertainty else {
                throw .missingField(path: source, field: "experts[\(index)].uncertainty")
            }
            try own.validate(
                count: expert.coefficients.count + (hasDispersion ? 1 : 0), field: "experts[\(index)].uncertainty",
                source: source)
        }
    }
}

extension ModelFile.CovarianceRecord {
    init(_ covariance: ParameterCovariance) {
        self.init(
            standardErrors: covariance.standardErrors, correlations: covariance.correlations,
            undetermined: covariance.undetermined.isEmpty ? nil : covariance.undetermined, degrees: covariance.degrees)
    }

    /// Of a record that was validated.
    var covariance: ParameterCovariance {
        ParameterCovariance(
            standardErrors: standardErrors, correlations: correlations, undetermined: undetermined ?? [],
            degrees: degrees)
    }

    fileprivate func validate(count: Int, field: String, source: String) throws(ModelFileError) {
        func check(_ condition: Bool, _ name: String, _ reason: String) throws(ModelFileError) {
            if !condition { throw .invalidValue(path: source, field: "\(field).\(name)", reason: reason) }
        }
        try check(
            standardErrors.count == count, "standardErrors", "has \(standardErrors.count) numbers, not \(count)")
        try check(
            standardErrors.allSatisfy { $0 >= 0 && FieldBounds.value.contains($0) }, "standardErrors",
            "must be finite and not negative, at most 1e100")
        if let correlations {
            let pairs = ParameterCovariance.pairCount(count)
            try check(correlations.count == pairs, "correlations", "has \(correlations.count) numbers, not \(pairs)")
            try check(correlations.allSatisfy { abs($0) <= 1 }, "correlations", "must lie between -1 and 1")
        }
        if let degrees {
            try check((1...1e9).contains(degrees), "degrees", "must be from 1 to 1e9")
        }
        let positions = undetermined ?? []
        try check(
            positions.allSatisfy((0..<count).contains) && Set(positions).count == positions.count, "undetermined",
            "names a parameter that does not exist, or is duplicated")
    }
}
