import Numerics
import Testing

@Suite struct ParallelismTests {
    @Test(arguments: [1, 2, 5, 64]) func mapKeepsTheOrder(threads: Int) {
        let parallelism = Parallelism(threads: threads)
        #expect(parallelism.map(count: 1000) { $0 * $0 } == (0..<1000).map { $0 * $0 })
        #expect(parallelism.map(count: 1) { $0 } == [0])
        #expect(parallelism.map(count: 0) { $0 }.isEmpty)
    }

    @Test func atLeastOneThread() {
        #expect(Parallelism(threads: 0).threads == 1)
        #expect(Parallelism(threads: -3).threads == 1)
        #expect(Parallelism().threads == Parallelism.coreCount)
    }
}
