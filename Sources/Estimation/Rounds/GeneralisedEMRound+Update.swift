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
        /// Of a step of all parameters together, on the observed information; nil of a step of generalised EM.
        package var promise: StepPromise?

        package var isJoint: Bool { promise != nil }

        package init(
            fitted: FittedMixture, logLikelihoodPerRow: Double, gateStep: Double, promise: StepPromise? = nil
        ) {
            self.fitted = fitted
            self.logLikelihoodPerRow = logLikelihoodPerRow
            self.gateStep = gateStep
            self.promise = promise
        }
    }

    /// The update that led to the mixture of a round.
    package struct LastUpdate: Sendable {
        package var logLikelihoodPerRow: Double
        package var promise: StepPromise?

        package init(logLikelihoodPerRow: Double, promise: StepPromise?) {
            self.logLikelihoodPerRow = logLikelihoodPerRow
            self.promise = promise
        }

        fileprivate func thirdDerivative(_ now: Double) -> Double? { promise?.next(gain: now - logLikelihoodPerRow) }
    }

    /// One step from the statistics of all sites, in any order: of generalised EM, or of Newton's method where the joint information says that
    /// this raises the log-likelihood further.
    ///
    /// - Parameters:
    ///   - last: of the update that led here.
    ///   - isJointAllowed: false after a joint step that did harm.
    /// - Throws: ``EstimationError`` where there are none, or none of this model.
    package func update(
        _ sites: [RoundStatistics], after last: LastUpdate? = nil, isJointAllowed: Bool = true
    ) throws(EstimationError) -> Update {
        let sites = try ordered(sites)
        let complete = sites.map(withSpread)
        let merged = try merged(complete)
        let sums = CoordinatorSums(self, sites, gates: complete.map(\.gate), merged)
        var (next, gateStep, gain) = stepOfGeneralisedEM(sums, sites, merged)
        let logLikelihoodPerRow = merged.logLikelihood / merged.weight
        let thirdDerivative = last?.thirdDerivative(logLikelihoodPerRow) ?? CubicStep.largestThirdDerivative
        var promise: StepPromise?
        if isJointAllowed, let joint = jointStep(sums, sites, thirdDerivative: thirdDerivative), joint.gain > gain {
            (next, gateStep, promise) = (joint.model, joint.length, joint.promise)
        }
        var fitted = fitted(next, sums, merged)
        if let rule = options.siteRule {
            fitted.withholdStatistics(
                of: Set(
                    fitted.moments.indices.filter { expert in
                        !rule.allows(sites.map { SiteRule.Part([$0.moments[expert]]) })
                    }))
        }
        return Update(
            fitted: fitted, logLikelihoodPerRow: logLikelihoodPerRow, gateStep: gateStep,
            promise: promise)
    }

    /// - Returns: the model in standard units, the share of the gate's step, and what the quadratic models of the steps promise.
    private func stepOfGeneralisedEM(
        _ sums: CoordinatorSums, _ sites: [RoundStatistics], _ merged: RoundStatistics
    ) -> (model: MixtureModel, gateStep: Double, gain: Double) {
        var next = model
        var gain = 0.0
        // An expert that holds no row stays where it is.
        for expert in next.experts.indices where sums.moments[expert].weight > 1e-10 * merged.weight {
            if let family = model.family as? any ClosedFormFamily {
                let own = standardisation.standardised(momentsWithoutContrasts(expert, sites))
                guard own.weight > 1e-10 * merged.weight else { continue }
                next.experts[expert] = family.fit(
                    own, on: design.expertCovariates, dispersionFloor: options.varianceFloor)
            } else {
                let step = step(
                    expert, sums.coefficients[expert], held: sums.held[expert], over: sums.moments[expert],
                    sums.penalty)
                next.experts[expert] = step.expert
                gain += step.gain
            }
        }
        let direction = sums.gate.direction(next.gate, ridge: sums.penalty.gateRidge, prior: prior)
        let length = StepBound.length(reach: reach(of: direction, over: sums.moments))
        next.gate = next.gate.moved(direction, by: length)
        let slope = (0..<next.gate.expertCount).reduce(0) { total, expert in
            total + dot(sums.gate.gradient[expert], Array(direction.column(expert)))
        }
        return (next, length, gain + length * (1 - 0.5 * length) * slope)
    }

    /// - Parameter next: in standard units.
    private func fitted(_ next: MixtureModel, _ sums: CoordinatorSums, _ merged: RoundStatistics) -> FittedMixture {
        let standard = FittedMixture(
            model: next, moments: sums.moments, information: sums.coefficients.map(\.information),
            rowCount: merged.rowCount, weight: merged.moments.reduce(0) { $0 + $1.weight })
        var fitted = standardisation.inUserUnits(standard)
        fitted.moments = merged.moments
        fitted.withheldColumns = global.withheldColumns
        fitted.suppressedClasses = global.suppressedClasses
        fitted.suppressedCounts = global.suppressedCounts
        fitted.set(global.prior)
        return fitted
    }

    /// In an order that does not depend on the one given, so that neither do the bits.
    private func ordered(_ sites: [RoundStatistics]) throws(EstimationError) -> [RoundStatistics] {
        let columns = design.covariateCount + 1
        let regressors = design.gatePositions.count
        let coefficients = isClosedForm ? [] : global.model.experts.map(\.coefficients.count)
        let parameters = ParameterLayout(global.model, dispersionFloor: options.varianceFloor).count
        for site in sites {
            guard site.moments.count == global.model.expertCount, site.moments.allSatisfy({ $0.count == columns }),
                site.gate.gradient.allSatisfy({ $0.count == regressors }),
                site.gate.pairs.allSatisfy({ $0.size == regressors }),
                site.coefficients.map(\.count) == coefficients,
                site.jointInformation == nil || site.jointInformation?.size == parameters
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
}
