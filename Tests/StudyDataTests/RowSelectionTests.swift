import Foundation
import Messages
import MixtureOfExperts
import Numerics
import StudyData
import Tables
import Testing

@Suite struct RowSelectionTests {
    private func column(_ name: String, _ values: [Double]) -> TableColumn {
        TableColumn(name: name, content: .numbers(values))
    }

    private var table: DataTable {
        DataTable(
            source: "t.csv",
            columns: [
                column("a", [1, 2, 3]), TableColumn(name: "site", content: .notNumeric(line: 2, column: 2, field: "x")),
                column("y", [4, 5, 6]), column("b", [7, 8, 9]), column("w", [1, 0, 2]),
            ])
    }

    private func design(
        target: String = "y", features: [String]? = nil, gateFeatures: [String]? = nil,
        notCovariates: Set<String> = []
    ) throws -> Design {
        try RowSelection.design(
            of: table, target: target, features: features, gateFeatures: gateFeatures, notCovariates: notCovariates
        ).design
    }

    // MARK: Design

    @Test func everyOtherNumericColumnIsACovariate() throws {
        let design = try design()
        #expect(design.covariates == ["a", "b", "w"])
        #expect(design.expertFeatures == design.covariates)
        #expect(design.gateFeatures == design.covariates)
        #expect(try self.design(notCovariates: ["w", "a"]).covariates == ["b"])
    }

    @Test func namedFeaturesKeepTheirOrder() throws {
        #expect(try design(features: ["b", "a"]).covariates == ["b", "a"])
    }

    @Test func theGateMayReadOtherColumns() throws {
        let design = try design(features: ["b"], gateFeatures: ["w", "b"])
        #expect(design.covariates == ["b", "w"])
        #expect(design.expertFeatures == ["b"])
        #expect(Set(design.gateFeatures) == ["b", "w"])
    }

