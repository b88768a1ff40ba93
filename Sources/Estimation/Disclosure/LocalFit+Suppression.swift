import Foundation
import MixtureOfExperts

/// A fit without what must be withheld of single experts.
///
/// The rows of a class, or with a value, may be enough at the site and too few in one expert. There coefficients are held, a class
/// is none that the expert shows, and the rows of the class that are mostly its own are left out. All else is fitted again: what is
/// released is the maximum of a model that does not know them, with the errors of one.
extension LocalFit {
    /// A fit under way.
    struct FitState {
        var candidate: Refinement.Candidate
        var released: ReleasedRows
        var rows: StandardisedRows
        var lasso: ChosenLasso?
        var starts: [FitReport.Start]
        var warnings = [FitWarning]()
        /// Of values that too few rows have.
        var leftOutRows = 0
        /// Of each expert, those that it does not show.
        var absentClasses: [[Int]]
        /// Slopes without a finite maximum; nil before any was looked for.
        var separated: SeparationCheck.Found?
        var suppressedClasses: [[Int]]
        /// Of each expert, those left out by the dominance rule.
        var dominatedColumns: [Set<Int>]
        /// Of each expert, by class: rows that were left out for it alone.
        private var leftOutForExperts: [[Int: Int]]

        init(
            _ candidate: Refinement.Candidate, _ released: ReleasedRows, _ rows: StandardisedRows,
            _ lasso: ChosenLasso?,
            _ starts: [FitReport.Start]
        ) {
            self.candidate = candidate
            self.released = released
            self.rows = rows
            self.lasso = lasso
            self.starts = starts
            absentClasses = [[Int]](repeating: [], count: candidate.model.expertCount)
            suppressedClasses = absentClasses
            leftOutForExperts = absentClasses.map { _ in [:] }
            dominatedColumns = absentClasses.map { _ in [] }
        }

        var modelInUserUnits: MixtureModel { rows.standardisation.inUserUnits(candidate.model) }

        /// Of each expert, with those that too few rows of the site have; none where there are none.
        var withheldClasses: [[Int]] {
            let all = suppressedClasses.map { Set($0).union(released.rareClasses.keys).sorted() }
            return all.allSatisfy(\.isEmpty) ? [] : all
        }

        /// The same model with its experts in another order.
        mutating func take(_ other: Refinement.Candidate, order: [Int]) {
            candidate = other
            reorder(order)
        }

        mutating func reorder(_ order: [Int]) {
            absentClasses = order.map { absentClasses[$0] }
            suppressedClasses = order.map { suppressedClasses[$0] }
            if let found = separated {
                separated = SeparationCheck.Found(experts: order.map { found.experts[$0] }, gate: found.gate)
            }
            leftOutForExperts = order.map { leftOutForExperts[$0] }
            dominatedColumns = order.map { dominatedColumns[$0] }
        }

        mutating func noteLeftOut(_ counts: [[Int: Int]]) {
            for (expert, own) in counts.enumerated() { leftOutForExperts[expert].merge(own, uniquingKeysWith: +) }
        }

        /// The rounded number of rows of a suppressed class, in the weight of the rows.
        ///
        /// - Parameter share: of the expert in the rows of the site, which those of a class that is rare at the site are taken to be split by.
        func suppressedCount(of code: Int, expert: Int, share: Double) -> Double {
            let own = leftOutForExperts[expert][code].map {
                released.rounding.rounded($0, label: -1 - code - family(expert))
            }
            return Double(own ?? 0) + Double(released.rareClasses[code] ?? 0) * share
        }

        /// Labels of counts of an expert.
        private func family(_ expert: Int) -> Int { 1_000_000 * (expert + 1) }
    }

    /// Each turn holds something more, so that there is a last one.
    func suppress(_ fitState: inout FitState) {
        while true {
            let model = fitState.candidate.model
            let (weights, classes) = fitState.released.disclosure.withheldClasses(
                of: model, fitState.rows, besides: fitState.absentClasses, parallelism)
            let columns = withheldColumns(&fitState)
            guard !classes.isEmpty || !columns.isEmpty else { return }
            let rows = rowsToLeaveOut(fitState, classes)
            var start = model
            for found in classes {
                fitState.absentClasses[found.expert] += found.withheld.sorted()
                fitState.suppressedClasses[found.expert] += found.suppressed.sorted()
                fitState.candidate.held.hold(
                    start.suppress(
                        Set(fitState.absentClasses[found.expert]), of: found.expert, weights: weights[found.expert]),
                    of: found.expert)
            }
            for column in columns { leaveOut(column, of: &start, &fitState) }
            var counts = [[Int: Int]](repeating: [:], count: model.expertCount)
            for row in rows.values { counts[row.expert][row.code, default: 0] += 1 }
            fitState.noteLeftOut(counts)
            start = leaveOut(Set(rows.keys), start, &fitState)
            refit(from: start, Set(columns.map(\.expert) + classes.map(\.expert)), &fitState)
            withoutSmallExperts(&fitState)
        }
    }

