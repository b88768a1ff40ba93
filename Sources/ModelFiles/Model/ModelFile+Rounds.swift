import Estimation
import Messages

/// The extra rounds that led to a global model.
extension ModelFile {
    /// An update from the statistics of sites.
    package struct RoundRecord: Codable, Sendable, Equatable {
        package var sites: Int
        package var rows: Int
        /// Of the model before the update, as the sites reported it.
        package var logLikelihoodPerRow: Double
        /// The share of the gate's Newton step that was taken.
        package var gateStep: Double
        /// Of a step of all parameters together; absent of a step of generalised EM.
        package var promise: StepPromise?
        /// The digest of the model before the update.
        package var model: String?
        @CodedList package var warnings: [RoundWarning]
    }

    /// The model that a round made of the model in `previous`, with the rounds before.
    package init(
        _ update: GeneralisedEMRound.Update, after previous: ModelFile, sites: Int, warnings: [RoundWarning]
    ) {
        let fitted = update.fitted
        self.init(fitted, kind: .global)
        aggregation = previous.aggregation
        aggregation?.withholdSites(of: fitted.withheldStatistics)
        (reading, studyDigest, study) = (previous.reading, previous.studyDigest, previous.study)
        disclosure = previous.disclosure
        let round = RoundRecord(
            sites: sites, rows: fitted.rowCount, logLikelihoodPerRow: update.logLikelihoodPerRow,
            gateStep: update.gateStep, promise: update.promise, model: previous.fitted?.digest, warnings: warnings)
        rounds = (previous.rounds ?? []) + [round]
    }
}
