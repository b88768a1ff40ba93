import Foundation

/// The first line of a ledger.
struct LedgerHead: Codable {
    private var format = Self.formatName
    private var formatVersion = Self.versions.upperBound
    /// Of the hashes, hexadecimal.
    var key: String

    static let keyBytes = 32

    static var newKey: [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<keyBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }

    /// The line of a new ledger.
    static func newLine() throws -> Data {
        try ReleaseLedger.encoder.encode(LedgerHead(key: Hexadecimal.text(newKey))) + [UInt8(ascii: "\n")]
    }

    private init(key: String) { self.key = key }

    /// Whether the bytes are the beginning of a first line, or none: a file that was cut short.
    static func isBeginning(_ data: Data) -> Bool {
        let start = Data("{\"format\":\"\(formatName)\"".utf8)
        return data.starts(with: start) || start.starts(with: data)
    }
}

extension LedgerHead: VersionedDocument {
    static let formatName = "dmoe-ledger"
    static let versions = 3...3

    static func failure(_ problem: DocumentProblem, path: String) -> LedgerError {
        switch problem {
        case .fileNotFound: .fileNotFound(path: path)
        case .cannotRead(let reason): .cannotRead(path: path, reason: reason)
        case .newerFormat(let version, _), .outdatedFormat(let version): .otherVersion(path: path, version: version)
        case .noDocument, .syntax, .otherContent, .otherFormat: .notALedger(path: path)
        case .missingField, .wrongType, .invalidValue, .corrupt: .changed(path: path, line: 1)
        }
    }
}
