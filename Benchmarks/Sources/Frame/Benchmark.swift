/// Something to measure.
///
/// It runs in the small process that starts children, and does its work in them.
protocol Benchmark: Sendable {
    /// As `--only` names it.
    var name: String { get }
    /// For the help: what is measured.
    var abstract: String { get }

    func run(_ session: Session) throws
}

/// All of them, in the order in which they run.
enum Benchmarks {
    static let all: [any Benchmark] = [
        PassBenchmark(), MatricesBenchmark(), StartBenchmark(), FamiliesBenchmark(), SchemesBenchmark(), FitBenchmark(),
        LearnBenchmark(), ReadingBenchmark(), AggregationBenchmark(), OutOfCoreBenchmark(),
    ]

    static var names: [String] { all.map(\.name) }
}

/// A piece of work in a child process of the benchmark's own, so that its memory is its own.
protocol Work: Codable, Sendable {
    func perform() throws -> [Measurement]
}

/// Every kind of work, as it travels to the child.
enum WorkOrder: Codable, Sendable {
    case aggregation(AggregationWork)
    case data(DataWork)
    case familyStart(FamilyStartWork)
    case matrices(MatrixWork)
    case pass(PassWork)
    case reading(ReadingWork)
    case scheme(SchemeWork)
    case start(StartWork)

    private var work: any Work {
        switch self {
        case .aggregation(let work): work
        case .data(let work): work
        case .familyStart(let work): work
        case .matrices(let work): work
        case .pass(let work): work
        case .reading(let work): work
        case .scheme(let work): work
        case .start(let work): work
        }
    }

    func perform() throws -> [Measurement] { try work.perform() }
}
