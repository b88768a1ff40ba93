import MixtureOfExperts
import Numerics

/// The pass over rows in memory at one p and K: all levels, variants and numbers of threads.
struct PassWork: Work {
    /// Columns that an expert sees, the intercept one of them.
    var columns: Int
    var experts: Int
    var threads: [Int]
    /// Operations to spend on one call.
    var budget: Double
    var repeats: Int

    func perform() throws -> [Measurement] {
        let peak = ProductRate.peak()
        var random = RandomNumbers(seed: 1)
        let model = randomModel(using: &random)
        return StatisticsLevel.all.flatMap { level -> [Measurement] in
            let cost = PassCost(level: level, columns: columns, experts: experts)
            let count = rowCount(cost)
            let rows = randomRows(count, model, using: &random)
            return PassVariant.all.flatMap { variant in
                threads.map { measure(variant, model, rows, cost, threads: $0, peak: peak) }
            }
        }
    }

    /// Enough to be timed, and for two threads to share.
    private func rowCount(_ cost: PassCost) -> Int {
        let wanted = min(max(Int(budget / (cost.operations + 500 * Double(experts))), 4096), 200_000)
        return wanted / 1024 * 1024
    }

    // MARK: Data

    private func randomModel(using random: inout RandomNumbers) -> MixtureModel {
        let design = Design(target: "y", covariates: (1..<columns).map { "x\($0)" })
        var gate = Matrix(rowCount: columns, columnCount: experts)
        for index in gate.storage.indices { gate.storage[index] = 0.3 * random.normal() }
        return MixtureModel(
            design: design, gate: SoftmaxGate(coefficients: gate),
            experts: (0..<experts).map { _ in
                Expert(coefficients: (0..<columns).map { _ in random.normal() }, dispersion: 1)
            })
    }

    private func randomRows(_ count: Int, _ model: MixtureModel, using random: inout RandomNumbers) -> ShardRows {
        var covariates = Matrix(rowCount: count, columnCount: columns - 1)
        for index in covariates.storage.indices { covariates.storage[index] = random.normal() }
        return ShardRows(covariates: covariates, responses: model.sample(covariates, using: &random))
    }

    // MARK: Measuring

    private func measure(
        _ variant: PassVariant, _ model: MixtureModel, _ rows: ShardRows, _ cost: PassCost, threads: Int, peak: Double
    ) -> Measurement {
        let parallelism = Parallelism(threads: threads)
        let (times, statistics) = Stopwatch.repeated(repeats) {
            variant.statistics(model, rows, cost.level, parallelism)
        }
        return Measurement(
            what: "\(variant.name) \(cost.level.word)", sizes: sizes(rows.rowCount, threads), seconds: times.median,
            repeats: repeats,
            score: .init(name: "log-likelihood", value: statistics.logLikelihood / Double(rows.rowCount)),
            figures: figures(times.median, cost, rows: rows.rowCount, threads: threads, peak: peak))
    }

    private func sizes(_ rows: Int, _ threads: Int) -> [String: Int] {
        ["p": columns, "K": experts, "threads": threads, "rows": rows]
    }

    private func figures(
        _ seconds: Double, _ cost: PassCost, rows: Int, threads: Int, peak: Double
    ) -> [String: Double] {
        let rate = cost.operations * Double(rows) / seconds
        return [
            "ns/row": 1e9 * seconds / Double(rows), "% of product": 100 * rate / (peak * Double(threads)),
            "GFLOP/s product": peak / 1e9,
        ]
    }
}
