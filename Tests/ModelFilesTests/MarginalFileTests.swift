import Foundation
import MixtureOfExperts
import Numerics
import Testing

import Estimation
import ModelFiles

@Suite struct MarginalFileTests {
    private static let columns = 20

    /// A local model as a site with many rows sends it: 20 covariates, 5 experts, as many bins as a column has.
    private static func local(_ random: inout RandomNumbers) -> LocalModel {
        let design = Design(target: "y", covariates: (1...columns).map { "x\($0)" })
        let gates = (0..<4).map { _ in (0...columns).map { _ in random.normal() } }
        let model = MixtureModel(
            design: design,
            gate: SoftmaxGate(coefficients: Matrix(columns: gates + [[Double](repeating: 0, count: columns + 1)])),
            experts: (0..<5).map { _ in
                Expert(coefficients: (0...columns).map { _ in random.normal() }, dispersion: 1 + random.uniform())
            })
        let rows = 20_000
        let moments = (0..<5).map { _ in
            var scatter = PackedSymmetric(size: columns + 1)
            for index in 0...columns { scatter[index, index] = Double(rows) * (1 + random.uniform()) }
            return Moments(
                weight: Double(rows), squaredWeight: Double(rows), mean: (0...columns).map { _ in random.normal() },
                scatter: scatter)
        }
        var fitted = FittedMixture(model: model, moments: moments, rowCount: 5 * rows, weight: Double(5 * rows))
        fitted.marginals = moments.map { moments in
            (0..<columns).map { column in
                let deviation = (moments.scatter[column, column] / moments.weight).squareRoot()
                let runs = (0..<2000).map { row in
                    let level = (Double(row) + 0.5) / 2000
                    return MarginalBins.Run(
                        value: moments.mean[column] + deviation * Scalar.normalQuantile(level), weight: 10)
                }
                return MarginalBins.marginal(of: runs, least: 10)
            }
        }
        return LocalModel(
            fitted: fitted,
            report: FitReport(
                logLikelihood: -1e5 * random.uniform(), trace: (0..<60).map { _ in random.normal() },
                stopReason: .converged, iterations: 59, settings: FitSettings(FitOptions(expertCount: 5)),
                starts: (0..<16).map { _ in
                    FitReport.Start(
                        strategy: .covariateResidualClusters, screenedLogLikelihoodPerRow: random.normal(),
                        logLikelihood: nil, floorHits: 0)
                }, warnings: []))
    }

