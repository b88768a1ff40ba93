import Estimation
import Foundation
import MixtureOfExperts
import ModelFiles
import Numerics
import TestSupport
import Testing

/// Files of models with experts without parameters.
@Suite struct FixedExpertFileTests {
    private static let fixed: [FixedDistribution] = [.pointMass(-0.1), .pointMass(7), .noise(low: -50, high: 50)]

    private static func local(_ fixed: [FixedDistribution] = fixed) throws -> LocalModel {
        var random = RandomNumbers(seed: 3)
        let rows = RandomData.easyRows(900, seed: 4)
        let responses = rows.responses.enumerated().map { row, response in
            switch row % 9 {
            case 0: -0.1
            case 1: 7.0
            case 2: 100 * random.uniform() - 50
            default: response
            }
        }
        var options = FitOptions(expertCount: 2, starts: 4)
        options.fixed = fixed.map { FixedExpert($0) }
        return try LocalFit(design: RandomData.easyModel.design, options: options)
            .fit(ShardRows(covariates: rows.covariates, responses: responses))
    }

    private static func object() throws -> [String: Any] {
        let text = try OrderedJSONEncoder().encode(ModelFile(local()))
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private static func read(_ object: [String: Any]) throws -> ModelFile {
        try ModelFile.decode(JSONSerialization.data(withJSONObject: object), source: "m.json")
    }

    @Test func isReadAsItWasWritten() throws {
        let local = try Self.local()
        let file = ModelFile(local)
        let read = try ModelFile.decode(Data(OrderedJSONEncoder().encode(file).utf8), source: "m.json")
        #expect(read == file)
        #expect(read.fitted == local.fitted)
        #expect(read.model.fixedDistributions == Self.fixed)
        #expect(read.formatVersion == 3)
        #expect(read.fit?.options.pointMasses == [-0.1, 7])
    }

    @Test func isOfTheOldVersionWithoutThem() throws {
        let file = ModelFile(try Self.local([]))
        #expect(file.formatVersion == 2)
        let text = try OrderedJSONEncoder().encode(file)
        #expect(!text.contains("pointMass") && !text.contains("noise"))
    }

    @Test func digestsDiffer() throws {
        let local = try Self.local()
        var other = local.fitted
        other.model.experts[2].fixed = FixedExpert(.pointMass(-0.2))
        #expect(other.digest != local.fitted.digest)
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var field: String
        var expert = 2
        var change: @Sendable (inout [String: Any]) -> Void
    }

    @Test(arguments: [
        Damage(testDescription: "descending", field: "experts[3].pointMass") { $0["pointMass"] = 8 },
        Damage(testDescription: "both", field: "experts[2].noise") { $0["noise"] = [0, 1] },
        Damage(testDescription: "an empty range", field: "experts[4].noise", expert: 4) { $0["noise"] = [1, 1] },
        Damage(testDescription: "one end", field: "experts[4].noise", expert: 4) { $0["noise"] = [1] },
        Damage(testDescription: "beyond all values", field: "experts[2].pointMass") { $0["pointMass"] = 1e120 },
        Damage(testDescription: "a slope", field: "experts[2].coefficients") { $0["coefficients"] = [0, 1, 0] },
        Damage(testDescription: "a dispersion", field: "experts[2].coefficients") { $0["dispersion"] = 2 },
        Damage(testDescription: "before a regression", field: "experts[2].coefficients", expert: 1) {
            $0["pointMass"] = -9
        },
        Damage(testDescription: "a regression after", field: "experts[3].coefficients", expert: 3) {
            $0["pointMass"] = nil
        },
    ])
    func refusesWhatCannotBe(_ damage: Damage) throws {
        var object = try Self.object()
        var experts = try #require(object["experts"] as? [[String: Any]])
        damage.change(&experts[damage.expert])
        object["experts"] = experts
        do {
            _ = try Self.read(object)
            Issue.record("it is read")
        } catch let ModelFileError.invalidValue(_, field, _) {
            // What is out of order is said of the one that comes later.
            let isNext = damage.testDescription == "descending" || damage.testDescription == "before a regression"
            #expect(isNext ? field.hasPrefix("experts[") : field == damage.field)
        }
    }

    @Test func refusesOtherFamiliesAndTheOldVersion() throws {
        var object = try Self.object()
        object["formatVersion"] = 2
        #expect(throws: ModelFileError.self) { try Self.read(object) }
        object = try Self.object()
        object["family"] = "poisson"
        #expect(throws: ModelFileError.self) { try Self.read(object) }
    }
}
