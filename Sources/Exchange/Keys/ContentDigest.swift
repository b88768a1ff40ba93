import Crypto
import Foundation
import ModelFiles

/// What distinguishes one content from another: SHA-256, as 64 hexadecimal digits.
package struct ContentDigest: HexadecimalText {
    package static let requirement = "should hold 64 hexadecimal digits"

    package let text: String

    /// Of the bytes of a file.
    package init(of data: Data) { text = Hexadecimal.text(SHA256.hash(data: data)) }

    /// nil for what are no 64 small hexadecimal digits.
    package init?(_ text: String) {
        guard Hexadecimal.bytes(text)?.count == SHA256.byteCount else { return nil }
        self.text = text
    }

    /// As many digits as people compare in a list.
    package var beginning: String { String(text.prefix(12)) }
}

/// Fields as bytes in one way alone, to be hashed and signed: a text is the number of its bytes in UTF-8 and these, a number eight
/// bytes, the lowest first, a list its number of elements and these, and what is absent a list of none.
struct CanonicalBytes {
    private(set) var data = Data()

    /// - Parameter domain: what the fields are of, so that those of another kind are never the same bytes.
    init(domain: String) { add(domain) }

    mutating func add(_ text: String) {
        add(text.utf8.count)
        data.append(contentsOf: text.utf8)
    }

    mutating func add(_ number: Int) {
        data.append(
            contentsOf: stride(from: 0, to: 64, by: 8).map {
                UInt8(truncatingIfNeeded: UInt64(bitPattern: Int64(number)) >> $0)
            })
    }

    mutating func add<Element>(_ list: some Collection<Element>, _ each: (inout CanonicalBytes, Element) -> Void) {
        add(list.count)
        for element in list { each(&self, element) }
    }

    mutating func add(_ text: String?) { add(text.map { [$0] } ?? []) { $0.add($1) } }

    var digest: ContentDigest { ContentDigest(of: data) }
}
