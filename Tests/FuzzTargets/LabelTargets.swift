import Foundation
import MixtureOfExperts
import StudyData
import Tables

/// Fields of a column that are names: classes, levels, answers.
enum LabelTargets {
    private static let source = "t.csv"

    /// Lines of text: what is found as a class is known as one, and a table is read by the classes that were found in it.
    static func violation(_ bytes: Data) -> String? {
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        let rows = lines.map { "1,\"" + $0.replacing("\"", with: "\"\"") + "\"" }
        let text = Data(("x,y\n" + rows.joined(separator: "\n") + "\n").utf8)
        do throws(TableError) {
            let table = try DataTable.table(
                of: TableInput(source: source, stored: text), options: TableOptions(textColumns: ["y"]))
            var finder = ClassFinder(target: "y")
            try finder.add(table)
            let classes = try finder.classes(source: source)
            let selection = RowSelection(
                design: Design(target: "y", expertFeatures: ["x"], gateFeatures: ["x"]), missing: .drop,
                response: .classes(classes))
            let responses = try selection.rows(of: table).rows.responses
            let codes = Set(responses)
            return codes.count == classes.count && codes.allSatisfy { classes.indices.contains(Int($0)) }
                ? nil : "\(classes.count) classes and \(codes.count) codes"
        } catch {
            let text = error.description
            return text.contains(source) && !text.contains { $0.isNewline }
                ? nil : "an error without its source: \(text)"
        }
    }
}
