import Messages
import MixtureOfExperts
import StudyData
import Tables
import TestSupport
import Testing

/// Levels, answers and classes are names: they are compared as text.
@Suite struct LevelNameTests {
    /// The responses as positions among the classes; nil where a field is refused.
    private func positions(_ fields: [String], _ classes: [String]) throws -> [Double]? {
        let text = "x,y\n" + fields.enumerated().map { "\($0),\"\($1)\"" }.joined(separator: "\n")
        let table = try TableFixture.table(text, TableOptions(textColumns: ["y"]))
        let selection = RowSelection(
            design: Design(target: "y", expertFeatures: ["x"], gateFeatures: ["x"]), response: .classes(classes))
        do throws(TableError) { return try selection.rows(of: table).rows.responses } catch {
            guard case .unknownSpelling = error else { throw error }
            return nil
        }
    }

    @Test(arguments: [
        (["01", "1"], ["01", "1"]), (["2E3", "2000"], ["2E3", "2000"]),
        (["9007199254740993", "9007199254740992"], ["9007199254740992", "9007199254740993"]),
        (["+1", "1", "1.50", "1.5"], ["+1", "1", "1.5", "1.50"]),
        (["0x1", "1", "007", "7"], ["007", "0x1", "1", "7"]),
        (["1e-3", ".001", "0.001"], [".001", "0.001", "1e-3"]), (["True", "1"], ["1", "True"]),
    ]) func differentSpellingsAreDifferentNames(fields: [String], classes: [String]) throws {
        let expected = fields.map { Double(classes.firstIndex(of: $0) ?? -1) }
        #expect(try positions(fields, classes) == expected)
        for (index, name) in classes.enumerated() {
            var others = classes
            others.remove(at: index)
            #expect(try positions([name], others + ["other"]) == nil, "\(name) among \(others)")
        }
        var finder = ClassFinder(target: "y")
        let rows = "y\n" + (fields + fields).joined(separator: "\n")
        try finder.add(try TableFixture.table(rows, TableOptions(textColumns: ["y"])))
        #expect(Set(try finder.classes(source: "t")) == Set(classes))
    }

    /// Programs write whole numbers with a point where a column has gaps.
    @Test func wholeNumbersWithAPointAreTheSameNames() throws {
        #expect(try positions(["1.0", "2", "3.000", "-4.0"], ["1", "2", "3", "-4"]) == [0, 1, 2, 3])
        #expect(try positions(["1.0", "1"], ["1", "1.0"]) == [1, 0])
        #expect(try positions(["01.0"], ["1", "2"]) == nil && positions(["1."], ["1", "2"]) == nil)
        #expect(try positions(["9007199254740993.0"], ["9007199254740993", "2"]) == nil)
    }

    /// The smallest integer has no absolute value that an integer holds.
    @Test(arguments: ["-9223372036854775808.0", "9223372036854775807.0", "-9223372036854775809.0", "-0.0"])
    func extremeIntegersAreNamesToo(field: String) throws {
        #expect(try positions([field, "1.0"], [field, "1"]) == [0, 1])
        #expect(try positions([field], ["1", "2"]) == nil)
    }

    @Test func blanksAroundANameDoNotCountOnEitherSide() throws {
        #expect(try positions([" a", "a", "b ", "\tb"], [" a", "b"]) == [0, 0, 1, 1])
        #expect(try positions(["a  b"], ["a b", "c"]) == nil)
    }

    @Test func missingIsNoNameUnlessItIsListed() throws {
        #expect(try positions(["NA", "DE"], ["DE", "NA"]) == [1, 0])
        #expect(throws: TableError.missingValue(source: "t.csv", line: 2, column: "y")) {
            try positions(["NA", "DE"], ["DE", "FR"])
        }
    }
}