    /// Columns that are withheld from here on.
    private func withheldColumns(_ fitState: inout FitState) -> [Disclosure.RareColumn] {
        let rare = rareColumns(fitState)
        let dominated = dominatedColumns(fitState).filter { one in
            !rare.contains { $0.column == one.column && $0.expert == one.expert }
        }
        for one in dominated { fitState.dominatedColumns[one.expert].insert(one.column) }
        return rare + dominated
    }

    /// The optimum of what is free, near to a model or from where its affected experts begin anew.
    private func refit(from start: MixtureModel, _ affected: Set<Int>, _ fitState: inout FitState) {
        var refinement = refinement(fitState.rows, start: 0, parallelism: parallelism, fitState.lasso?.inner)
        refinement.held = fitState.candidate.held
        refinement.prior = fitState.candidate.prior
        let near = refinement.optimum(from: start, emIterations: Refinement.iterationsFromOptimum)
        fitState.candidate = near
        guard !(family is any ClosedFormFamily) else { return }
        let anew = refinement.optimum(
            from: begunAnew(start, affected, fitState), emIterations: Self.emIterationsBeforeNewton)
        if Refinement.Candidate.isBetter(anew, near) { fitState.candidate = anew }
    }

    /// The model with some experts as they would be without slopes, and gates that let rows change.
    ///
    /// Where classes were separated, by a slope that is held now, predictors of 50 and gates of 1,000 leave a Newton step nothing to
    /// go by: weights p(1 - p) are 0 there.
    private func begunAnew(_ start: MixtureModel, _ experts: Set<Int>, _ fitState: FitState) -> MixtureModel {
        var model = start
        let constant = family.constantExpert(
            someRows(fitState.rows).ofRegressions(start.experts.compactMap(\.fixed), family),
            covariates: design.expertCovariates.count)
        for expert in experts {
            let held = fitState.candidate.held[expert]
            for position in constant.coefficients.indices where !held.contains(position) {
                model.experts[expert].coefficients[position] = constant.coefficients[position]
            }
            guard !fitState.candidate.held.dispersions.contains(expert) else { continue }
            model.experts[expert].dispersion = constant.dispersion
        }
        let steepest = model.gate.coefficients.storage.reduce(0) { max($0, abs($1)) }
        let factor = min(1, Self.gentleGate / max(steepest, .leastNormalMagnitude))
        for index in model.gate.coefficients.storage.indices { model.gate.coefficients.storage[index] *= factor }
        return model
    }

    /// The largest coefficient of a gate, in standard units, that still lets rows change their expert.
    private static let gentleGate = 3.0

    /// Those of coefficients that may move.
    ///
    /// After a lasso there are no errors to be right, and slopes are left out at the end.
    private func rareColumns(_ fitState: FitState) -> [Disclosure.RareColumn] {
        let candidate = fitState.candidate
        guard fitState.lasso == nil else { return [] }
        let constants = fitState.rows.standardisation.constantColumns
        return fitState.released.disclosure.rareColumns(
            of: candidate.model, candidate.statistics.expertMoments, fitState.rows, parallelism
        ) { column, expert in
            if constants.contains(column) || candidate.model.experts[expert].fixed != nil { return false }
            if column == design.covariateCount {
                // What few rows respond is disclosed where counts are 0 but for a few.
                return !(family is any ClosedFormFamily) && family.response.classes == nil
                    && !candidate.held[expert].contains(0)
            }
            return isFree(column, expert, candidate.held)
        }
    }

    /// Whether an expert has a slope of a column that may move.
    private func isFree(_ column: Int, _ expert: Int, _ held: HeldCoefficients) -> Bool {
        guard let index = design.expertCovariates.firstIndex(of: column) else { return false }
        return !held.interceptOnly.contains(expert) && !held[expert].contains(index + 1)
    }

