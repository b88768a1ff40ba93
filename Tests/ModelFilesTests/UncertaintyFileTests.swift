import Estimation
import Foundation
import Messages
import MixtureOfExperts
import ModelFiles
import Numerics
import Testing

/// Covariances in model files.
@Suite struct UncertaintyFileTests {
    private static func local(_ random: inout RandomNumbers) -> LocalModel {
        func block(_ count: Int) -> ParameterCovariance {
            let root = Matrix(
                rowCount: count, columnCount: count + 3, storage: (0..<count * (count + 3)).map { _ in random.normal() }
            )
            let scale = (0..<count).map { _ in Foundation.pow(10, 40 * random.uniform() - 20) }
            return ParameterCovariance(root * root.transposed(), undetermined: [1]).scaled(by: scale).rounded
        }
        var local = ModelFixture.local(&random)
        local.fitted.errors = ParameterUncertainty(
            source: .sandwich, experts: local.model.experts.map { _ in block(4) }, gate: block(6))
        return local
    }

    private func decoded(_ file: ModelFile) throws -> ModelFile {
        try ModelFile.decode(Data(try file.text(path: "m.json").utf8), source: "m.json")
    }

    @Test func comeBackAsTheyWere() throws {
        for seed in 0..<50 {
            var random = RandomNumbers(seed: UInt64(seed))
            let local = Self.local(&random)
            let file = ModelFile(local)
            #expect(try decoded(file) == file)
            #expect(try decoded(file).fitted?.errors == local.fitted.errors)
        }
    }

    /// Rounding is done once: what was rounded stays.
    @Test func roundingKeepsWhatItMade() {
        var random = RandomNumbers(seed: 9)
        for _ in 0..<2000 {
            let value = Foundation.pow(10, 60 * random.uniform() - 30)
            let block = ParameterCovariance(standardErrors: [value, 1], correlations: [2 * random.uniform() - 1])
            let rounded = block.rounded
            #expect(rounded.rounded == rounded)
            #expect(abs(rounded.standardErrors[0] / value - 1) <= 5e-7)
            #expect(rounded.standardErrors[0].description.filter(\.isNumber).count <= 36)
            #expect("\(abs(rounded.correlations![0]))".count <= 9 || abs(rounded.correlations![0]) < 1e-4)
        }
    }

    @Test func filesWithoutAreReadable() throws {
        var random = RandomNumbers(seed: 1)
        let local = ModelFixture.local(&random)
        let text = try ModelFile(local).text(path: "m.json")
        #expect(!text.contains("uncertainty"))
        #expect(try decoded(ModelFile(local)).fitted?.errors == nil)
    }

    @Test(arguments: [
        ("experts[1].uncertainty.standardErrors", "has 3 numbers, not 4"),
        ("experts[1].uncertainty.correlations", "-1 and 1"),
        ("uncertainty.gate.standardErrors", "not negative"), ("uncertainty.gate.undetermined", "does not exist"),
    ])
    func refusals(field: String, reason: String) throws {
        var random = RandomNumbers(seed: 2)
        var file = ModelFile(Self.local(&random))
        switch field {
        case "experts[1].uncertainty.standardErrors": file.experts[1].uncertainty?.standardErrors.removeLast()
        case "experts[1].uncertainty.correlations": file.experts[1].uncertainty?.correlations?[0] = 1.5
        case "uncertainty.gate.standardErrors": file.uncertainty?.gate.standardErrors[0] = -1
        default: file.uncertainty?.gate.undetermined = [6]
        }
        let error = #expect(throws: ModelFileError.self) { _ = try decoded(file) }
        #expect(error?.description.contains(field) == true && error?.description.contains(reason) == true)
    }

    @Test func unknownSourcesAreRefused() throws {
        var random = RandomNumbers(seed: 2)
        let text = try ModelFile(Self.local(&random)).text(path: "m.json").replacing(
            "\"sandwich\"", with: "\"guessed\"", maxReplacements: 1)
        #expect(throws: ModelFileError.wrongType(path: "m.json", field: "uncertainty.source")) {
            try ModelFile.decode(Data(text.utf8), source: "m.json")
        }
    }

    @Test func halvesAreRefused() throws {
        var random = RandomNumbers(seed: 3)
        let file = ModelFile(Self.local(&random))
        var one = file
        one.experts[2].uncertainty = nil
        #expect(throws: ModelFileError.missingField(path: "m.json", field: "experts[2].uncertainty")) {
            try decoded(one)
        }
        one = file
        one.uncertainty = nil
        #expect(throws: ModelFileError.self) { try decoded(one) }
    }
}
