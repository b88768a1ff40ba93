import Aggregation
import Estimation
import Foundation
import Messages
import ModelFiles
import Testing

/// The form that values of enumerations have in files.
@Suite struct CodedTests {

    private func expect<Value: Codable & Equatable>(_ value: Value, is wanted: String) throws {
        let written = try OrderedJSONEncoder().encode(Coded(value))
        #expect(written.split(whereSeparator: \.isWhitespace).joined(separator: " ") == wanted)
        #expect(try JSONDecoder().decode(Coded<Value>.self, from: Data(written.utf8)).wrappedValue == value)
    }

    @Test func keysAreTheLabelsInTheirOrder() throws {
        try expect(FitWarning.notConverged(iterations: 500), is: #"{ "code": "notConverged", "iterations": 500 }"#)
        try expect(FitWarning.noStandardErrorsOffMaximum, is: #"{ "code": "noStandardErrorsOffMaximum" }"#)
        try expect(
            FitWarning.classWithheld(class: "a", experts: [0, 2], minimum: 10),
            is: #"{ "code": "classWithheld", "class": "a", "experts": [1, 3], "minimum": 10.0 }"#)
        try expect(
            FitWarning.expertCountAtEdge(experts: 8, criterion: .bic, tried: 1...8),
            is: #"{ "code": "expertCountAtEdge", "experts": 8, "criterion": "bic", "tried": [1, 8] }"#)
        try expect(Lasso.automatic, is: #"{ "code": "automatic" }"#)
    }

    @Test func whatIsInsideIsCodedToo() throws {
        try expect(
            RoundWarning.siteLeftOut(site: "a", reason: Coded(.noModelPossible(rows: 7, needed: 10))),
            is:
                #"{ "code": "siteLeftOut", "site": "a", "reason": { "code": "noModelPossible", "rows": 7, "needed": 10 } }"#
        )
        try expect(
            AggregationWarning.noStandardErrors(
                models: [ModelWithoutStandardErrors(name: "a", reason: .noMaximum)], count: 1, of: 3),
            is: #"{ "code": "noStandardErrors", "models": [ { "name": "a", "reason": { "code": "noMaximum" } } ], "#
                + #""count": 1, "of": 3 }"#)
    }

    @Test func codesAreThoseOfTheFile() {
        #expect(FitWarning.absentClass(class: "x").code == "absentClass")
        let inconsistent = AggregationWarning.inconsistentSite(
            site: "x", divergence: .infinity, rule: .exclude, damage: nil)
        #expect(inconsistent.code == "inconsistentSite")
    }

    /// A file of a later version may carry a warning that this one does not know; it stays what it is when the file is written again.
    @Test func warningsOfLaterVersionsAreRead() throws {
        func expect<Value: Codable & Equatable>(_ wanted: Value) throws {
            let text = #"{"code": "other", "column": {"a": [1, 2]}}"#
            let value = try JSONDecoder().decode(Coded<Value>.self, from: Data(text.utf8))
            #expect(value.wrappedValue == wanted)
            #expect(try JSONDecoder().decode(Coded<Value>.self, from: JSONEncoder().encode(value)) == value)
        }
        try expect(FitWarning.ofLaterVersion(kind: "other"))
        try expect(AggregationWarning.ofLaterVersion(kind: "other"))
        try expect(RoundWarning.ofLaterVersion(kind: "other"))
    }

    @Test func unknownCodesAreRefused() {
        // What is done hangs on these.
        for text in [#"{"code": "other"}"#, #"{"code": "weight"}"#] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(Coded<Lasso>.self, from: Data(text.utf8))
            }
        }
        for text in [#"{"iterations": 3}"#, #"{"code": "notConverged"}"#, #""notConverged""#] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(Coded<FitWarning>.self, from: Data(text.utf8))
            }
        }
    }
}
