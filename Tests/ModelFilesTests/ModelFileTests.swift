import Aggregation
import Estimation
import Foundation
import Messages
import MixtureOfExperts
import ModelFiles
import Numerics
import Testing

/// Models made of random numbers of any size.
enum ModelFixture {
    private static let special = [
        0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e100, -1e100, 1e99, 0.1, 1.0 / 3,
        9_007_199_254_740_993,
    ]

    /// Any number that a file holds, every bit pattern as likely as another; one in four is special.
    static func number(_ random: inout RandomNumbers) -> Double {
        if random.index(below: 4) == 0 { return special[random.index(below: special.count)] }
        while true {
            let value = Double(bitPattern: random.next())
            if abs(value) <= 1e100 { return value }
        }
    }

    static func numbers(_ count: Int, _ random: inout RandomNumbers) -> [Double] {
        (0..<count).map { _ in number(&random) }
    }

    static func positive(_ random: inout RandomNumbers) -> Double {
        while true {
            let value = abs(number(&random))
            if value >= 1e-100 { return value }
        }
    }

    static let design = Design(
        target: "the \"target\"\n", covariates: ["a", "ö,b", "c\\d"], expertCovariates: [0, 1], gateCovariates: [1, 2])

    static func model(_ random: inout RandomNumbers, experts: Int = 3) -> MixtureModel {
        let gates = (1..<experts).map { _ in numbers(3, &random) } + [[0, 0, 0]]
        return MixtureModel(
            design: design, gate: SoftmaxGate(coefficients: Matrix(columns: gates)),
            experts: (0..<experts).map { _ in
                Expert(coefficients: numbers(3, &random), dispersion: positive(&random))
            })
    }

    static func moments(_ random: inout RandomNumbers) -> Moments {
        var scatter = PackedSymmetric(size: 4, storage: numbers(10, &random))
        for index in 0..<4 { scatter[index, index] = max(abs(scatter[index, index]), 1e-100) }
        for row in 0..<4 {
            for column in 0..<row {
                scatter[row, column] =
                    0.3 * random.uniform() * scatter[row, row].squareRoot() * scatter[column, column].squareRoot()
            }
        }
        let weight = 2 + 1e6 * random.uniform()
        return Moments(
            weight: weight, squaredWeight: (1 + random.uniform()) * weight, mean: numbers(4, &random), scatter: scatter)
    }

    static func settings(_ random: inout RandomNumbers) -> FitSettings {
        FitSettings(
            FitOptions(
                expertCount: 3, tolerance: positive(&random), seed: .max,
                lasso: .weights(gate: positive(&random), experts: 0)))
    }

    static func local(_ random: inout RandomNumbers) -> LocalModel {
        let model = model(&random)
        let moments = model.experts.map { _ in Self.moments(&random) }
        let fitted = FittedMixture(
            model: model, moments: moments, rowCount: 4_000_000 + random.index(below: 1 << 40),
            weight: moments.reduce(0) { $0 + $1.weight })
        let starts = [number(&random), nil].map {
            FitReport.Start(
                strategy: .residualBands, screenedLogLikelihoodPerRow: number(&random), logLikelihood: $0, floorHits: 1)
        }
        return LocalModel(
            fitted: fitted,
            report: FitReport(
                logLikelihood: number(&random), trace: numbers(20, &random), stopReason: .maxIterations, iterations: 19,
                settings: settings(&random), starts: starts,
                warnings: [.collinearCovariate(covariate: "ö,b"), .constantCovariate(covariate: "a \"quoted\"\ttext")]))
    }
}

@Suite struct ModelFileTests {
    private func decoded(_ file: ModelFile) throws -> ModelFile {
        try ModelFile.decode(Data(try file.text(path: "m.json").utf8), source: "m.json")
    }

    private func bits(_ model: MixtureModel) -> [UInt64] {
        (model.experts.flatMap { $0.coefficients + [$0.dispersion] } + model.gate.coefficients.storage)
            .map(\.bitPattern)
    }

