import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// What the statistics of a round withhold.
@Suite struct RoundDisclosureTests {
    private static let design = Design(target: "y", covariates: ["x", "flag"])

    /// Groups about x = -2, 0 and 2 that overlap; the second and third have regressions of their own.
    private static let model = MixtureModel(
        design: design,
        gate: SoftmaxGate(coefficients: Matrix(columns: [[-4, -4, 0], [-1, -2, 0], [0, 0, 0]])),
        experts: [
            Expert(coefficients: [0, 3, 1], dispersion: 1), Expert(coefficients: [10, -1, 1], dispersion: 1),
            Expert(coefficients: [-12, 2, 1], dispersion: 1),
        ])

    private static func rows(_ count: Int, x range: ClosedRange<Double>, flags: [Double], seed: UInt64) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        let x = (0..<count).map { _ in range.lowerBound + (range.upperBound - range.lowerBound) * random.uniform() }
        let covariates = Matrix(columns: [x, flags])
        return ShardRows(covariates: covariates, responses: model.sample(covariates, using: &random))
    }

    private static func coins(_ count: Int) -> [Double] { (0..<count).map { Double($0 % 2) } }

    private static let round: GeneralisedEMRound = {
        let pooled = rows(900, x: -3...3, flags: coins(900), seed: 1)
        let moments = model.statistics(of: pooled, level: .expectationMaximization).expertMoments
        return GeneralisedEMRound(
            at: FittedMixture(model: model, moments: moments, rowCount: 900, weight: 900),
            options: FitOptions(expertCount: 3))
    }()

    @Test func allIsReleasedWhereRowsAreMany() throws {
        let (statistics, warnings) = try Self.round.statistics(
            of: Self.rows(600, x: -3...3, flags: Self.coins(600), seed: 2))
        #expect(warnings.isEmpty)
        #expect(abs(statistics.moments.reduce(0) { $0 + $1.weight } - 600) < 1e-9)
    }

    /// Neither its moments nor its gate; the others' gate is that among themselves.
    @Test func anExpertOfFewRowsIsWithheld() throws {
        let rows = Self.rows(600, x: -0.4...3, flags: Self.coins(600), seed: 3)
        let posteriors = Self.model.statistics(of: rows, level: .expectationMaximization).expertMoments.map(\.weight)
        let small = try #require(posteriors.indices.first { posteriors[$0] < 10 })
        #expect(posteriors[small] > 0.5)
        let (statistics, warnings) = try Self.round.statistics(of: rows)
        #expect(warnings.contains(.expertsWithheld(experts: [small], minimum: 10)))
        #expect(statistics.moments[small] == Moments(count: 3))
        #expect(statistics.gate.gradient[small].allSatisfy { $0 == 0 })
        let released = statistics.moments.reduce(0) { $0 + $1.weight }
        #expect(relativeError(statistics.weight, released) < 1e-12)
        #expect(statistics.weight < 600)
        let kept = posteriors.indices.filter { $0 != small }
        let (gradient, pair) = Self.conditionalSums(rows, kept)
        for (own, expert) in kept.enumerated() {
            #expect(
                difference(statistics.gate.gradient[expert], gradient[own]) < 1e-9,
                "\(statistics.gate.gradient) \(gradient) \(warnings) \(posteriors)")
        }
        #expect(statistics.gate.pairs.contains { difference($0.storage, pair.storage) < 1e-9 })
        #expect(statistics.gate.pairs.filter { $0.storage.contains { $0 != 0 } }.count == 1)
    }

    /// Row by row from the definition: of two experts, the share of a row that is theirs and the odds between them.
    private static func conditionalSums(
        _ rows: ShardRows, _ kept: [Int]
    ) -> (gradient: [[Double]], pair: PackedSymmetric) {
        let gates = model.gateProbabilities(rows.covariates)
        let standard = round.standardisation.standardised(rows)
        var gradient = [[Double]](repeating: [0, 0, 0], count: 2)
        var pair = PackedSymmetric(size: 3)
        for row in 0..<rows.rowCount {
            let x = [1] + rows.covariates.row(row)
            let joint = model.experts.indices.map { expert in
                let residual = rows.responses[row] - dot(model.experts[expert].coefficients, x)
                return log(gates[row, expert]) - 0.5 * residual * residual
            }
            var posterior = joint
            _ = Scalar.softmax(&posterior)
            let share = kept.reduce(0) { $0 + posterior[$1] }
            let total = kept.reduce(0) { $0 + gates[row, $1] }
            let z = [1] + standard.covariates.row(row)
            let odds = kept.map { gates[row, $0] / total }
            for (own, expert) in kept.enumerated() {
                for index in z.indices { gradient[own][index] += (posterior[expert] - share * odds[own]) * z[index] }
            }
            pair.addOuterProduct(z, scale: share * odds[0] * odds[1])
        }
        return (gradient, pair)
    }

    /// A gate between groups with nothing between them hangs on the few rows that are nearest.
    @Test func aGateThatFewRowsDecideIsWithheld() throws {
        let near = (0..<100).map { Double($0) / 100 }
        let x = near.map { -9 - $0 } + near.map { 9 + $0 }
        let covariates = Matrix(columns: [x, Self.coins(200)])
        var random = RandomNumbers(seed: 4)
        let rows = ShardRows(covariates: covariates, responses: Self.model.sample(covariates, using: &random))
        let (statistics, warnings) = try Self.round.statistics(of: rows)
        #expect(statistics.gate.gradient.joined().allSatisfy { $0 == 0 })
        #expect(statistics.gate.pairs.allSatisfy { $0.storage.allSatisfy { $0 == 0 } })
        #expect(statistics.moments.filter { $0.weight > 90 }.count == 2)
        #expect(warnings.contains { $0.description.contains("lie between expert") })
    }

    @Test func aFlagOfFewRowsIsTakenAsConstant() throws {
        let flags = (0..<600).map { $0 == 17 ? 1.0 : 0 }
        let (statistics, warnings) = try Self.round.statistics(of: Self.rows(600, x: -3...3, flags: flags, seed: 5))
        #expect(warnings == [.rareLevel(covariate: "flag", minimum: 10)])
        for moments in statistics.moments {
            #expect([0, 3.0 / 600].contains { abs(moments.mean[1] - $0) < 1e-12 })
            for other in 0..<3 { #expect(moments.scatter[1, other] == 0) }
        }
        // The gate's sums over it are those over the constant.
        let share = statistics.moments[0].mean[1]
        let constant = (share - Self.round.standardisation.center[1]) / Self.round.standardisation.scale[1]
        for gradient in statistics.gate.gradient {
            #expect(abs(gradient[2] - constant * gradient[0]) < 1e-9)
        }
    }

    /// Frequent at the site, rare in the rows of one expert.
    @Test func aFlagIsReleasedOnlyWhereManyRowsHaveIt() throws {
        var rows = Self.rows(600, x: -3...3, flags: Self.coins(600), seed: 6)
        let far = rows.covariates.column(0).firstIndex { $0 < -2.5 } ?? 0
        let first = far - rows.covariates.column(0).startIndex
        let flags = (0..<600).map { rows.covariates[$0, 0] > 1.9 || $0 == first ? 1 : 0.0 }
        rows = ShardRows(
            covariates: Matrix(columns: [Array(rows.covariates.column(0)), flags]), responses: rows.responses)
        let (statistics, warnings) = try Self.round.statistics(of: rows)
        #expect(warnings.contains { $0.description.contains("'flag' differs from its usual value") })
        #expect(statistics.moments.contains { $0.scatter[1, 1] == 0 })
        #expect(statistics.moments.contains { $0.scatter[1, 1] > 1 })
        #expect(statistics.gate.gradient.allSatisfy { $0[2] == 0 && $0[1] != 0 })
        #expect(statistics.gate.pairs.allSatisfy { pair in (0..<3).allSatisfy { pair[2, $0] == 0 } })
    }

    /// What is left of it beside the released sums would be that of the rows that are withheld.
    @Test func theLogLikelihoodDoesNotDiscloseWhatIsWithheld() throws {
        let rows = Self.rows(600, x: -0.4...3, flags: Self.coins(600), seed: 3)
        let statistics = try Self.round.statistics(of: rows).statistics
        // A row that belongs to the withheld expert alone.
        func with(_ response: Double) -> ShardRows {
            let x = [-3.0] + Array(rows.covariates.column(0)).dropFirst()
            return ShardRows(
                covariates: Matrix(columns: [x, Self.coins(600)]), responses: [response] + rows.responses.dropFirst())
        }
        for response in [-9.0, -1] {
            let other = try Self.round.statistics(of: with(response)).statistics
            #expect(abs(other.logLikelihood - statistics.logLikelihood) < 20)
            let multiple = other.logLikelihood / 10
            #expect(abs(multiple - multiple.rounded()) < 1e-9)
        }
        let (near, far) = (
            try Self.round.statistics(of: with(-9)).statistics, try Self.round.statistics(of: with(-1)).statistics
        )
        #expect(near.moments[0] == Moments(count: 3))
        #expect(near.logLikelihood == far.logLikelihood)
    }

    /// A single row between two groups, whatever it weighs.
    @Test func aHeavyRowCountsAsOne() throws {
        let near = (0..<100).map { Double($0) / 100 }
        let x = near.map { -9 - $0 } + near.map { 9 + $0 } + [-1]
        let covariates = Matrix(columns: [x, Self.coins(201)])
        var random = RandomNumbers(seed: 4)
        let responses = Self.model.sample(covariates, using: &random).dropLast() + [-14]
        let rows = ShardRows(
            covariates: covariates, responses: Array(responses), weights: x.map { $0 == -1 ? 30 : 1 })
        let (statistics, warnings) = try Self.round.statistics(of: rows)
        #expect(statistics.moments.filter { $0.weight > 0 }.count == 2)
        #expect(warnings.contains { $0.description.contains("lie between expert") })
        #expect(statistics.gate.gradient.joined().allSatisfy { $0 == 0 })
        #expect(statistics.gate.pairs.allSatisfy { $0.storage.allSatisfy { $0 == 0 } })
    }

    /// Many rows have it, far from where the experts meet.
    @Test func aFlagOfFewRowsBetweenExpertsIsLeftOutOfTheGate() throws {
        let plain = Self.rows(900, x: -3...3, flags: Self.coins(900), seed: 9)
        let x = Array(plain.covariates.column(0))
        let flags = x.map { abs($0) > 2.6 ? 1.0 : 0 }
        let rows = ShardRows(covariates: Matrix(columns: [x, flags]), responses: plain.responses)
        let (statistics, warnings) = try Self.round.statistics(of: rows)
        #expect(warnings.contains(.gateColumnWithheld(column: "flag", minimum: 10)))
        #expect(statistics.gate.gradient.allSatisfy { $0[2] == 0 && $0[1] != 0 })
        #expect(statistics.gate.pairs.allSatisfy { pair in (0..<3).allSatisfy { pair[2, $0] == 0 } })
    }

    @Test func fewRowsAreRefused() {
        #expect(throws: EstimationError.noModelPossible(rows: 9, needed: 10)) {
            try Self.round.statistics(of: Self.rows(9, x: -3...3, flags: Self.coins(9), seed: 7))
        }
    }

    @Test func aRareResponseIsRefused() {
        let rows = Self.rows(100, x: -3...3, flags: Self.coins(100), seed: 8)
        let rare = ShardRows(covariates: rows.covariates, responses: (0..<100).map { $0 < 4 ? 1 + Double($0) : 0 })
        #expect(throws: EstimationError.rareResponse(target: "y", value: 0, minimum: 10)) {
            try Self.round.statistics(of: rare)
        }
    }
}
