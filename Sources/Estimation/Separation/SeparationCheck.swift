import MixtureOfExperts
import Numerics

/// Finds slopes that have no finite maximum (Albert & Anderson 1984): a group has no event, or nothing else, or a plane parts the classes.
///
/// There the likelihood rises without end while the information along the slope vanishes. What is left of it, given all other coefficients,
/// is compared with what events carry: one event in a group is an information of about 1 on the logarithm of its odds, or mean. Collinear
/// covariates have little information too; they have as little in a model without slopes, whose weights are equal. So has a slope that is
/// steep but finite; it is far from 0 in its standard errors, while a slope without end is not (Hauck & Donner 1977).
struct SeparationCheck {
    let design: Design
    let family: any ExpertFamily
    /// By covariate, in the units of the rows: see ``SlopePrior``.
    ///
    /// 0 for a constant.
    let units: [Double]
    /// Of the log-likelihood: what a fit ends short of.
    let tolerance: Double

    struct Found: Equatable {
        /// Of each expert, positions of coefficients.
        var experts: [Set<Int>]
        /// Regressors of the gate.
        var gate: Set<Int>

        var isEmpty: Bool { gate.isEmpty && experts.allSatisfy(\.isEmpty) }

        func union(_ other: Found) -> Found {
            Found(experts: zip(experts, other.experts).map { $0.union($1) }, gate: gate.union(other.gate))
        }
    }

    /// Of events: what is left of a plane that parts all rows, however far the ridge lets its slope go.
    private static let noInformation = 1e-3
    /// Of events: below it a slope may be separated.
    private static let leastInformation = 0.1
    /// Of what a model without slopes would have.
    private static let leastShare = 0.02
    /// Squared standard errors from 0 below which a slope has no end.
    private var leastDistance: Double { max(0.05, min(1, 1000 * tolerance)) }

    private func isLost(_ information: Double, slope: Double) -> Bool {
        information < Self.noInformation
            || (information < Self.leastInformation && max(1, slope * slope) * information < leastDistance)
    }

    /// - Parameter usual: of a model without slopes. Where that has none either, as of a column that others make up, both are rounding.
    private func isLost(_ information: Double, of usual: Double) -> Bool {
        usual > Self.leastInformation && information < Self.leastShare * usual
    }

    /// Of a matrix in the units of its diagonal.
    private static let jitter = 1e-13
    private static let largestMatrix = 1200

    /// - Parameters:
    ///   - statistics: of the rows at the model, at the level of EM.
    ///   - weightUnit: of the rows, in units of weights that count.
    ///   - classWeights: Σ w τ of each expert and class.
    func separated(
        _ model: MixtureModel, _ statistics: MixtureStatistics, held: HeldCoefficients, weightUnit: Double,
        classWeights: () -> [[Double]]
    ) -> Found {
        var found = Found(experts: model.experts.map { _ in [] }, gate: [])
        if !(family is any ClosedFormFamily), family.response.isDiscrete {
            let weak = model.experts.indices.map { expert in
                model.experts[expert].fixed != nil
                    ? [:]
                    : suspects(expert, model, statistics, held: held, weightUnit: weightUnit)
            }
            if weak.contains(where: { !$0.isEmpty }) {
                let weights = family.response.classes == nil ? [] : classWeights()
                found.experts = model.experts.indices.map { expert in
                    confirmed(
                        weak[expert], expert, statistics, weights: weights.isEmpty ? nil : weights[expert],
                        held: held, weightUnit: weightUnit)
                }
            }
        }
        if model.expertCount > 1 { found.gate = separatedGates(model.gate, statistics, weightUnit: weightUnit) }
        return found
    }

    // MARK: Experts

    /// Coefficients of little information, with it.
    private func suspects(
        _ expert: Int, _ model: MixtureModel, _ statistics: MixtureStatistics, held: HeldCoefficients,
        weightUnit: Double
    ) -> [Int: Double] {
        let information = statistics.expertInformation(expert, design.expertPositions).matrix()
        let own = conditional(information, free: free(expert, information.rowCount, held), weightUnit: weightUnit)
        let coefficients = model.experts[expert].coefficients
        return own.filter { position, information in
            let unit = unit(design.expertCovariates, design.expertLayout.covariate(position))
            return isLost(information, slope: coefficients[position] * unit)
        }
    }

    private func confirmed(
        _ suspects: [Int: Double], _ expert: Int, _ statistics: MixtureStatistics, weights: [Double]?,
        held: HeldCoefficients, weightUnit: Double
    ) -> Set<Int> {
        guard !suspects.isEmpty else { return [] }
        let positions = design.expertPositions
        let sums = statistics.quadraticSum(statistics.layout.posterior(expert)).submatrix(
            rows: positions, columns: positions)
        let weight = sums[0, 0]
        let predictors = family.predictorCount
        var plain = Matrix(rowCount: predictors * positions.count, columnCount: predictors * positions.count)
        for first in 0..<predictors {
            for second in 0...first {
                let factor: Double
                if let weights, weight > 0 {
                    let (own, other) = (weights[first + 1] / weight, weights[second + 1] / weight)
                    factor = own * ((first == second ? 1 : 0) - other)
                } else {
                    let total = statistics.quadraticSum(statistics.layout.expertInformation(expert, first, second))
                    factor = weight > 0 ? total[0, 0] / weight : 0
                }
                plain.insertSymmetrically(factor * sums, at: first * positions.count, second * positions.count)
            }
        }
        let usual = conditional(plain, free: free(expert, plain.rowCount, held), weightUnit: weightUnit)
        return Set(suspects.filter { isLost($0.value, of: usual[$0.key] ?? 0) }.keys)
    }

