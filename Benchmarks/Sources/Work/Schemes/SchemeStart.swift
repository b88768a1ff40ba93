import Estimation
import MixtureOfExperts
import Numerics

/// One start for all schemes: the best of some after 25 iterations of EM on a random part of the rows.
struct SchemeStart {
    let design: Design
    let options: FitOptions
    let parallelism: Parallelism

    private static let rows = 4000
    private static let iterations = 25

    func model(_ all: ShardRows) -> MixtureModel {
        let generator = RandomNumbers(seed: options.seed)
        var random = generator.split(-1)
        let sample = all.chosen(random.sample(Self.rows, below: all.rowCount).sorted())
        let algorithm = GeneralisedEM(rows: sample, options: options, parallelism: .serial)
        let screened = parallelism.map(count: options.starts) { index in
            var random = generator.split(index)
            let strategy = StartStrategy.allCases[index % StartStrategy.allCases.count]
            let start = strategy.model(
                rows: sample, design: design, family: GaussianFamily(), options: options, using: &random)
            return algorithm.run(
                from: algorithm.state(start), iterations: Self.iterations, tolerance: options.tolerance
            ).state
        }
        return screened.min(by: isBetter)!.model
    }

    private func isBetter(_ left: GeneralisedEM.State, _ right: GeneralisedEM.State) -> Bool {
        let floor = options.varianceFloor
        return (left.model.floorHits(floor).count, -left.objective)
            < (right.model.floorHits(floor).count, -right.objective)
    }
}