    @Test func namesThatDoNotFitAreRefused() {
        let names = table.columnNames
        #expect(throws: TableError.noSuchColumn(source: "t.csv", name: "z", available: names)) {
            try design(target: "z")
        }
        #expect(throws: TableError.noSuchColumn(source: "t.csv", name: "q", available: names)) {
            try design(notCovariates: ["q"])
        }
        #expect(throws: TableError.targetAmongCovariates(source: "t.csv", name: "y")) {
            try design(features: ["a", "y"])
        }
        #expect(throws: TableError.targetAmongCovariates(source: "t.csv", name: "y")) {
            try design(features: ["a"], gateFeatures: ["y"])
        }
        #expect(throws: TableError.noCovariates(source: "t.csv")) { try design(notCovariates: ["a", "b", "w"]) }
        #expect(throws: TableError.textInNumericColumn(source: "t.csv", line: 2, column: "site", field: "x")) {
            try design(features: ["site"])
        }
    }

    // MARK: Rows

    private func selection(
        weights: String? = nil, missing: RowSelection.MissingRule = .error, covariates: [String] = ["b", "a"]
    ) -> RowSelection {
        RowSelection(design: Design(target: "y", covariates: covariates), weights: weights, missing: missing)
    }

    @Test func columnsComeInTheOrderOfTheDesign() throws {
        let selected = try selection(weights: "w").rows(of: table)
        #expect(selected.rows.covariates == Matrix(columns: [[7, 8, 9], [1, 2, 3]]))
        #expect(selected.rows.responses == [4, 5, 6])
        #expect(selected.rows.weights == [1, 0, 2])
        #expect(selected.kept == [0, 1, 2])
        #expect(selected.dropped == 0)
    }

    private var holed: DataTable {
        DataTable(
            source: "t.csv",
            columns: [
                column("a", [1, .nan, 3, 4, 5]), column("b", [1, 2, 3, 4, 5]), column("y", [1, 2, 3, .nan, 5]),
                column("unused", [.nan, .infinity, 0, 0, 0]), column("w", [1, -1, 2, .nan, 0]),
            ])
    }

    @Test func rowsWithHolesAreDroppedAndCounted() throws {
        let selected = try selection(missing: .drop).rows(of: holed)
        #expect(selected.kept == [0, 2, 4])
        #expect(selected.dropped == 2)
        #expect(selected.rows.responses == [1, 3, 5])
        #expect(selected.rows.covariates == Matrix(columns: [[1, 3, 5], [1, 3, 5]]))
    }

    @Test func holesAreRefusedByLineAndColumn() {
        #expect(throws: TableError.missingValue(source: "t.csv", line: 2, column: "a")) {
            try selection().rows(of: holed)
        }
        #expect(throws: TableError.missingValue(source: "t.csv", line: 4, column: "y")) {
            try selection(covariates: ["b"]).rows(of: holed)
        }
    }

    @Test(arguments: RowSelection.MissingRule.allCases)
    func infiniteValuesAreRefusedUnderEitherRule(_ missing: RowSelection.MissingRule) {
        #expect(throws: TableError.unusableValue(source: "t.csv", line: 2, column: "unused", value: .infinity)) {
            try selection(missing: missing, covariates: ["b", "unused"]).rows(of: holed)
        }
    }

    /// The unusable weights stand in rows that are dropped anyway.
    @Test func weightsOfDroppedRowsDoNotMatter() throws {
        let selected = try selection(weights: "w", missing: .drop).rows(of: holed)
        #expect(selected.rows.weights == [1, 2, 0])
    }

    /// A missing weight is a missing value, under either rule.
    @Test func missingWeights() throws {
        let table = DataTable(
            source: "t.csv", columns: [column("a", [1, 2]), column("y", [1, 2]), column("w", [1, .nan])])
        #expect(throws: TableError.missingValue(source: "t.csv", line: 2, column: "w")) {
            try selection(weights: "w", covariates: ["a"]).rows(of: table)
        }
        let selected = try selection(weights: "w", missing: .drop, covariates: ["a"]).rows(of: table)
        #expect(selected.rows.weights == [1])
        #expect(selected.dropped == 1)
    }

    @Test(arguments: [-1.0, 1e101, .infinity])
    func unusableWeightsAreRefused(_ weight: Double) throws {
        let table = DataTable(
            source: "t.csv", columns: [column("a", [1, 2]), column("y", [1, 2]), column("w", [1, weight])])
        let selection = selection(weights: "w", covariates: ["a"])
        let error = #expect(throws: TableError.self) { try selection.rows(of: table) }
        guard case .unusableWeight("t.csv", 2, "w", let value) = try #require(error) else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(value.bitPattern == weight.bitPattern)
    }

    @Test func weightsThatAreAllZeroAreRefused() {
        let table = DataTable(
            source: "t.csv", columns: [column("a", [1, 2]), column("y", [1, 2]), column("w", [0, 0])])
        #expect(throws: TableError.allWeightsZero(source: "t.csv", column: "w")) {
            try selection(weights: "w", covariates: ["a"]).rows(of: table)
        }
    }

    // MARK: Covariates alone

    @Test func aMissingResponseIsNoReasonToDropARow() throws {
        let result = try selection(missing: .drop).covariates(of: holed)
        #expect(result.kept == [0, 2, 3, 4])
        #expect(result.responses?.map(\.isNaN) == [false, false, true, false])
        #expect(result.covariates == Matrix(columns: [[1, 3, 4, 5], [1, 3, 4, 5]]))
    }

    @Test func theTargetMayBeAbsentOrIgnored() throws {
        let without = DataTable(source: "t.csv", columns: [column("a", [1, 2])])
        #expect(try selection(covariates: ["a"]).covariates(of: without).responses == nil)
        let target = TableColumn(name: "y", content: .notNumeric(line: 2, column: 2, field: "?"))
        let text = DataTable(source: "t.csv", columns: [column("a", [1, 2]), target])
        let selection = selection(covariates: ["a"])
        #expect(throws: TableError.self) { try selection.covariates(of: text) }
        #expect(try selection.covariates(of: text, withResponses: false).responses == nil)
    }
}
