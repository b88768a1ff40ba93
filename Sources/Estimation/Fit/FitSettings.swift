import Messages

/// Every option that shaped a fit, as it was asked for.
///
/// Model files hold it as it is.
package struct FitSettings: Sendable, Equatable, Codable {
    /// The largest number where one was chosen.
    package var experts: Int
    /// The smallest number that was to be tried; nil where none was chosen.
    package var expertsFrom: Int?
    package var criterion: ExpertCountReport.Criterion?
    package var heldOutShare: Double?
    /// nil where it did not keep the fit from experts that were asked for.
    package var rowsPerParameter: Int?
    package var starts: Int
    package var tolerance: Double
    package var maxIterations: Int
    package var seed: UInt64
    package var minRows: Double
    package var standardErrors: StandardErrorMethod
    /// nil in files of versions that had none.
    package var slopePrior: SlopePriorRule?
    @Coded package var lasso: Lasso
    /// nil without a lasso, where it has no effect.
    package var refitsSlopes: Bool?
    package var varianceFloor: Double
    package var gateRidge: Double
    package var expertRidge: Double
    /// How many there were.
    package var initialModels: Int
    /// Values that were to be experts of their own; nil for none.
    package var pointMasses: [Double]?
    /// Whether there was to be an expert of noise; nil for none.
    package var noise: Bool?

    package init(_ options: FitOptions) {
        experts = options.expertCount
        starts = options.starts
        tolerance = options.tolerance
        maxIterations = options.maxIterations
        seed = options.seed
        minRows = options.minRows
        standardErrors = options.standardErrors
        slopePrior = options.slopePrior
        _lasso = Coded(options.lasso)
        refitsSlopes = options.lasso == .none ? nil : options.refitsSlopes
        varianceFloor = options.varianceFloor
        gateRidge = options.gateRidge
        expertRidge = options.expertRidge
        initialModels = options.initialModels.count
        let values = options.fixed.compactMap(\.inUserUnits.value)
        pointMasses = values.isEmpty ? nil : values
        noise = options.wantsNoise || options.fixed.contains { $0.inUserUnits.isNoise } ? true : nil
    }
}
