import Estimation
import Messages
import MixtureOfExperts
import Numerics

/// A global model adapted to the rows of one site: it stays there.
extension ModelFile {
    /// How the model of a site came from the shared one.
    package struct AdaptationRecord: Codable, Sendable, Equatable {
        /// ``MixtureOfExperts/FittedMixture/digest`` of the shared model.
        package var sharedDigest: String
        /// Rows behind the shared model.
        package var sharedRows: Int
        /// What was to be fitted.
        package var adapted: AdaptedPart
        /// Where a precision of the prior is absent the parameters are the shared ones.
        package var priorPrecision: PrecisionRecord
        /// Whether the precisions have the largest evidence, or were given.
        package var isByEvidence: Bool
        /// Mean and standard deviation of each covariate behind the shared model: the units of the prior.
        package var center: [Double]
        package var scale: [Double]
        /// Of each expert of the shared model.
        package var shared: [SharedExpertRecord]
        /// Of the rows of the site.
        package var sharedLogLikelihood: Double
        package var logLikelihood: Double
        /// By how much the marginal likelihood exceeds that of the shared model, in nats; absent where it is not known.
        package var logEvidence: Double?
        package var parameters: Int
        package var effectiveParameters: Double
        package var iterations: Int
        package var converged: Bool
        @CodedList package var warnings: [AdaptationWarning]
    }

    /// Of each block of parameters.
    package struct PrecisionRecord: Codable, Sendable, Equatable {
        package var gate: Double?
        package var intercepts: Double?
        package var dispersions: Double?
    }

    package struct SharedExpertRecord: Codable, Sendable, Equatable {
        package var coefficients: [Double]
        package var dispersion: Double
        package var gate: [Double]
        /// Mean gate over the rows of the site: of the shared, and of the adapted one.
        package var sharedShare: Double
        package var share: Double
    }

    /// - Parameters:
    ///   - adapted: of the rows of a site.
    ///   - base: the file of the shared model.
    package init(_ adapted: AdaptedModel, of base: ModelFile) {
        let report = adapted.report
        self.init(adaptedTo: adapted.model, rows: report.rowCount, weight: report.weight)
        set(adapted.errors)
        let columns = base.covariates.indices
        adaptation = AdaptationRecord(
            sharedDigest: base.fitted?.digest ?? "", sharedRows: base.rows, adapted: report.part,
            priorPrecision: PrecisionRecord(
                gate: report.precisions[.gate] ?? nil, intercepts: report.precisions[.intercepts] ?? nil,
                dispersions: report.precisions[.dispersions] ?? nil), isByEvidence: report.isByEvidence,
            center: columns.map { adapted.center[$0] },
            scale: columns.map { adapted.scale[$0] },
            shared: base.experts.enumerated().map { index, expert in
                SharedExpertRecord(
                    coefficients: expert.coefficients, dispersion: expert.dispersion, gate: expert.gate,
                    sharedShare: report.sharedShares[index], share: report.shares[index])
            },
            sharedLogLikelihood: report.sharedLogLikelihood, logLikelihood: report.logLikelihood,
            logEvidence: report.logEvidence, parameters: report.parameterCount,
            effectiveParameters: report.effectiveParameters, iterations: report.iterations,
            converged: report.isConverged, warnings: report.warnings)
        (reading, studyDigest, study) = (base.reading, base.studyDigest, base.study)
    }

    /// The model with the statistics that an aggregation, a round or an adaptation takes.
    ///
    /// - Parameter path: what messages call the file.
    /// - Throws: ``ModelFileError`` for a file that has none.
    package func withStatistics(path: String) throws(ModelFileError) -> FittedMixture {
        guard kind != .adapted else { throw .adaptedModel(path: path) }
        guard let fitted else { throw .noStatistics(path: path) }
        return fitted
    }

    /// Of an adapted model: the one that it was adapted from.
    package var sharedModel: MixtureModel? {
        guard let adaptation else { return nil }
        return MixtureModel(
            design: design, family: expertFamily,
            gate: SoftmaxGate(coefficients: Matrix(columns: adaptation.shared.map(\.gate))),
            experts: adaptation.shared.map { Expert(coefficients: $0.coefficients, dispersion: $0.dispersion) })
    }

    // MARK: Validation

    func validateAdaptation(_ check: FieldCheck) throws(ModelFileError) {
        guard kind == .adapted else {
            return try check.require(adaptation == nil, "adaptation", "has no place in a model that is not adapted")
        }
        guard let adaptation else { throw .missingField(path: check.source, field: "adaptation") }
        try check.require(
            experts.allSatisfy { $0.statistics == nil }, "experts[…].statistics",
            "have no place in an adapted model: it is private to its site")
        let check = check.nested("adaptation")
        try check.count(adaptation.sharedRows, "sharedRows")
        try check.count(adaptation.parameters, "parameters")
        try check.count(adaptation.iterations, "iterations")
        for (name, value) in [
            ("gate", adaptation.priorPrecision.gate), ("intercepts", adaptation.priorPrecision.intercepts),
            ("dispersions", adaptation.priorPrecision.dispersions),
        ] {
            try check.require((value ?? 0) >= 0, "priorPrecision.\(name)", "must not be negative")
        }
        try check.numbers(adaptation.center, covariates.count, "center", .value)
        try check.numbers(adaptation.scale, covariates.count, "scale", .value)
        try check.require(adaptation.scale.allSatisfy { $0 > 0 }, "scale", "must be positive")
        try check.numbers(
            [
                adaptation.sharedLogLikelihood, adaptation.logLikelihood, adaptation.logEvidence ?? 0,
                adaptation.effectiveParameters,
            ], 4, "logLikelihood", .value)
        try validateShared(adaptation.shared, check)
    }

    private func validateShared(_ shared: [SharedExpertRecord], _ check: FieldCheck) throws(ModelFileError) {
        try check.require(
            shared.count == experts.count, "shared", "has \(shared.count) experts, not \(experts.count)")
        for (index, (own, expert)) in zip(shared, experts).enumerated() {
            let check = check.nested("shared[\(index)]")
            try check.numbers(own.coefficients, expert.coefficients.count, "coefficients", .value)
            try check.numbers(own.gate, gateCovariates.count + 1, "gate", .value)
            try check.require(own.dispersion > 0, "dispersion", "must be positive")
            try check.number(own.dispersion, "dispersion", .variance)
            try check.numbers([own.sharedShare, own.share], 2, "share", .value)
        }
    }
}
