/// Every option that shaped an aggregation, as it was asked for.
///
/// Model files hold it as it is.
package struct AggregationSettings: Sendable, Equatable, Codable {
    /// The name of the ``Aggregator``.
    package var method: String
    /// nil: the largest local number.
    package var experts: Int?
    /// First and last number, where one was chosen.
    package var expertRange: ClosedRange<Int>?
    /// nil: chosen among several.
    package var gateTarget: AggregationOptions.GateTarget?
    package var siteWeights: AggregationOptions.SiteWeights
    /// nil: no bound.
    package var largestShare: Double?
    package var supportSize: Int
    package var inconsistentSites: AggregationOptions.InconsistentSiteRule
    /// nil: by formulas from those of the local models.
    package var errors: AggregationOptions.AggregateErrors?
    package var seed: UInt64
    package var expertSource: AggregationOptions.ExpertSource
    package var tolerance: Double
    package var maxIterations: Int
    package var gateRidge: Double

    package init(_ options: AggregationOptions, method: String) {
        self.method = method
        experts = options.expertCountRange == nil ? options.expertCount : nil
        expertRange = options.expertCountRange
        gateTarget = options.gateTarget
        siteWeights = options.siteWeights
        largestShare = options.largestShare
        supportSize = options.supportSize
        inconsistentSites = options.inconsistentSites
        errors = options.errors == .model ? nil : options.errors
        seed = options.seed
        expertSource = options.expertSource
        tolerance = options.tolerance
        maxIterations = options.maxIterations
        gateRidge = options.gateRidge
    }
}
