import Foundation
import Messages
import Numerics
import Tables

/// A file that a site keeps, from which the random choices of rounding follow: the same secret and rows give bit-identical files.
package enum RoundingSecret {
    /// Fewer can be guessed.
    private static let leastBytes = 16
    /// Whoever gives more has named another file.
    private static let mostBytes = 1 << 12

    /// The key of the secret at a path; a new secret, which its owner alone can read, where there is no file.
    package static func key(path: String) throws(RoundingSecretError) -> [UInt8] {
        if !FileManager.default.fileExists(atPath: path) { try create(path) }
        if FilePath.isReadableByOthers(path) { throw .readableByOthers(path: path) }
        let data: Data
        do throws(TableError) { data = try WholeFile.contents(path, atMost: mostBytes) } catch {
            throw .cannotRead(path: path)
        }
        guard data.count <= mostBytes else { throw .tooLong(path: path, most: mostBytes) }
        // A line that an editor ends.
        let bytes = Array(data).filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard bytes.count >= leastBytes else { throw .tooShort(path: path, bytes: bytes.count, least: leastBytes) }
        return key(secret: bytes)
    }

    /// For rounding alone, whatever else the secret is for.
    static func key(secret: [UInt8]) -> [UInt8] { KeyedHash(key: secret).digest("rounding".utf8) }

    private static func create(_ path: String) throws(RoundingSecretError) {
        var random = SystemRandomNumberGenerator()
        let text = Hexadecimal.text((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        // Of two processes that make it at once both round by the one that is there.
        do { try NewFile.write(Data((text + "\n").utf8), to: FilePath.resolved(path) ?? path) } catch {
            throw .cannotWrite(path: path)
        }
    }
}

/// What can be wrong with the secret of rounding.
public enum RoundingSecretError: Error, Sendable, Equatable {
    /// A file that cannot be opened.
    case cannotRead(path: String)
    /// A place where no file can be made.
    case cannotWrite(path: String)
    /// Fewer bytes than cannot be guessed.
    case tooShort(path: String, bytes: Int, least: Int)
    /// More bytes than any secret has: another file.
    case tooLong(path: String, most: Int)
    /// A file that others than its owner may read.
    case readableByOthers(path: String)
}

extension RoundingSecretError: DoorMessage {
    /// One line that says what to do, with options spelled as the interface has them.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .cannotRead(let path): "\(path.visible): cannot be read; give a secret that is readable"
        case .cannotWrite(let path):
            "\(path.visible): the secret cannot be written; name another place by \(RequestOption.roundingSecret.name(style))"
        case .tooShort(let path, let bytes, let least):
            "\(path.visible): \(Format.plural(bytes, "byte")) can be guessed; give a secret of \(least) or more, or a file that is not "
                + "there yet, by \(RequestOption.roundingSecret.name(style))"
        case .tooLong(let path, let most):
            "\(path.visible): more than \(Format.plural(most, "byte")) are no secret; give that of the site, or a file that is not there "
                + "yet, by \(RequestOption.roundingSecret.name(style))"
        case .readableByOthers(let path):
            "\(path.visible): others than its owner can read the secret; take that from them (chmod go-rwx \(path.visible))"
        }
    }
}
