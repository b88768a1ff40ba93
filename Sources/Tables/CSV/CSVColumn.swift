import Messages

/// What one part of a file has to say about a column, its numbers aside.
struct CSVColumn: Sendable {
    enum Kind {
        case numbers, text, ignored
    }

    private(set) var kind: Kind
    private(set) var texts: [String] = []
    /// The first field that is neither number nor missing, and its 1-based line, if there is one.
    private(set) var offender = (line: 0, field: "")
    /// Of an ignored column, the 1-based line of its first number, if there is one.
    var numberLine: Int?

    init(isText: Bool) {
        kind = isText ? .text : .numbers
    }

    /// Takes a field that begins at the 1-based `line`; a number is given back.
    ///
    /// - Parameter rowLine: where its row begins, by which numbers are known everywhere else.
    mutating func take(_ field: CSVField, in bytes: UnsafeBufferPointer<UInt8>, line: Int, rowLine: Int) -> Double? {
        switch kind {
        case .ignored:
            if numberLine == nil, field.mayBeFiniteNumber(in: bytes), field.number(in: bytes)?.isFinite == true {
                numberLine = rowLine
            }
        case .text: texts.append(field.text(in: bytes))
        case .numbers:
            if let number = field.number(in: bytes) { return number }
            kind = .ignored
            offender = (line, field.text(in: bytes).beginning)
        }
        return nil
    }

    /// Adds what a later part says.
    mutating func append(_ later: CSVColumn) {
        if kind == .numbers { (kind, offender) = (later.kind, later.offender) }
        texts += later.texts
    }

    /// - Parameters:
    ///   - position: 1-based, in the header.
    ///   - numberLine: that of all parts together.
    func content(position: Int, numberLine: Int?, numbers: () -> [Double]) -> TableColumn.Content {
        switch kind {
        case .numbers: .numbers(numbers())
        case .text: .text(texts)
        case .ignored:
            .notNumeric(line: offender.line, column: position, field: offender.field, numberLine: numberLine)
        }
    }
}
