/// A mixture with the statistics of its experts: what a site sends, and what an aggregation returns.
public struct FittedMixture: Sendable, Equatable {
    /// In the user's units.
    public var model: MixtureModel
    /// Moments of (x, y) under the posterior of each expert, in the user's units: the experts' statistics and the
    /// covariate sketch in one.
    public var moments: [Moments]
    public var rowCount: Int
    /// Σ of the row weights: what a shard weighs in an aggregation.
    public var weight: Double

    public init(model: MixtureModel, moments: [Moments], rowCount: Int, weight: Double) {
        precondition(moments.count == model.expertCount, "statistics for every expert")
        self.model = model
        self.moments = moments
        self.rowCount = rowCount
        self.weight = weight
    }

    /// The same with the covariates in the order of another design; nil where the two do not use the same ones.
    public func arranged(as design: Design) -> FittedMixture? {
        let own = model.design
        guard own.target == design.target, Set(own.expertFeatures) == Set(design.expertFeatures),
            Set(own.gateFeatures) == Set(design.gateFeatures), own.covariates.count == design.covariates.count
        else { return nil }
        if own == design { return self }
        func positions(_ wanted: [String], in names: [String]) -> [Int] {
            wanted.compactMap { names.firstIndex(of: $0) }
        }
        let experts = [0] + positions(design.expertFeatures, in: own.expertFeatures).map { $0 + 1 }
        let gates = [0] + positions(design.gateFeatures, in: own.gateFeatures).map { $0 + 1 }
        let columns = positions(design.covariates, in: own.covariates) + [own.covariateCount]
        return FittedMixture(
            model: MixtureModel(
                design: design, family: model.family,
                gate: SoftmaxGate(coefficients: model.gate.coefficients.rows(gates)),
                experts: model.experts.map { expert in
                    Expert(coefficients: experts.map { expert.coefficients[$0] }, dispersion: expert.dispersion)
                }),
            moments: moments.map { $0.permuted(columns) }, rowCount: rowCount, weight: weight)
    }

    /// The experts by falling weight.
    package var orderOfWeight: [Int] {
        moments.indices.sorted { (moments[$0].weight, $1) > (moments[$1].weight, $0) }
    }

    /// The same with the experts by falling weight: an order that does not depend on how they were found.
    public func inOrderOfWeight() -> FittedMixture {
        let order = orderOfWeight
        var result = self
        result.model = model.reordered(order)
        result.moments = order.map { moments[$0] }
        return result
    }
}
