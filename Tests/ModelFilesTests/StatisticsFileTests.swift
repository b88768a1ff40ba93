import Estimation
import Foundation
import Messages
import MixtureOfExperts
import ModelFiles
import Numerics
import Testing

@Suite struct StatisticsFileTests {
    private static func file(seed: UInt64) -> (file: StatisticsFile, statistics: RoundStatistics, model: FittedMixture)
    {
        var random = RandomNumbers(seed: seed)
        let model = ModelFixture.local(&random).fitted
        let moments = model.moments.map { _ in ModelFixture.moments(&random) }
        let pairs = (0..<3).map { _ in
            var pair = PackedSymmetric(size: 3, storage: ModelFixture.numbers(6, &random))
            for index in 0..<3 { pair[index, index] = 0.1 * random.uniform() }
            for row in 0..<3 {
                for column in 0..<row {
                    pair[row, column] =
                        0.3 * random.uniform() * pair[row, row].squareRoot() * pair[column, column].squareRoot()
                }
            }
            return pair
        }
        // They add up to 0 over the experts.
        let gradient = (0..<3).map { _ in 0.1 * random.uniform() }
        let statistics = RoundStatistics(
            rowCount: 4_000_000 + random.index(below: 1 << 40), weight: moments.reduce(1) { $0 + $1.weight },
            logLikelihood: ModelFixture.number(&random), moments: moments,
            gate: GateSums(gradient: [gradient, gradient.map { -$0 }, [0, 0, 0]], pairs: pairs))
        return (
            StatisticsFile(statistics, at: model, warnings: [.constantCovariate(covariate: "a \"b\"")]), statistics,
            model
        )
    }

    @Test(arguments: 1...20) func filesComeBack(seed: UInt64) throws {
        let (file, statistics, model) = Self.file(seed: seed)
        let text = try file.text(path: "s.json")
        let read = try StatisticsFile.decode(Data(text.utf8), source: "s.json")
        #expect(read.statistics == statistics)
        #expect(read.warnings == file.warnings)
        #expect(try read.text(path: "s.json") == text)
        try read.check(isOf: model, path: "s.json", modelPath: "m.json")
    }

    @Test func theDigestDependsOnEveryParameterAndName() throws {
        let (file, _, model) = Self.file(seed: 1)
        #expect(file.modelDigest.wholeMatch(of: /[0-9a-f]{64}/) != nil)
        var digests: Set<String> = [file.modelDigest]
        func other(_ change: (inout FittedMixture) -> Void) {
            var changed = model
            change(&changed)
            #expect(digests.insert(changed.digest).inserted)
        }
        other { $0.model.gate.coefficients[1, 0] = $0.model.gate.coefficients[1, 0].nextUp }
        other { $0.model.experts[2].coefficients[1] = $0.model.experts[2].coefficients[1].nextUp }
        other { $0.model.experts[0].dispersion = $0.model.experts[0].dispersion.nextUp }
        other { $0.moments[1] = $0.moments[1].scaled(by: 2) }
        other { $0.model = $0.model.reordered([1, 0, 2]) }
        other {
            let design = $0.model.design
            $0.model = MixtureModel(
                design: Design(
                    target: design.target, covariates: ["a", "ö,", "bc\\d"], expertCovariates: design.expertCovariates,
                    gateCovariates: design.gateCovariates), gate: $0.model.gate, experts: $0.model.experts)
        }
    }

    /// Known values of SHA-256 would not show a change of what is hashed; this one does.
    @Test func theDigestStaysAsItIs() {
        let design = Design(target: "y", covariates: ["x"])
        let model = MixtureModel(
            design: design, gate: SoftmaxGate(expertCount: 1, covariateCount: 1),
            experts: [Expert(coefficients: [1, -0.0], dispersion: 2)])
        let fitted = FittedMixture(model: model, moments: [Moments(count: 2)], rowCount: 0, weight: 0)
        #expect(fitted.digest == "ea4af1f7f671302f0a23c29de6ee81b05351ab961d04cc82c114cb40f77bd8bc")
    }

    private static func invalid(_ field: String, _ reason: String) -> ModelFileError {
        .invalidValue(path: "s.json", field: field, reason: reason)
    }

