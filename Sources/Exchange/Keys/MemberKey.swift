import Crypto
import Foundation
import ModelFiles
import StudyData

/// The public key of somebody who takes part, Ed25519 (RFC 8032), as 64 hexadecimal digits.
package struct MemberKey: Hashable, Sendable {
    package let text: String

    /// nil for what is no such key.
    package init?(_ text: String) {
        guard let bytes = Hexadecimal.bytes(text),
            (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)) != nil
        else { return nil }
        self.text = text
    }

    init(_ key: Curve25519.Signing.PublicKey) { text = Hexadecimal.text(key.rawRepresentation) }

    /// Whether the owner of the key signed these bytes.
    func hasSigned(_ data: Data, _ signature: Signature) -> Bool {
        guard let key = Hexadecimal.bytes(text).flatMap({ try? Curve25519.Signing.PublicKey(rawRepresentation: $0) }),
            let bytes = Hexadecimal.bytes(signature.text)
        else { return false }
        return key.isValidSignature(bytes, for: data)
    }
}

extension MemberKey: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let key = MemberKey(text) else {
            throw StudyFieldProblem.error(decoder.codingPath, "should hold a public key of 64 hexadecimal digits")
        }
        self = key
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// A signature by Ed25519, as 128 hexadecimal digits.
package struct Signature: Hashable, Sendable, Codable {
    let text: String

    private static let bytes = 64

    /// Of what is yet to be signed.
    static let none = Signature(Data())

    fileprivate init(_ data: Data) { text = Hexadecimal.text(data) }

    package init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
        guard Hexadecimal.bytes(text)?.count == Self.bytes else {
            throw StudyFieldProblem.error(decoder.codingPath, "should hold 128 hexadecimal digits")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// The private key of a member of a study, in a file that its owner alone can read.
package struct SigningKey: Sendable {
    package let path: String
    private let key: Curve25519.Signing.PrivateKey

    init(path: String, key: Curve25519.Signing.PrivateKey) {
        self.path = path
        self.key = key
    }

    package var publicKey: MemberKey { MemberKey(key.publicKey) }

    func sign(_ data: Data) throws(ExchangeError) -> Signature {
        do { return Signature(try key.signature(for: data)) } catch { throw .cannotSign(path: path) }
    }

    var seed: String { Hexadecimal.text(key.rawRepresentation) }
}
