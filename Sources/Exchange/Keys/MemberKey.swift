import Crypto
import Foundation
import ModelFiles

/// The public key of somebody who takes part, Ed25519 (RFC 8032), as 64 hexadecimal digits.
package struct MemberKey: HexadecimalText {
    package static let requirement = "should hold a public key of 64 hexadecimal digits"

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

/// A signature by Ed25519, as 128 hexadecimal digits.
package struct Signature: HexadecimalText {
    package static let requirement = "should hold 128 hexadecimal digits"
    private static let bytes = 64

    package let text: String

    /// Of what is yet to be signed.
    static let none = Signature(Data())

    fileprivate init(_ data: Data) { text = Hexadecimal.text(data) }

    /// nil for what are no 128 small hexadecimal digits.
    package init?(_ text: String) {
        guard Hexadecimal.bytes(text)?.count == Self.bytes else { return nil }
        self.text = text
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
