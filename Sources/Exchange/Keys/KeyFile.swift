import Crypto
import Foundation
import ModelFiles
import StudyData
import Tables

/// The file of a private key: the seed of RFC 8032.
private struct KeyFile: Codable {
    var format = Self.formatName
    var formatVersion = 1
    var seed: String

    enum CodingKeys: String, CodingKey, CaseIterable { case format, formatVersion, seed }

    init(seed: String) { self.seed = seed }

    init(from decoder: any Decoder) throws {
        let fields = try KnownFields<CodingKeys>(decoder)
        formatVersion = try fields.value(.formatVersion)
        seed = try fields.value(.seed)
    }
}

extension KeyFile: VersionedDocument {
    static let formatName = "dmoe-exchange-key"
    static let versions = 1...1

    static func failure(_ problem: DocumentProblem, path: String) -> ExchangeError {
        ExchangeError(problem, path: path, kind: .key)
    }
}

extension SigningKey {
    /// Whoever gives more has named another file.
    private static let mostBytes = 1 << 12

    /// - Throws: ``ExchangeError`` for a file that is none, or that others may read.
    package static func read(path: String) throws(ExchangeError) -> SigningKey {
        let data: Data
        do throws(TableError) { data = try WholeFile.contents(path, atMost: mostBytes) } catch {
            throw ExchangeError(error, path: path)
        }
        guard data.count <= mostBytes else { throw .otherFile(path: path, .key, reason: nil) }
        let file = try VersionedJSON(data: data, source: path).decode(KeyFile.self)
        guard let seed = Hexadecimal.bytes(file.seed),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        else { throw .otherFile(path: path, .key, reason: "its seed is not of 64 hexadecimal digits") }
        if FilePath.isReadableByOthers(path) { throw .readableByOthers(path: path) }
        return SigningKey(path: path, key: key)
    }

    /// The key at a path; a new one, which its owner alone can read, where there is no file.
    package static func make(path: String) throws(ExchangeError) -> (key: SigningKey, isNew: Bool) {
        if FilePath.status(path) != nil { return (try read(path: path), false) }
        let key = SigningKey(path: path, key: Curve25519.Signing.PrivateKey())
        do {
            let text = try OrderedJSONEncoder().encode(KeyFile(seed: key.seed))
            try NewFile.write(Data(text.utf8), to: FilePath.resolved(path) ?? path)
        } catch {
            throw .cannotWrite(path: path, reason: (error as? NewFile.Failure)?.reason ?? "it has no text")
        }
        // Another process may have made one at the same time.
        return (try read(path: path), true)
    }
}
