import MixtureOfExperts

/// What a site sends: its fitted mixture with the statistics of each expert, and how the fit went.
///
/// No row is in it.
package struct LocalModel: Sendable, Equatable {
    package var fitted: FittedMixture
    package var report: FitReport

    package init(fitted: FittedMixture, report: FitReport) {
        self.fitted = fitted
        self.report = report
    }

    package var model: MixtureModel { fitted.model }
}
