/// Which columns of a table a model reads, and where they enter.
///
/// All parameters and statistics refer to one vector z = (1, x₁, …, x_d, y): position 0 is the intercept, position
/// j + 1 is `covariates[j]`, the last position is the response. Experts and gate each read a subset of the covariates.
public struct Design: Sendable, Equatable {
    /// The column of the response.
    public let target: String
    /// Names of the covariates that experts or gate read, each once; the columns of the matrices of covariates.
    public let covariates: [String]
    /// Indices into `covariates`, ascending.
    package let expertCovariates: [Int]
    /// Indices into `covariates`, ascending.
    package let gateCovariates: [Int]
    /// Index into `covariates` of a column that every linear predictor contains as it is, with coefficient 1, such as the
    /// logarithm of an exposure; it is no regressor of experts or gate.
    package let offset: Int?

    package init(
        target: String, covariates: [String], expertCovariates: [Int]? = nil, gateCovariates: [Int]? = nil,
        offset: Int? = nil
    ) {
        self.target = target
        self.covariates = covariates
        self.offset = offset
        let regressors = covariates.indices.filter { $0 != offset }
        self.expertCovariates = expertCovariates ?? regressors
        self.gateCovariates = gateCovariates ?? regressors
    }

    /// The union of both lists, expert covariates first, the offset last.
    package init(target: String, expertFeatures: [String], gateFeatures: [String], offset: String? = nil) {
        let ofExperts = Set(expertFeatures)
        let union = expertFeatures + gateFeatures.filter { !ofExperts.contains($0) }
        let position = Dictionary(uniqueKeysWithValues: zip(union, union.indices))
        self.init(
            target: target, covariates: union + [offset].compactMap { $0 },
            expertCovariates: Array(expertFeatures.indices),
            gateCovariates: gateFeatures.compactMap { position[$0] }.sorted(),
            offset: offset.map { _ in union.count })
    }

    package var covariateCount: Int { covariates.count }

    /// The length of z.
    package var momentCount: Int { covariates.count + 2 }

    /// Positions in z of an expert's regressors, the intercept first.
    package var expertPositions: [Int] { [0] + expertCovariates.map { $0 + 1 } }

    /// Positions in z of the gate's regressors, the intercept first.
    package var gatePositions: [Int] { [0] + gateCovariates.map { $0 + 1 } }

    /// Position in z of the offset.
    package var offsetPosition: Int? { offset.map { $0 + 1 } }

    /// Names of the covariates that the experts read, in the order of their slopes.
    public var expertFeatures: [String] { expertCovariates.map { covariates[$0] } }
    package var offsetFeature: String? { offset.map { covariates[$0] } }
    /// Names of the covariates that the gate reads, in the order of its slopes.
    public var gateFeatures: [String] { gateCovariates.map { covariates[$0] } }

    /// Free parameters that come with one more expert: its coefficients and dispersion, and those of its gate.
    package func parametersPerExpert(_ family: any ExpertFamily) -> Int {
        family.coefficientCount(regressors: expertPositions.count) + (family.hasDispersion ? 1 : 0)
            + gatePositions.count
    }
}
