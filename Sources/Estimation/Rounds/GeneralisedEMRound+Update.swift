import Foundation
import MixtureOfExperts
import Numerics

extension GeneralisedEMRound {
    /// What a coordinator makes of a round.
    package struct Update: Sendable, Equatable {
        /// The next mixture, with the merged moments; experts in the order of the mixture that the sites had.
        package var fitted: FittedMixture
        /// Of the mixture that the sites had, in the user's units.
        package var logLikelihoodPerRow: Double
        /// The share of the Newton step of the gate that was taken.
        package var gateStep: Double

        package init(fitted: FittedMixture, logLikelihoodPerRow: Double, gateStep: Double) {
            self.fitted = fitted
            self.logLikelihoodPerRow = logLikelihoodPerRow
            self.gateStep = gateStep
        }
    }

    /// One step of generalised EM from the statistics of all sites, in any order.
    ///
    /// - Throws: ``EstimationError`` where there are none, or none of this model.
    package func update(_ sites: [RoundStatistics]) throws(EstimationError) -> Update {
        let family = try closedFormFamily()
        let sites = try ordered(sites)
        let merged = try merged(sites.map(withSpread))
        let start = model
        var next = start
        let moments = merged.moments.map(standardisation.standardised)
        next.experts = start.experts.enumerated().map { expert, current in
            let own = standardisation.standardised(momentsWithoutContrasts(expert, sites))
            // An expert that holds no row stays where it is.
            return own.weight > 1e-10 * merged.weight
                ? family.fit(own, on: design.expertCovariates, dispersionFloor: options.varianceFloor) : current
        }
        let direction = merged.gate.direction(start.gate, ridge: options.gateRidge * merged.weight)
        let step = Self.stepLength(reach: reach(of: direction, over: moments))
        next.gate = start.gate.moved(direction, by: step)
        var fitted = FittedMixture(
            model: standardisation.inUserUnits(next), moments: merged.moments, rowCount: merged.rowCount,
            weight: merged.moments.reduce(0) { $0 + $1.weight })
        fitted.withheldColumns = global.withheldColumns
        return Update(
            fitted: fitted, logLikelihoodPerRow: merged.logLikelihood / merged.weight, gateStep: step)
    }

    /// In an order that does not depend on the one given, so that neither do the bits.
    private func ordered(_ sites: [RoundStatistics]) throws(EstimationError) -> [RoundStatistics] {
        let columns = design.covariateCount + 1
        let regressors = design.gatePositions.count
        for site in sites {
            guard site.moments.count == global.model.expertCount, site.moments.allSatisfy({ $0.count == columns }),
                site.gate.gradient.allSatisfy({ $0.count == regressors }),
                site.gate.pairs.allSatisfy({ $0.size == regressors })
            else { throw .statisticsOfAnotherShape }
        }
        return sites.sorted {
            ($0.logLikelihood, $0.weight, $0.moments[0].weight) < ($1.logLikelihood, $1.weight, $1.moments[0].weight)
        }
    }

    private func merged(_ ordered: [RoundStatistics]) throws(EstimationError) -> RoundStatistics {
        guard var merged = ordered.first else { throw .noStatistics }
        for site in ordered.dropFirst() { merged.merge(site) }
        guard merged.weight > 0, merged.isFinite else {
            throw .statisticsTooLarge
        }
        return merged
    }

    // MARK: Length of the gate's step

    /// The root mean square over an expert's rows of what a step changes in the log odds of two experts: the largest of all.
    private func reach(of direction: Matrix, over moments: [Moments]) -> Double {
        let positions = design.gateCovariates
        var largest = 0.0
        for first in 0..<direction.columnCount {
            for second in 0..<first {
                let difference = zip(direction.column(first), direction.column(second)).map(-)
                let slopes = Array(difference.dropFirst())
                for rows in moments where rows.weight > 0 {
                    let mean = difference[0] + dot(slopes, positions.map { rows.mean[$0] })
                    let spread = dot(slopes, rows.covariance(of: positions) * slopes)
                    largest = max(largest, mean * mean + spread)
                }
            }
        }
        return largest.squareRoot()
    }

    /// The whole Newton step where it changes log odds by no more than ``largestReach``, else less.
    ///
    /// No trial can be made within the round. Along a line the log of a sum of exponentials has a third derivative of at most
    /// R times its second, R the largest change of a log odds (Bach 2010, Electronic Journal of Statistics 4, lemma 1): a
    /// Newton step raises the objective as long as exp(R) - R - 1 ≤ R², R ≤ 1.79, and a step of log₂(1 + R) / R beyond, up to
    /// R = 50, farther than which no step goes. R is taken over all rows there; their root mean square serves here.
    private static func stepLength(reach: Double) -> Double {
        guard reach > largestReach else { return 1 }
        let units = reach / largestReach
        return log2(1 + min(units, farthestReach / largestReach)) / units
    }

    /// Of the lemma.
    private static let farthestReach = 50.0

    private static let largestReach = 1.5
}
