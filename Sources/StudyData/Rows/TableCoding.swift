import Foundation
import Messages
import Tables

/// A table on its way to the columns of a design: numbers are taken, categories become 0/1 columns, and rows with a missing
/// value are refused, marked, or given an indicator.
struct TableCoding {
    private let table: DataTable
    private let selection: RowSelection
    /// Of the design.
    ///
    /// NaN where a value is missing that is to be filled in.
    private(set) var columns: [[Double]] = []
    /// Rows in which no value is missing that is not filled in.
    private var complete: [Bool]

    init(_ table: DataTable, _ selection: RowSelection) {
        self.table = table
        self.selection = selection
        complete = [Bool](repeating: true, count: table.rowCount)
    }

    /// The 0-based rows that stay.
    var kept: [Int] { complete.indices.filter { complete[$0] } }

    // MARK: Covariates

    mutating func addCovariates() throws(TableError) {
        for covariate in selection.covariates { try add(covariate) }
        try addExposure()
    }

    mutating func add(_ covariate: Study.Covariate) throws(TableError) {
        let rule = selection.rule(covariate)
        if let spellings = covariate.spellings {
            try addIndicators(covariate, spellings, rule)
        } else {
            try addNumbers(covariate, rule)
        }
    }

    private mutating func addNumbers(_ covariate: Study.Covariate, _ rule: Study.MissingRule) throws(TableError) {
        let values = try usableNumbers(covariate.name)
        columns.append(values)
        if rule == .mean {
            addIndicator(ofRows: values.indices.filter { values[$0].isNaN })
        } else {
            try leaveOut(missingIn: values, covariate.name, rule)
        }
    }

    private mutating func addIndicators(
        _ covariate: Study.Covariate, _ spellings: [String], _ rule: Study.MissingRule
    ) throws(TableError) {
        var indicators = [[Double]](
            repeating: [Double](repeating: 0, count: table.rowCount), count: spellings.count - 1)
        let unknown: UnknownSpelling =
            covariate.type == .yesNo ? .answer : selection.unknownLevels == .reference ? .reference : .level
        let positions = try positions(covariate.name, spellings, unknown)
        for (row, position) in positions.enumerated() {
            if let position, position > 0 { indicators[position - 1][row] = 1 }
        }
        columns += indicators
        let missing = positions.indices.filter { positions[$0] == nil }
        if rule == .level {
            addIndicator(ofRows: missing)
        } else {
            try leaveOut(missing, covariate.name, rule)
        }
    }

    private mutating func addIndicator(ofRows rows: [Int]) {
        var indicator = [Double](repeating: 0, count: table.rowCount)
        for row in rows { indicator[row] = 1 }
        columns.append(indicator)
    }

    mutating func addExposure() throws(TableError) {
        guard let name = selection.study?.exposure else { return }
        let exposures = try usableNumbers(name)
        for (row, value) in exposures.enumerated() where value <= 0 {
            throw .unusableExposure(source: table.source, line: table.place(ofRow: row), column: name, value: value)
        }
        try leaveOut(missingIn: exposures, name)
        columns.append(exposures.map { log($0) })
    }

    // MARK: Responses and weights

    /// Classes as numbers 0, 1, ….
    ///
    /// - Parameter mayBeMissing: whether rows without a response stay, with NaN.
    /// - Throws: ``TableError`` for the first response that is none.
    mutating func responses(mayBeMissing: Bool = false) throws(TableError) -> [Double] {
        let name = selection.design.target
        let responses: [Double]
        if let classes = selection.response.classes {
            responses = try positions(name, classes, .aClass).map { $0.map(Double.init) ?? .nan }
        } else {
            responses = try usableNumbers(name)
            let values = selection.fixed.compactMap(\.value)
            if let row = responses.firstIndex(where: {
                !$0.isNaN && !selection.response.accepts($0) && !values.contains($0)
            }) {
                throw .unusableResponse(
                    source: table.source, line: table.place(ofRow: row), column: name, value: responses[row],
                    needed: requirement(besides: responses[row]))
            }
        }
        if !mayBeMissing { try leaveOut(missingIn: responses, name) }
        return responses
    }

    /// In words, with what makes an amount of 0 possible.
    private func requirement(besides value: Double) -> String {
        let response = selection.response
        return response.requirement + (value == 0 && response == .positiveNumber ? ", or a point mass at 0" : "")
    }

    mutating func weights() throws(TableError) -> [Double]? {
        guard let name = selection.weights else { return nil }
        let weights = try table.numbers(name)
        try leaveOut(missingIn: weights, name)
        let kept = kept
        for row in kept where !RowSelection.isUsableWeight(weights[row]) {
            throw .unusableWeight(
                source: table.source, line: table.place(ofRow: row), column: name, value: weights[row])
        }
        guard !table.isWhole || kept.isEmpty || kept.contains(where: { weights[$0] > 0 }) else {
            throw .allWeightsZero(source: table.source, column: name)
        }
        return weights
    }

    // MARK: Fields

    private enum UnknownSpelling {
        case level, answer, aClass, reference
    }

    /// nil where missing.
    private func positions(
        _ name: String, _ spellings: [String], _ unknown: UnknownSpelling
    ) throws(TableError) -> [Int?] {
        let fields = try table.text(name)
        var known = LevelEncoder(spellings)
        var result = [Int?]()
        result.reserveCapacity(fields.count)
        for (row, field) in fields.enumerated() {
            switch known.meaning(of: field) {
            case .known(let position): result.append(position)
            case .missing: result.append(nil)
            case .unknown:
                let kind: TableError.Spelling
                switch unknown {
                case .reference:
                    result.append(0)
                    continue
                case .level: kind = .level
                case .answer: kind = .answer
                case .aClass: kind = .aClass
                }
                throw .unknownSpelling(
                    source: table.source, line: table.place(ofRow: row), column: name, field: field.beginning,
                    kind: kind,
                    known: kind == .answer ? spellings.reversed() : spellings)
            }
        }
        return result
    }

    private func usableNumbers(_ name: String) throws(TableError) -> [Double] {
        let values = try table.numbers(name)
        if let row = values.firstIndex(where: { abs($0) > RowSelection.largestValue }) {
            throw .unusableValue(
                source: table.source, line: table.place(ofRow: row), column: name, value: values[row])
        }
        return values
    }

    private mutating func leaveOut(
        missingIn values: [Double], _ name: String, _ rule: Study.MissingRule? = nil
    ) throws(TableError) {
        try leaveOut(values.indices.filter { values[$0].isNaN }, name, rule)
    }

    /// - Parameter rule: of a covariate; nil for that of all other columns.
    /// - Throws: `missingValue` where such rows are refused.
    private mutating func leaveOut(
        _ rows: [Int], _ name: String, _ rule: Study.MissingRule?
    ) throws(TableError) {
        guard let first = rows.first else { return }
        guard rule.map({ $0 == .drop }) ?? (selection.missing == .drop) else {
            throw .missingValue(
                source: table.source, line: table.place(ofRow: first), column: name,
                underStudy: selection.isOfStudyFile)
        }
        for row in rows { complete[row] = false }
    }
}
