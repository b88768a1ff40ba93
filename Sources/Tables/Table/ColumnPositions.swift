/// Where the columns of a table are, by name; of columns of one name the first.
package struct ColumnPositions: Sendable {
    private let source: String
    private let names: [String]
    private let positions: [String: Int]

    /// - Parameters:
    ///   - names: of the columns, in order.
    ///   - source: what messages call the table.
    package init(_ names: [String], source: String) {
        self.source = source
        self.names = names
        positions = Dictionary(zip(names, names.indices)) { first, _ in first }
    }

    package func contains(_ name: String) -> Bool { positions[name] != nil }

    /// - Throws: `noSuchColumn`.
    package func position(_ name: String) throws(TableError) -> Int {
        guard let position = positions[name] else {
            throw .noSuchColumn(source: source, name: name, available: names)
        }
        return position
    }

    /// - Throws: `noSuchColumn`.
    package func positions(_ names: [String]) throws(TableError) -> [Int] {
        var result = [Int]()
        for name in names { result.append(try position(name)) }
        return result
    }
}