    static let damages: [ModelFileRefusalTests.Damage] = [
        .init(testDescription: "a model", error: .modelAsStatistics(path: "s.json")) { $0["format"] = "dmoe-model" },
        .init(testDescription: "another format", error: .notStatistics(path: "s.json")) { $0["format"] = "other" },
        .init(testDescription: "newer format", error: .newerFormat(path: "s.json", version: 4, known: 3)) {
            $0["formatVersion"] = 4
        },
        .init(testDescription: "outdated format", error: .outdatedFormat(path: "s.json", version: 2)) {
            $0["formatVersion"] = 2
        },
        .init(
            testDescription: "scores of a closed fit",
            error: invalid("coefficients", "have no place in a family that has a closed fit")
        ) {
            $0["coefficients"] = [[String: Any]]()
        },
        .init(testDescription: "no scores", error: invalid("coefficients", "are missing")) {
            ofClasses(&$0)
        },
        .init(testDescription: "scores of fewer experts", error: invalid("coefficients", "are of 1 experts, not 3")) {
            ofClasses(&$0)
            $0["coefficients"] = [["score": [0], "information": [1]]]
        },
        .init(
            testDescription: "short information of a score",
            error: invalid("coefficients[1].information", "has 1 numbers, not 3")
        ) {
            ofClasses(&$0)
            $0["coefficients"] = [
                ["score": [0], "information": [1]], ["score": [0, 1], "information": [1]],
                ["score": [0], "information": [1]],
            ]
        },
        .init(
            testDescription: "negative information of a score",
            error: invalid("coefficients[2].information", "has a negative variance")
        ) {
            ofClasses(&$0)
            $0["coefficients"] = (0..<3).map { ["score": [0], "information": [$0 < 2 ? 1 : -1e9]] }
        },
        .init(testDescription: "no triangle", error: invalid("jointInformation", "is no triangle")) {
            ofClasses(&$0)
            $0["coefficients"] = (0..<3).map { _ in ["score": [0], "information": [1]] }
            $0["jointInformation"] = [1, 2]
        },
        .init(testDescription: "no weight", error: invalid("weight", "must be positive")) { $0["weight"] = 0 },
        .init(
            testDescription: "too little weight", error: invalid("weight", "is less than the experts' weights together")
        ) {
            $0["weight"] = 1e-3
        },
        .init(testDescription: "no digest", error: .missingField(path: "s.json", field: "modelDigest")) {
            $0["modelDigest"] = nil
        },
        .init(testDescription: "unknown family", error: invalid("family", "'cauchy' is not known here")) {
            $0["family"] = "cauchy"
        },
        .init(testDescription: "negative rows", error: invalid("rows", "must be from 0 to 2^53")) { $0["rows"] = -1 },
        .init(testDescription: "short mean", error: invalid("experts[1].mean", "has 2 numbers, not 4")) {
            var experts = $0["experts"] as? [[String: Any]] ?? []
            experts[1]["mean"] = [1, 2]
            $0["experts"] = experts
        },
        gate("too few gradients", invalid("gate.gradient", "has 2 rows of numbers, not 3")) {
            $0["gradient"] = [[1, 2, 3], [1, 2, 3]]
        },
        gate("short gradient", invalid("gate.gradient[1]", "has 2 numbers, not 3")) {
            $0["gradient"] = [[1, 2, 3], [1, 2], [1, 2, 3]]
        },
        gate("short information", invalid("gate.information[0]", "has 1 numbers, not 6")) {
            $0["information"] = [[1], [1], [1]]
        },
        gate("negative information", invalid("gate.information[2]", "has a negative variance")) {
            $0["information"] = [[1, 0, 1, 0, 0, 1], [1, 0, 1, 0, 0, 1], [1, 0, 1, 0, 0, -1e9]]
        },
    ]

    /// Codes of classes have no moments.
    private static func ofClasses(_ file: inout [String: Any]) {
        file["family"] = "multinomial"
        var experts = file["experts"] as? [[String: Any]] ?? []
        for index in experts.indices {
            var mean = experts[index]["mean"] as? [Double] ?? []
            if !mean.isEmpty { mean[mean.count - 1] = 0 }
            experts[index]["mean"] = mean
        }
        file["experts"] = experts
    }

    private static func gate(
        _ description: String, _ error: ModelFileError, _ change: @escaping @Sendable (inout [String: Any]) -> Void
    ) -> ModelFileRefusalTests.Damage {
        .init(testDescription: description, error: error) {
            var gate = $0["gate"] as? [String: Any] ?? [:]
            change(&gate)
            $0["gate"] = gate
        }
    }

    @Test(arguments: damages) func damagedFilesAreRefused(_ damage: ModelFileRefusalTests.Damage) throws {
        let good = Data(try Self.file(seed: 5).file.text(path: "s.json").utf8)
        var object = try #require(try JSONSerialization.jsonObject(with: good) as? [String: Any])
        damage.change(&object)
        let bad = try JSONSerialization.data(withJSONObject: object)
        let error = #expect(throws: ModelFileError.self) { try StatisticsFile.decode(bad, source: "s.json") }
        #expect(error == damage.error)
        let message = try #require(error).description
        #expect(message.hasPrefix("s.json: "))
        #expect(!message.contains("\n"))
    }

    @Test func statisticsAreNoModel() throws {
        let text = try Self.file(seed: 6).file.text(path: "s.json")
        #expect(throws: ModelFileError.statisticsAsModel(path: "s.json")) {
            try ModelFile.decode(Data(text.utf8), source: "s.json")
        }
    }

    private static let warnings: [RoundWarning] = [
        .logLikelihoodFell(from: -1, to: -2.5, sameSites: true), .siteFailed(site: "a", message: "b"),
        .fromSite(site: "c", warning: Coded(.varianceFloor(experts: [0, 2]))),
        .siteLeftOut(site: "d", reason: Coded(.tooFewReleasedRows(rows: 1, of: 2, needed: 3))),
    ]

    /// The rounds stay with the model, and a model without any has no field for them.
    @Test func roundsComeBack() throws {
        var random = RandomNumbers(seed: 9)
        let local = ModelFile(ModelFixture.local(&random))
        #expect(try !local.text(path: "m.json").contains("\"rounds\""))
        let update = GeneralisedEMRound.Update(
            fitted: ModelFixture.local(&random).fitted, logLikelihoodPerRow: -1.25, gateStep: 0.5)
        let first = ModelFile(update, after: local, sites: 3, warnings: [])
        let second = ModelFile(update, after: first, sites: 2, warnings: Self.warnings)
        let read = try ModelFile.decode(Data(try second.text(path: "m.json").utf8), source: "m.json")
        #expect(read == second)
        #expect(read.kind == .global)
        #expect(read.rounds?.map(\.sites) == [3, 2])
        #expect(read.warnings == Self.warnings.map { .round($0) })
    }
}