    /// Those of coefficients that may move.
    private func dominatedColumns(_ fitState: FitState) -> [Disclosure.RareColumn] {
        guard let rules = options.rules, fitState.lasso == nil else { return [] }
        let (candidate, rule) = (fitState.candidate, DominanceRule(rules: rules))
        let moments = candidate.statistics.expertMoments
        let constants = fitState.rows.standardisation.constantColumns
        return rule.dominated(rule.parts(of: candidate.model, moments, fitState.rows, parallelism), moments).filter {
            !constants.contains($0.column) && candidate.model.experts[$0.expert].fixed == nil
                && isFree($0.column, $0.expert, candidate.held)
        }
    }

    private func leaveOut(_ rare: Disclosure.RareColumn, of model: inout MixtureModel, _ fitState: inout FitState) {
        if let index = design.expertCovariates.firstIndex(of: rare.column) {
            for intercept in design.expertLayout.intercepts(model.experts[rare.expert].coefficients.count) {
                let slope = intercept + index + 1
                model.experts[rare.expert].coefficients[intercept] +=
                    rare.value * model.experts[rare.expert].coefficients[slope]
                model.experts[rare.expert].coefficients[slope] = 0
                fitState.candidate.held.hold([slope], of: rare.expert)
            }
        } else if rare.column == design.covariateCount {
            let moments = fitState.candidate.statistics.expertMoments[rare.expert]
            let least = fitState.released.disclosure.leastWeight(of: fitState.rows)
            let offset = design.offset.map { moments.mean[$0] } ?? 0
            // Of a few events it is released that they are half of those that may be.
            let mean = max(rare.value, 0.5 * least / moments.weight)
            let coefficients = design.expertLayout.coefficients(of: 0)
            model.experts[rare.expert].coefficients =
                [log(mean) - offset] + [Double](repeating: 0, count: coefficients.count - 1)
            fitState.candidate.held.hold(coefficients, of: rare.expert)
            // How much the few vary is disclosed by nothing but them.
            if family.limit != nil {
                model.experts[rare.expert].dispersion = family.dispersionFloor(0)
                fitState.candidate.held.dispersions.insert(rare.expert)
            }
        }
    }

    /// The rows of classes that an expert must withhold and that are mostly its own: the class of each, and the expert.
    private func rowsToLeaveOut(_ fitState: FitState, _ classes: [Disclosure.WithheldClasses]) -> RowsToLeaveOut {
        guard !classes.isEmpty else { return [:] }
        let (model, rows) = (fitState.candidate.model, fitState.rows)
        return model.sum(over: rows, by: .posteriors, parallelism, from: RowsToLeaveOut()) {
            found, block, posteriors, start, count in
            for rare in classes {
                let own = posteriors + rare.expert * RowBlock.capacity
                for row in 0..<count where own[row] > 0.5 && rare.withheld.contains(Int(block.responses[row])) {
                    found[start + row] = (rare.expert, Int(block.responses[row]))
                }
            }
        } merge: {
            $0.merge($1) { first, _ in first }
        }
    }

    private typealias RowsToLeaveOut = [Int: (expert: Int, code: Int)]

    /// - Returns: the model in the units of the rows that are left.
    func leaveOut(_ rows: Set<Int>, _ model: MixtureModel, _ fitState: inout FitState) -> MixtureModel {
        guard !rows.isEmpty else { return model }
        fitState.released = fitState.released.without(rows, parallelism)
        let before = fitState.rows.standardisation
        fitState.rows = standardised(fitState.released)
        if let prior = fitState.candidate.prior {
            fitState.candidate.prior = fitState.rows.standardisation.standardised(
                before.inUserUnits(prior, design), design)
        }
        if let lasso = fitState.lasso {
            fitState.lasso?.inner = SlopeWeights(
                gate: lasso.gate, experts: lasso.experts, fitState.rows.standardisation,
                weight: fitState.released.summaries[0].weight)
        }
        return fitState.rows.standardisation.standardised(before.inUserUnits(model))
            .withoutSlopes(of: fitState.rows.standardisation.constantColumns)
    }
}

extension MixtureModel {
    /// Nothing says what the slope of a constant is.
    func withoutSlopes(of columns: Set<Int>) -> MixtureModel {
        var result = self
        for (index, column) in design.expertCovariates.enumerated() where columns.contains(column) {
            for expert in experts.indices {
                for first in design.expertLayout.intercepts(experts[expert].coefficients.count) {
                    result.experts[expert].coefficients[first + index + 1] = 0
                }
            }
        }
        for (index, column) in design.gateCovariates.enumerated() where columns.contains(column) {
            for gate in 0..<expertCount { result.gate.coefficients[index + 1, gate] = 0 }
        }
        return result
    }
}
