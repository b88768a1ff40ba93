import Foundation

/// Seeded random numbers with a fixed draw order: xoshiro256** (Blackman & Vigna 2021), seeded by SplitMix64.
///
/// The same seed gives the same numbers on every platform and for any number of threads; work that runs in
/// parallel takes a generator of its own by ``split(_:)``.
package struct RandomNumbers: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)
    private let seed: UInt64

    package init(seed: UInt64) {
        self.seed = seed
        var mixer = SplitMix64(state: seed)
        state = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
    }

    /// An independent generator for part number `index`; depends on the seed alone, not on what was drawn.
    package func split(_ index: Int) -> RandomNumbers {
        var mixer = SplitMix64(state: seed ^ 0xA076_1D64_78BD_642F)
        let base = mixer.next()
        var part = SplitMix64(state: base &+ UInt64(truncatingIfNeeded: index) &* 0xE703_7ED1_A0B4_28DB)
        return RandomNumbers(seed: part.next())
    }

    package mutating func next() -> UInt64 {
        let result = rotate(state.1 &* 5, 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = rotate(state.3, 45)
        return result
    }

    /// Uniform on (0, 1): never 0, so that a logarithm can be taken.
    package mutating func uniform() -> Double {
        // The largest 53 bits and a half round up to 1.
        min((Double(next() >> 11) + 0.5) * 0x1p-53, 1 - 0x1p-53)
    }

    /// Uniform on 0 ..< bound, by a wide multiplication (bias below bound / 2⁶⁴).
    package mutating func index(below bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Standard normal, by Box–Muller; two uniforms a draw, the second normal is not kept, so that the draw order
    /// does not depend on what was drawn before.
    package mutating func normal() -> Double {
        let radius = (-2 * log(uniform())).squareRoot()
        return radius * cos(2 * .pi * uniform())
    }

    /// An index drawn with probabilities proportional to nonnegative weights.
    package mutating func index(weights: some Collection<Double>) -> Int {
        var remaining = uniform() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            remaining -= weight
            if remaining < 0 { return index }
        }
        return weights.count - 1
    }

    /// `count` indices with multiplicities proportional to nonnegative weights up to rounding (systematic sampling), in
    /// ascending order: less is left to chance than by independent draws.
    ///
    /// - Precondition: the weights are finite, and one of them is positive.
    package mutating func systematicSample(_ count: Int, weights: [Double]) -> [Int] {
        let total = weights.reduce(0, +)
        precondition(total > 0 && total.isFinite, "weights must be finite and not all zero")
        let offset = uniform()
        var result = [Int]()
        result.reserveCapacity(count)
        var cumulated = 0.0
        for (index, weight) in weights.enumerated() {
            cumulated += weight
            let end = Int((Double(count) * cumulated / total + offset).rounded(.down))
            while result.count < min(end, count) { result.append(index) }
        }
        // Rounding of the last sum may leave one over.
        while result.count < count { result.append(weights.count - 1) }
        return result
    }

    /// A random order of 0 ..< count (Fisher–Yates).
    package mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, index(below: last + 1)) }
        return order
    }

    /// `sample` of the numbers 0 ..< count, each at most once, in random order: the beginning of a random permutation, in
    /// memory of the size of the sample.
    package mutating func sample(_ sample: Int, below count: Int) -> [Int] {
        var moved = [Int: Int]()
        return (0..<min(sample, count)).map { position in
            let chosen = position + index(below: count - position)
            let result = moved[chosen] ?? chosen
            moved[chosen] = moved[position] ?? position
            return result
        }
    }
}

private struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

private func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
    (value << count) | (value >> (64 - count))
}