    private func free(_ expert: Int, _ count: Int, _ held: HeldCoefficients) -> [Int] {
        (0..<count).filter { position in
            if design.expertLayout.isIntercept(position) { return !held[expert].contains(position) }
            return !held.interceptOnly.contains(expert) && !held[expert].contains(position)
                && unit(design.expertCovariates, design.expertLayout.covariate(position)) > 0
        }
    }

    private func unit(_ covariates: [Int], _ index: Int?) -> Double { index.map { units[covariates[$0]] } ?? 0 }

    /// The information on each slope given all other coefficients, for slopes times their units.
    private func conditional(_ information: Matrix, free: [Int], weightUnit: Double) -> [Int: Double] {
        guard let inverse = inverse(information.submatrix(free)) else { return [:] }
        var result = [Int: Double]()
        for (index, position) in free.enumerated() where !design.expertLayout.isIntercept(position) {
            let unit = unit(design.expertCovariates, design.expertLayout.covariate(position))
            result[position] = weightUnit / (inverse[index, index] * unit * unit)
        }
        return result
    }

    /// Of a positive semidefinite matrix, made definite by as much as its rounding; nil where it is too large.
    private func inverse(_ matrix: Matrix) -> Matrix? {
        guard matrix.rowCount <= Self.largestMatrix else { return nil }
        let scale = (0..<matrix.rowCount).map {
            1 / max(matrix[$0, $0], .leastNormalMagnitude.squareRoot()).squareRoot()
        }
        var scaled = matrix.scaled(by: scale)
        for index in scale.indices { scaled[index, index] += Self.jitter }
        for power in 1...4 {
            if let factor = Cholesky(scaled) { return factor.inverse.scaled(by: scale) }
            for index in scale.indices { scaled[index, index] += Self.jitter * Double(10 * power) }
        }
        return nil
    }

    // MARK: Gate

    /// Regressors along which two experts are parted, whichever the reference is.
    private func separatedGates(
        _ gate: SoftmaxGate, _ statistics: MixtureStatistics, weightUnit: Double
    ) -> Set<Int> {
        let layout = statistics.layout
        let positions = design.gatePositions
        let gates = layout.gateCount
        let information = GateNewton.matrix(gates: gates, rows: positions.count) {
            statistics.quadraticSum(layout.gateInformation($0, $1)).submatrix(rows: positions, columns: positions)
        }
        let free =
            information.rowCount == 0
            ? [] : positions.indices.filter { $0 == 0 || unit(design.gateCovariates, $0 - 1) > 0 }
        let all = (0..<gates).flatMap { gate in free.map { gate * positions.count + $0 } }
        var plain = Matrix(rowCount: positions.count, columnCount: positions.count)
        var shares = [Double]()
        for expert in 0..<layout.expertCount {
            let own = statistics.quadraticSum(layout.posterior(expert)).submatrix(rows: positions, columns: positions)
            shares.append(own[0, 0])
            for index in plain.storage.indices { plain.storage[index] += own.storage[index] }
        }
        let total = shares.reduce(0, +)
        guard total > 0, let inverse = inverse(information.submatrix(all)),
            let usual = self.inverse(plain.submatrix(free))
        else { return [] }
        let pairs = (0..<gates).flatMap { first in (first + 1...gates).map { (first, $0) } }
        return Set(
            free.indices.dropFirst().filter { index in
                let (row, unit) = (free[index], unit(design.gateCovariates, free[index] - 1))
                let events = weightUnit / (unit * unit)
                return pairs.contains { first, second in
                    let own = 1 / Self.variance(inverse, first, second, index, of: free.count)
                    let plain = 1 / (usual[index, index] * total * (1 / shares[first] + 1 / shares[second]))
                    let slope = unit * (gate.coefficients[row, first] - gate.coefficients[row, second])
                    return isLost(own * events, slope: slope) && isLost(own * events, of: plain * events)
                }
            }.map { free[$0] })
    }

    /// Of the difference of a coefficient between two gates, `count` coefficients each; the last gate is 0.
    private static func variance(
        _ covariance: Matrix, _ first: Int, _ second: Int, _ index: Int, of count: Int
    ) -> Double {
        let (own, other) = (first * count + index, second * count + index)
        guard other < covariance.rowCount else { return covariance[own, own] }
        return covariance[own, own] + covariance[other, other] - 2 * covariance[own, other]
    }
}
