import MixtureOfExperts
import Numerics

/// What a coordinator makes of the sites together, in standard units.
struct CoordinatorSums {
    let gate: GateSums
    /// Of each site, what it withholds left out.
    let gatesOfSites: [GateSums]
    let moments: [Moments]
    /// Of each expert, as if withheld columns were constant at the means of other sites; none where the fit is closed.
    let coefficients: [CoefficientSums]
    /// The same site by site.
    let ofSites: [[CoefficientSums]]
    /// Of each expert the coefficients that nothing determines.
    let held: [Set<Int>]
    let penalty: Penalty
    let weight: Double

    init(
        _ round: GeneralisedEMRound, _ sites: [RoundStatistics], gates: [GateSums], _ merged: RoundStatistics
    ) {
        gate = merged.gate
        gatesOfSites = gates
        moments = merged.moments.map(round.standardisation.standardised)
        ofSites = round.filled(sites)
        var total = ofSites[0]
        for site in ofSites.dropFirst() {
            for expert in total.indices { total[expert].merge(site[expert]) }
        }
        coefficients = total
        held = round.model.experts.indices.map { round.held($0, sites, total) }
        weight = merged.weight
        penalty = round.penalty(weight: weight)
    }
}

/// All parameters at once.
extension GeneralisedEMRound {
    struct JointStep {
        /// In standard units.
        var model: MixtureModel
        /// The share of the regularised step that was taken.
        var length: Double
        /// What the log-likelihood rises by at least.
        var gain: Double
        var promise: StepPromise
    }

    /// nil where no site has sent its joint information.
    ///
    /// Of a site that has not the complete-data information takes its place, which is more.
    func jointStep(
        _ sums: CoordinatorSums, _ sites: [RoundStatistics], thirdDerivative: Double
    ) -> JointStep? {
        guard sites.contains(where: { $0.jointInformation != nil }) else { return nil }
        let parameters = ParameterLayout(model, dispersionFloor: options.varianceFloor)
        let zero = Matrix(rowCount: parameters.count, columnCount: parameters.count)
        var (complete, observed) = (zero, zero)
        for (index, site) in sites.enumerated() {
            let own = parameters.completeInformation(sums.gatesOfSites[index], sums.ofSites[index])
            complete += own
            observed += site.jointInformation?.matrix() ?? own
        }
        let gradient = gradient(parameters, sums)
        parameters.add(sums.penalty, model, to: &complete)
        parameters.add(sums.penalty, model, to: &observed)
        let free = parameters.free(model, sums, gradient, complete)
        let place = Dictionary(uniqueKeysWithValues: free.enumerated().map { ($1, $0) })
        let parts = parameters.parts.map { part in
            (
                parameters: part.parameters.compactMap { place[$0] },
                weight: part.expert.map { sums.moments[$0].weight } ?? sums.moments.reduce(0) { $0 + $1.weight }
            )
        }
        guard
            let step = CubicStep(
                gradient: free.map { gradient[$0] }, observed: observed.submatrix(free),
                complete: complete.submatrix(free), parts: parts,
                thirdDerivative: thirdDerivative
            ).result()
        else { return nil }
        var direction = [Double](repeating: 0, count: parameters.count)
        for (index, value) in zip(free, step.direction) { direction[index] = value }
        let length = StepBound.length(reach: reach(of: direction, parameters, sums))
        let weight = sums.weight
        // Of the quadratic model along the line, which is concave in the metric of the complete data, and of its remainder.
        let promise = StepPromise(
            thirdDerivative: thirdDerivative, quadraticGain: length * step.quadraticGain / weight,
            cubicUnit: length * length * length * step.cubicUnit / weight)
        return JointStep(
            model: parameters.moved(model, direction, by: length), length: length,
            gain: length * (step.quadraticGain - thirdDerivative * step.cubicUnit), promise: promise)
    }

    /// Of all parameters, with ridge and prior.
    private func gradient(_ parameters: ParameterLayout, _ sums: CoordinatorSums) -> [Double] {
        let gates = sums.gate.equations(model.gate, prior: sums.penalty.prior).gradient
        var result = [Double](repeating: 0, count: parameters.count)
        for gate in 0..<parameters.gateCount {
            for (row, value) in gates(gate).enumerated() {
                result[parameters.gateStart(gate) + row] =
                    value - sums.penalty.gateRidge * model.gate.coefficients[row, gate]
            }
        }
        for (expert, own) in sums.coefficients.enumerated() {
            for (index, value) in gradient(expert, own, sums.penalty).enumerated() {
                result[parameters.expertStart(expert) + index] = value
            }
            if parameters.hasDispersion { result[parameters.dispersionIndex(expert)] = own.dispersionScore }
        }
        return result
    }

