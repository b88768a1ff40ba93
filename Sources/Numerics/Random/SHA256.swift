/// The Secure Hash Algorithm with 256 bits (FIPS 180-4, section 6.2).
package struct SHA256: Sendable {
    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    private var block = [UInt8]()
    private var byteCount: UInt64 = 0

    private static let blockSize = 64

    package init() { block.reserveCapacity(Self.blockSize) }

    package static func digest(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var hash = SHA256()
        hash.add(bytes)
        return hash.digest()
    }

    package mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            block.append(byte)
            if block.count == Self.blockSize { compress() }
            byteCount += 1
        }
    }

    package func digest() -> [UInt8] {
        var last = self
        last.block.append(0x80)
        if last.block.count == Self.blockSize { last.compress() }
        while last.block.count != Self.blockSize - 8 {
            last.block.append(0)
            if last.block.count == Self.blockSize { last.compress() }
        }
        last.block += (0..<8).map { UInt8(truncatingIfNeeded: (8 * byteCount) >> (56 - 8 * UInt64($0))) }
        last.compress()
        return last.state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) } }
    }

    private mutating func compress() {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.blockSize) { words in
            for index in 0..<16 {
                words[index] = (0..<4).reduce(0) { $0 << 8 | UInt32(block[4 * index + $1]) }
            }
            for index in 16..<Self.blockSize {
                let (first, second) = (words[index - 15], words[index - 2])
                let small = first.rotated(7) ^ first.rotated(18) ^ (first >> 3)
                let large = second.rotated(17) ^ second.rotated(19) ^ (second >> 10)
                words[index] = words[index - 16] &+ small &+ words[index - 7] &+ large
            }
            rounds(words)
        }
        block.removeAll(keepingCapacity: true)
    }

    private mutating func rounds(_ words: UnsafeMutableBufferPointer<UInt32>) {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for index in 0..<Self.blockSize {
            let choice = (e & f) ^ (~e & g)
            let first =
                h &+ (e.rotated(6) ^ e.rotated(11) ^ e.rotated(25)) &+ choice &+ Self.constants[index] &+ words[index]
            let majority = (a & b) ^ (a & c) ^ (b & c)
            let second = (a.rotated(2) ^ a.rotated(13) ^ a.rotated(22)) &+ majority
            (h, g, f, e) = (g, f, e, d &+ first)
            (d, c, b, a) = (c, b, a, first &+ second)
        }
        for (index, value) in [a, b, c, d, e, f, g, h].enumerated() { state[index] = state[index] &+ value }
    }

    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]
}

extension UInt32 {
    /// To the right.
    fileprivate func rotated(_ count: UInt32) -> UInt32 { self >> count | self << (32 - count) }
}

/// A digest that only who has the key can make (HMAC, RFC 2104, with SHA-256).
package struct KeyedHash: Sendable {
    private var inner = SHA256()
    private var outer = SHA256()

    private static let blockSize = 64

    /// - Parameter key: any number of bytes.
    package init(key: [UInt8]) {
        let short = key.count > Self.blockSize ? SHA256.digest(key) : key
        let padded = short + [UInt8](repeating: 0, count: Self.blockSize - short.count)
        inner.add(padded.map { $0 ^ 0x36 })
        outer.add(padded.map { $0 ^ 0x5c })
    }

    package func digest(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var (inner, outer) = (inner, outer)
        inner.add(bytes)
        outer.add(inner.digest())
        return outer.digest()
    }
}