    private func bits(_ fitted: FittedMixture) -> [UInt64] {
        bits(fitted.model)
            + fitted.moments.flatMap { [$0.weight, $0.squaredWeight] + $0.mean + $0.scatter.storage }.map(\.bitPattern)
            + [fitted.weight.bitPattern, UInt64(fitted.rowCount)]
    }

    @Test func localModelsComeBackBitForBit() throws {
        for seed in 0..<150 {
            var random = RandomNumbers(seed: UInt64(seed))
            let local = ModelFixture.local(&random)
            let file = ModelFile(local)
            let read = try decoded(file)
            #expect(read == file)
            let fitted = try #require(read.fitted)
            #expect(bits(fitted) == bits(local.fitted))
            #expect(fitted.model.design == local.model.design)
            #expect(read.fit?.trace.map(\.bitPattern) == local.report.trace.map(\.bitPattern))
            #expect(read.fit?.logLikelihood.bitPattern == local.report.logLikelihood.bitPattern)
            #expect(read.fit?.options == local.report.settings && read.fit?.options.seed == .max)
            #expect(read.fit?.warnings == local.report.warnings)
            // What is read is written as it was.
            #expect(try read.text(path: "m.json") == file.text(path: "m.json"))
        }
    }

    private static let warnings: [AggregationWarning] = [
        .noDistillation,
        .inconsistentSite(site: "d", divergence: 1e300, rule: .exclude, damage: Coded(.responseUnit(power: -3))),
        .inconsistentSite(site: "d", divergence: 1, rule: .keep, damage: nil),
        .gainWithoutSites(sites: ["d"], gain: 0.5, standardError: 0.1),
        .noStandardErrors(
            models: [
                ModelWithoutStandardErrors(name: "a", reason: .tooManyParameters(parameters: 9, maximum: 8)),
                ModelWithoutStandardErrors(name: "b", reason: .notKnown),
            ], count: 2, of: 5),
    ]

    @Test func globalModelsComeBack() throws {
        var random = RandomNumbers(seed: 77)
        let report = AggregationReport(
            settings: AggregationSettings(
                AggregationOptions(expertCountRange: 2...5, gateTarget: .plan, seed: 1 << 63), method: "transport"),
            sites: [.init(name: "a/b \"c\"", rows: 3, weight: 0.1, labels: [1, 0, 2])],
            leftOut: [.init(name: "d", rows: 4, divergence: ModelFixture.number(&random))], siteWeights: .density,
            support: .covariates(source: "a, b"), supportSize: 50, objectives: ModelFixture.numbers(9, &random),
            converged: false,
            start: .localModel(site: "ö"),
            candidates: [
                .init(.gate(target: .label, afterDistillation: true), score: ModelFixture.number(&random)),
                .init(.distillation, score: ModelFixture.number(&random)),
            ],
            chosen: .distillation, warnings: Self.warnings)
        let file = ModelFile(GlobalModel(fitted: ModelFixture.local(&random).fitted, report: report))
        let read = try decoded(file)
        #expect(read == file)
        #expect(read.kind == .global)
        #expect(read.aggregation?.sites[0].experts == [2, 1, 3])
        #expect(read.aggregation?.options.seed == 1 << 63)
        #expect(read.warnings == Self.warnings.map { .aggregation($0) })
        #expect(read.fit == nil)
    }

    @Test func referencesHaveNoStatistics() throws {
        var random = RandomNumbers(seed: 78)
        let model = ModelFixture.model(&random, experts: 1)
        let read = try decoded(ModelFile(reference: model))
        #expect(read.kind == .reference)
        #expect(read.fitted == nil)
        #expect(bits(read.model) == bits(model))
    }

    @Test func numbersThatAreNotFiniteAreNotWritten() {
        var random = RandomNumbers(seed: 79)
        var model = ModelFixture.model(&random)
        model.experts[1].coefficients[2] = .infinity
        #expect(throws: ModelFileError.self) { try ModelFile(reference: model).text(path: "m.json") }
    }
}
