/// Which columns of a table a model reads, and where they enter.
///
/// All parameters and statistics refer to one vector z = (1, x₁, …, x_d, y): position 0 is the intercept, position
/// j + 1 is `covariates[j]`, the last position is the response. Experts and gate each read a subset of the covariates.
public struct Design: Sendable, Equatable {
    public let target: String
    /// The covariates used by experts or gate, each once.
    public let covariates: [String]
    /// Indices into `covariates`, ascending.
    public let expertCovariates: [Int]
    /// Indices into `covariates`, ascending.
    public let gateCovariates: [Int]

    public init(target: String, covariates: [String], expertCovariates: [Int]? = nil, gateCovariates: [Int]? = nil) {
        self.target = target
        self.covariates = covariates
        self.expertCovariates = expertCovariates ?? Array(covariates.indices)
        self.gateCovariates = gateCovariates ?? Array(covariates.indices)
    }

    /// The union of both lists, expert covariates first.
    public init(target: String, expertFeatures: [String], gateFeatures: [String]) {
        let union = expertFeatures + gateFeatures.filter { !expertFeatures.contains($0) }
        let position = Dictionary(uniqueKeysWithValues: zip(union, union.indices))
        self.init(
            target: target, covariates: union, expertCovariates: Array(expertFeatures.indices),
            gateCovariates: gateFeatures.compactMap { position[$0] }.sorted())
    }

    public var covariateCount: Int { covariates.count }

    /// The length of z.
    public var momentCount: Int { covariates.count + 2 }

    /// Positions in z of an expert's regressors, the intercept first.
    public var expertPositions: [Int] { [0] + expertCovariates.map { $0 + 1 } }

    /// Positions in z of the gate's regressors, the intercept first.
    public var gatePositions: [Int] { [0] + gateCovariates.map { $0 + 1 } }

    public var expertFeatures: [String] { expertCovariates.map { covariates[$0] } }
    public var gateFeatures: [String] { gateCovariates.map { covariates[$0] } }

    /// Free parameters that come with one more expert: coefficients, gate coefficients and dispersion.
    public var parametersPerExpert: Int { expertCovariates.count + gateCovariates.count + 3 }
}
