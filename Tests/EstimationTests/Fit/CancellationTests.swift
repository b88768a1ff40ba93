import Estimation
import Numerics
import Synchronization
import TestSupport
import Testing

@Suite struct CancellationTests {
    private let rows = RandomData.easyRows(400, seed: 21)

    @Test func aFitThatNobodyWantsDoesNotBegin() {
        let cancellation = Cancellation()
        cancellation.request()
        let heard = Atomic<Int>(0)
        let fit = LocalFit(
            design: RandomData.design(2), options: FitOptions(expertCount: 2, cancellation: cancellation),
            progress: { _ in heard.add(1, ordering: .relaxed) })
        #expect(throws: EstimationError.cancelled) { try fit.fit(rows) }
        #expect(heard.load(ordering: .relaxed) == 0)
    }

    /// Requested in its first iteration, a fit with a tolerance that it never reaches ends all the same.
    @Test(arguments: 1...2) func aRunningFitEnds(threads: Int) {
        let cancellation = Cancellation()
        let options = FitOptions(
            expertCount: 2, tolerance: 1e-300, maxIterations: 1_000_000, cancellation: cancellation)
        let fit = LocalFit(
            design: RandomData.design(2), options: options, parallelism: Parallelism(threads: threads),
            progress: { _ in cancellation.request() })
        #expect(throws: EstimationError.cancelled) { try fit.fit(rows) }
    }

    @Test func nobodyAskingChangesNothing() throws {
        let plain = try LocalModel.fitted(rows)
        let watched = try LocalModel.fitted(rows) { $0.cancellation = Cancellation() }
        #expect(watched.model == plain.model)
    }
}
