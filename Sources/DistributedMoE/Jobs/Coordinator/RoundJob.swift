import Estimation
import ModelFiles

/// One of the extra rounds of `dmoe learn` where the sites answer one by one: the next global model, or why there is none.
package struct RoundJob: Sendable, Equatable {
    /// The threshold rule of the sites, as in ``StatisticsJob/minRows``.
    package var minRows: Int? = FitChoices.usualThreshold
    /// Whether the sites were asked only in order to see if the last update did harm.
    package var isLast = false

    package init() {}

    /// A site that was asked.
    package struct Site: Sendable {
        package enum Answer: Sendable {
            case released(StatisticsFile)
            /// In the words of the site.
            case failed(message: String)
        }

        package var name: String
        package var answer: Answer

        package init(name: String, answer: Answer) {
            self.name = name
            self.answer = answer
        }
    }

    /// What the round led to.
    package struct Outcome: Sendable {
        /// nil after the last round.
        package var model: ModelFile?
        /// Why there is no further round.
        package var ending: ExtraRounds.Ending?
        /// Whether the model that the statistics were taken at did harm, so that the one before it is to be kept.
        package var isTakenBack = false
    }

    /// - Parameters:
    ///   - model: of the aggregation or of the round before, at which the statistics were taken.
    ///   - name: what messages call it.
    ///   - sites: all that were asked, in their order.
    /// - Throws: ``RequestRefusal``, ``ModelFileError``.
    package func run(_ model: ModelFile, named name: String, _ sites: [Site]) throws -> Outcome {
        try RequestOption.minRows.check(minRows)
        try model.refuseFixedExperts(path: name)
        let global = try model.withStatistics(path: name)
        var released = ReleasedStatistics()
        var totals = FieldTotals()
        var names = [String]()
        for site in sites {
            switch site.answer {
            case .failed(let message): released.leaveOut(site.name, message: message)
            case .released(let file):
                try file.check(isOf: global, path: site.name, modelPath: name)
                try totals.add(file, path: site.name)
                names.append(site.name)
                released.add(file.statistics, of: site.name, warnings: file.warnings)
            }
        }
        var options = FitOptions(expertCount: global.model.expertCount)
        options.minRows = Double(minRows ?? 1)
        options.siteRule = model.siteRule
        let before = model.rounds?.last.map {
            ReleasedStatistics.Before(
                sites: $0.sites, logLikelihoodPerRow: $0.logLikelihoodPerRow, promise: $0.promise)
        }
        let round = GeneralisedEMRound(at: global, options: options)
        switch released.outcome(of: round, after: before, isLast: isLast, largestShare: model.largestShare) {
        case .updated(let next):
            let counted = released.statistics.withShares(upTo: model.largestShare)
            let warnings = next.warnings + SiteUpdate.dominant(zip(names, counted).map { ($0, $1.weight) })
            return Outcome(model: ModelFile(next.update, after: model, sites: next.sites, warnings: warnings))
        case .kept: return Outcome()
        case .takenBack(let ending): return Outcome(ending: ending, isTakenBack: true)
        case .ended(let ending): return Outcome(ending: ending)
        }
    }
}
