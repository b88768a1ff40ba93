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
        guard let arranged = model.arranged(as: design) else { return nil }
        if model.design == design { return self }
        let columns = design.positions(of: model.design) + [model.design.covariateCount]
        return FittedMixture(
            model: arranged, moments: moments.map { $0.permuted(columns) }, rowCount: rowCount, weight: weight)
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
