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

    init(isText: Bool) {
        kind = isText ? .text : .numbers
    }

    /// Takes a field that begins at the 1-based `line`; a number is given back.
    mutating func take(_ field: CSVField, in bytes: UnsafeBufferPointer<UInt8>, line: Int) -> Double? {
        switch kind {
        case .ignored: break
        case .text: texts.append(field.text(in: bytes))
        case .numbers:
            if let number = field.number(in: bytes) { return number }
            kind = .ignored
            offender = (line, field.text(in: bytes))
        }
        return nil
    }

    /// Adds what a later part says.
    mutating func append(_ later: CSVColumn) {
        if kind == .numbers { (kind, offender) = (later.kind, later.offender) }
        texts += later.texts
    }

    /// - Parameter position: 1-based, in the header.
    func content(position: Int, numbers: () -> [Double]) -> TableColumn.Content {
        switch kind {
        case .numbers: .numbers(numbers())
        case .text: .text(texts)
        case .ignored: .notNumeric(line: offender.line, column: position, field: offender.field)
        }
    }
}