    @Test func theyComeBackAndTheFileStaysSmall() throws {
        var random = RandomNumbers(seed: 1)
        let local = Self.local(&random)
        #expect(local.fitted.marginals.joined().allSatisfy { $0?.bins.count == 30 })
        let text = try ModelFile(local).text(path: "m.json")
        #expect(text.utf8.count <= 64 * 1024)
        let read = try ModelFile.decode(Data(text.utf8), source: "m.json")
        #expect(read == ModelFile(local))
        let marginals = try #require(read.fitted).marginals
        #expect(
            marginals.map { $0.map { $0?.bins.map(\.mean) } }
                == local.fitted.marginals.map { $0.map { $0?.bins.map(\.mean) } })
        #expect(try read.text(path: "m.json") == text)
    }

    private static func mixed() -> LocalModel {
        var random = RandomNumbers(seed: 2)
        var local = Self.local(&random)
        let (mean, variance) = (local.fitted.moments[1].mean[3], local.fitted.moments[1].scatter[3, 3] / 20_000)
        let deviation = variance.squareRoot()
        local.fitted.marginals[1][3] = Marginal(
            bins: [(0.25, -1.5, true), (0.5, 0, false), (0.25, 1.5, true)].map { share, place, isAtom in
                Marginal.Bin(share: share, mean: mean + 0.5 * deviation * place, isAtom: isAtom)
            })
        local.fitted.marginals[1][4] = nil
        return local
    }

    @Test func commonValuesAndColumnsWithoutBinsComeBack() throws {
        let local = Self.mixed()
        let read = try ModelFile.decode(Data(try ModelFile(local).text(path: "m.json").utf8), source: "m.json")
        #expect(read == ModelFile(local))
        let marginals = try #require(read.fitted).marginals[1]
        #expect(marginals[3] == local.fitted.marginals[1][3])
        #expect(marginals[4] == nil)
        // Older files have none.
        var older = ModelFile(local)
        for index in older.experts.indices { older.experts[index].marginals = nil }
        #expect(
            try ModelFile.decode(Data(try older.text(path: "m.json").utf8), source: "m.json").fitted?.marginals == [])
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var field: String
        var reason: String
        var change: @Sendable (inout MarginalRecord) -> Void
    }

    static let damages = [
        Damage(testDescription: "one bin", field: "means", reason: "must be 2 to 128 numbers") {
            $0.means = [$0.means[1]]
        },
        Damage(testDescription: "falling means", field: "means", reason: "must ascend") { $0.means.swapAt(0, 2) },
        Damage(testDescription: "a share of 0", field: "shares", reason: "must be positive") {
            $0.shares = [0, 0.75, 0.25]
        },
        Damage(testDescription: "shares of more than all", field: "shares", reason: "do not sum to 1") {
            $0.shares = [0.5, 0.5, 0.5]
        },
        Damage(testDescription: "a share too many", field: "shares", reason: "has 4 numbers, not 3") {
            $0.shares = [0.25, 0.25, 0.25, 0.25]
        },
        Damage(testDescription: "no shares", field: "shares", reason: "are missing") { $0.shares = nil },
        Damage(
            testDescription: "a value beyond", field: "values",
            reason: "names a bin that does not exist, or is duplicated"
        ) { $0.values = [3] },
        Damage(
            testDescription: "a value twice", field: "values",
            reason: "names a bin that does not exist, or is duplicated"
        ) { $0.values = [1, 1] },
        Damage(testDescription: "another mean", field: "means", reason: "have another mean than the statistics") {
            $0.means = $0.means.map { $0 + 10 }
        },
        Damage(testDescription: "too wide", field: "means", reason: "vary more than the statistics say") {
            let middle = $0.means[1]
            $0.means = $0.means.map { middle + 4 * ($0 - middle) }
        },
        Damage(testDescription: "beyond any value", field: "means", reason: "holds a number beyond 1e100") {
            $0.means[2] = 1e101
        },
    ]

    @Test(arguments: damages)
    func whatNoRowsHaveIsRefused(damage: Damage) throws {
        var file = ModelFile(Self.mixed())
        var record = try #require(file.experts[1].marginals?[3])
        damage.change(&record)
        file.experts[1].marginals?[3] = record
        #expect(
            throws: ModelFileError.invalidValue(
                path: "m.json", field: "experts[1].marginals[3].\(damage.field)", reason: damage.reason)
        ) { try file.validate(source: "m.json") }
    }

    @Test func otherShapesAreRefused() throws {
        var file = ModelFile(Self.mixed())
        file.experts[2].marginals?.removeLast()
        #expect(
            throws: ModelFileError.invalidValue(
                path: "m.json", field: "experts[2].marginals", reason: "has 19 entries, not 20")
        ) { try file.validate(source: "m.json") }
        var reference = ModelFile(reference: Self.mixed().model)
        reference.experts[0].marginals = [MarginalRecord?](repeating: nil, count: 20)
        #expect(
            throws: ModelFileError.invalidValue(
                path: "m.json", field: "experts[0].marginals", reason: "have no place without statistics")
        ) { try reference.validate(source: "m.json") }
        let text = try ModelFile(Self.mixed()).text(path: "m.json").replacingOccurrences(
            of: "\"marginals\": [", with: "\"marginals\": [\"all\", ")
        #expect(throws: ModelFileError.self) { try ModelFile.decode(Data(text.utf8), source: "m.json") }
    }
}
