import Estimation
import MixtureOfExperts
import Numerics
import Simulation
import Tables

/// Where the rows of a comparison of schemes come from; one set of rows, or several that are fitted one by one.
enum SchemeData: Codable, Sendable {
    case synthetic(profile: String, rows: Int)
    /// CSV files, all columns but the target covariates.
    case files([String], target: String, experts: Int)

    var setCount: Int {
        switch self {
        case .synthetic: 1
        case .files(let paths, _, _): paths.count
        }
    }

    var expertCount: Int {
        switch self {
        case .synthetic: SyntheticBenchmark.Responses.gaussian.expertCount
        case .files(_, _, let experts): experts
        }
    }

    /// In standard units, as a fit sees them.
    func standardisedSet(_ index: Int) throws -> (design: Design, rows: ShardRows) {
        let (design, rows) = try set(index)
        return (design, Standardisation(rows).standardised(rows))
    }

    private func set(_ index: Int) throws -> (Design, ShardRows) {
        switch self {
        case .synthetic(let name, let rows):
            guard let profile = SyntheticBenchmark.Profile(rawValue: name) else {
                throw BenchmarkFailure(description: "no profile '\(name)'")
            }
            let source = SyntheticBenchmark(profile: profile, shardCount: 1, seed: 1)
            return (source.design, source.shard(0, rowCount: rows).rows)
        case .files(let paths, let target, _):
            let table = try DataTable.read(path: paths[index], options: TableOptions())
            let design = Design(target: target, covariates: table.columnNames.filter { $0 != target })
            let columns = try design.covariates.map { try table.numbers($0) }
            return (design, ShardRows(covariates: Matrix(columns: columns), responses: try table.numbers(target)))
        }
    }
}