    /// Why the joint information of a site cannot be that of the rows of its other sums; nil where it can.
    ///
    /// What it lacks to the complete-data information is a sum of posterior variances of scores, which is positive semidefinite.
    package func jointProblem(_ joint: PackedSymmetric, _ site: RoundStatistics) -> String? {
        let parameters = ParameterLayout(model, dispersionFloor: options.varianceFloor)
        guard joint.size == parameters.count else { return "is of \(joint.size) parameters, not \(parameters.count)" }
        let complete = parameters.completeInformation(site.gate, site.coefficients)
        // Of coefficients and dispersion of one expert the complete-data information has no cross terms here.
        for index in 0..<parameters.dispersionIndex(0)
        where joint[index, index] > complete[index, index] * (1 + 1e-6) + 1e-9 * site.weight {
            return "is more than the complete data have"
        }
        let scales = (0..<joint.size).map { max(complete[$0, $0], Self.leastJointInformation * site.weight) }
        let isWithinReach = (0..<joint.size).allSatisfy { row in
            (0...row).allSatisfy {
                abs(joint[row, $0]) <= Self.largestJointInformation * (scales[row] * scales[$0]).squareRoot()
            }
        }
        return isWithinReach ? nil : "is more than the rows support"
    }

    /// Per row.
    private static let leastJointInformation = 1e-6
    /// In units of the complete-data information.
    private static let largestJointInformation = 1e4

    /// Of predictors, log odds and log dispersions.
    private func reach(of direction: [Double], _ parameters: ParameterLayout, _ sums: CoordinatorSums) -> Double {
        let regressors = design.gatePositions.count
        let gate = Matrix(
            rowCount: regressors, columnCount: model.expertCount,
            storage: Array(direction[..<parameters.expertStart(0)]) + [Double](repeating: 0, count: regressors))
        return model.experts.indices.reduce(reach(of: gate, over: sums.moments)) { largest, expert in
            let step = Array(direction[parameters.expertStart(expert)..<parameters.expertStart(expert + 1)])
            let dispersion = parameters.hasDispersion ? abs(direction[parameters.dispersionIndex(expert)]) : 0
            return max(
                largest, dispersion, reach(of: step, over: sums.moments[expert], sums.coefficients[expert]))
        }
    }
}

extension ParameterLayout {
    /// The gate's parameters and those of each expert.
    fileprivate var parts: [(expert: Int?, parameters: [Int])] {
        [(nil, Array(0..<expertStart(0)))]
            + (0..<expertCount).map { expert in
                let own = Array(expertStart(expert)..<expertStart(expert + 1))
                return (expert, hasDispersion ? own + [dispersionIndex(expert)] : own)
            }
    }

    fileprivate func completeInformation(_ gate: GateSums, _ coefficients: [CoefficientSums]) -> Matrix {
        var result = Matrix(rowCount: count, columnCount: count)
        let origin = SoftmaxGate(coefficients: Matrix(rowCount: gatePositions.count, columnCount: expertCount))
        let equations = gate.equations(origin, prior: nil)
        result.insertSymmetrically(
            GateNewton.matrix(gates: gateCount, rows: gatePositions.count, equations.information), at: 0, 0)
        for (expert, own) in coefficients.enumerated() {
            result.insertSymmetrically(own.information.matrix(), at: expertStart(expert), expertStart(expert))
            if hasDispersion {
                result[dispersionIndex(expert), dispersionIndex(expert)] = max(0, own.dispersionInformation)
            }
        }
        return result
    }

    fileprivate func add(_ penalty: Penalty, _ model: MixtureModel, to matrix: inout Matrix) {
        for index in 0..<expertStart(0) { matrix[index, index] += penalty.gateRidge }
        for index in expertStart(0)..<expertStart(expertCount) {
            matrix[index, index] += penalty.expertRidge(model.family)
        }
        if let prior = penalty.prior { add(prior, model, to: &matrix) }
    }

    /// What moves: not what no site releases, experts without rows, or a dispersion at its floor that the gradient pulls down.
    fileprivate func free(
        _ model: MixtureModel, _ sums: CoordinatorSums, _ gradient: [Double], _ complete: Matrix
    ) -> [Int] {
        var fixed = Set(held(model, gradient: gradient))
        let total = sums.moments.reduce(0) { $0 + $1.weight }
        for expert in 0..<expertCount {
            for position in sums.held[expert] { fixed.insert(expertStart(expert) + position) }
            guard sums.moments[expert].weight <= 1e-10 * total else { continue }
            fixed.formUnion(expertStart(expert)..<expertStart(expert + 1))
            if hasDispersion { fixed.insert(dispersionIndex(expert)) }
        }
        for gate in 0..<gateCount {
            for row in gatePositions.indices where !sums.gate.hasInformation(row) {
                fixed.insert(gateStart(gate) + row)
            }
        }
        return (0..<count).filter { !fixed.contains($0) && complete[$0, $0] > 0 }
    }
}
