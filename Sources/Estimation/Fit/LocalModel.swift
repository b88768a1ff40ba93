import MixtureOfExperts

/// What a site sends: its fitted mixture with the statistics of each expert, and how the fit went. No row is in it.
public struct LocalModel: Sendable, Equatable {
    public var fitted: FittedMixture
    public var report: FitReport

    public init(fitted: FittedMixture, report: FitReport) {
        self.fitted = fitted
        self.report = report
    }

    public var model: MixtureModel { fitted.model }
}
