import Foundation
import Numerics
import TestSupport
import Testing

@Suite struct RandomNumbersTests {
    /// xoshiro256** with its state from SplitMix64, transcribed independently in Python from the authors' C code
    /// (prng.di.unimi.it); the transcription gives 6457827717110365317 for SplitMix64 seeded with 1234567 and 11520,
    /// 0, 1509978240, 1215971899390074240 for xoshiro256** in state (1, 2, 3, 4), as published.
    @Test(
        arguments: [
            (0, [0x99ec_5f36_cb75_f2b4, 0xbf6e_1f78_4956_452a, 0x1a5f_849d_4933_e6e0, 0x6aa5_94f1_262d_2d2c]),
            (1, [0xb3f2_af6d_0fc7_10c5, 0x853b_5596_4736_4cea, 0x92f8_9756_082a_4514, 0x642e_1c7b_c266_a3a7]),
            (42, [0x1578_0b2e_0c2e_c716, 0x6104_d986_6d11_3a7e, 0xae17_5332_39e4_99a1, 0xecb8_ad47_03b3_60a1]),
            (.max, [0x8f55_20d5_2a7e_ad08, 0xc476_a018_caa1_802d, 0x81de_31c0_d260_469e, 0xbf65_8d7e_065f_3c2f]),
        ] as [(UInt64, [UInt64])])
    func reference(seed: UInt64, expected: [UInt64]) {
        var random = RandomNumbers(seed: seed)
        #expect((0..<4).map { _ in random.next() } == expected)
    }

    private func first(_ generator: RandomNumbers, _ count: Int = 50) -> [UInt64] {
        var random = generator
        return (0..<count).map { _ in random.next() }
    }

    @Test func sameSeedSameNumbers() {
        #expect(first(RandomNumbers(seed: 7)) == first(RandomNumbers(seed: 7)))
        #expect(first(RandomNumbers(seed: 7)) != first(RandomNumbers(seed: 8)))
    }

    @Test func splitDoesNotDependOnDraws() {
        var random = RandomNumbers(seed: 7)
        let before = first(random.split(3))
        _ = (0..<10).map { _ in random.normal() }
        #expect(first(random.split(3)) == before)
    }

    @Test func splitsDiffer() {
        let random = RandomNumbers(seed: 7)
        let streams = [random] + (-3..<20).map { random.split($0) } + [RandomNumbers(seed: 8).split(0)]
        #expect(Set(streams.flatMap { first($0) }).count == 50 * streams.count)
    }

    @Test func uniformStaysInside() {
        var random = RandomNumbers(seed: 5)
        let values = (0..<100_000).map { _ in random.uniform() }
        #expect(values.allSatisfy { $0 > 0 && $0 < 1 })
        let mean = values.reduce(0, +) / 1e5
        let square = values.reduce(0) { $0 + $1 * $1 } / 1e5
        // Five standard errors of the mean of u and of u².
        #expect(abs(mean - 0.5) < 5 * 0.2887 / 316)
        #expect(abs(square - 1.0 / 3) < 5 * 0.2981 / 316)
    }

    @Test func normalMoments() {
        var random = RandomNumbers(seed: 6)
        let count = 200_000.0
        let values = (0..<200_000).map { _ in random.normal() }
        // E z^k = 0, 1, 0, 3; var z^k = 1, 2, 15, 96.
        for (power, expected, variance) in [(1, 0.0, 1.0), (2, 1, 2), (3, 0, 15), (4, 3, 96)] {
            let moment = values.reduce(0) { $0 + pow($1, Double(power)) } / count
            #expect(abs(moment - expected) < 5 * (variance / count).squareRoot(), "power \(power)")
        }
        let below = Double(values.count { $0 < -1.5 }) / count
        #expect(abs(below - Scalar.normalDistribution(-1.5)) < 5 * (0.0668 * 0.9332 / count).squareRoot())
        let lagged = zip(values, values.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / count
        #expect(abs(lagged) < 5 / count.squareRoot())
    }

    @Test func indicesAreInProportion() {
        var random = RandomNumbers(seed: 11)
        let weights = [1.0, 0, 3, 6]
        var counts = [0.0, 0, 0, 0]
        for _ in 0..<40_000 { counts[random.index(weights: weights)] += 1 }
        #expect(counts[1] == 0)
        for (count, weight) in zip(counts, weights) { #expect(abs(count - 4000 * weight) < 5 * 100) }
        var below = [0.0, 0, 0]
        for _ in 0..<30_000 { below[random.index(below: 3)] += 1 }
        for count in below { #expect(abs(count - 10_000) < 5 * 82) }
    }

    @Test func permutationHoldsEachOnce() {
        var random = RandomNumbers(seed: 12)
        let order = random.permutation(100)
        #expect(order.sorted() == Array(0..<100))
        #expect(order != Array(0..<100))
        #expect(random.permutation(0).isEmpty)
        // Each of the 6 orders of 3 comes equally often.
        var counts = [[Int]: Double]()
        for _ in 0..<12_000 { counts[random.permutation(3), default: 0] += 1 }
        #expect(counts.count == 6)
        for count in counts.values { #expect(abs(count - 2000) < 5 * 41) }
    }

    /// Each index comes as often as its share says, but for rounding down or up.
    @Test(arguments: [1, 7, 100, 1001]) func systematicSample(count: Int) {
        var random = RandomNumbers(seed: UInt64(count))
        for _ in 0..<20 {
            let weights = (0..<9).map { $0 == 4 ? 0 : random.uniform() }
            let total = weights.reduce(0, +)
            let sample = random.systematicSample(count, weights: weights)
            #expect(sample.count == count)
            #expect(sample == sample.sorted())
            for (index, weight) in weights.enumerated() {
                let times = Double(sample.count { $0 == index })
                #expect(abs(times - Double(count) * weight / total) < 1 + 1e-9)
            }
            #expect(!sample.contains(4))
        }
    }
}
