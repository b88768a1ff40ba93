import Foundation

/// Ways from the same start to an optimum on all rows, by the passes that they make and the time that they take.
struct SchemesBenchmark: Benchmark {
    let name = "schemes"
    let abstract = "EM, Newton, quasi-Newton and Anderson from one start to 1e-9 a row"

    func run(_ session: Session) throws {
        let severe = session.size(100_000, quick: 20_000)
        try compare(session, "severe", .synthetic(profile: "severe", rows: severe))
        let balanced = session.size(1_000_000, quick: 100_000)
        try compare(session, "balanced", .synthetic(profile: "balanced", rows: balanced))
        let stations = stations(session.beijing)
        guard !stations.isEmpty else {
            return session.skip("Beijing", because: "needs a directory of CSV files (--beijing or DMOE_BEIJING)")
        }
        let chosen = Array(stations.prefix(session.size(stations.count, quick: 2)))
        try compare(session, "Beijing", .files(chosen, target: "PM2.5", experts: 4))
    }

    private func compare(_ session: Session, _ name: String, _ data: SchemeData) throws {
        for scheme in Scheme.allCases {
            let work = SchemeWork(name: name, data: data, scheme: scheme, threads: session.threads)
            try session.measure("\(name): \(scheme.rawValue)", .scheme(work))
        }
    }

    private func stations(_ directory: String?) -> [String] {
        guard let directory, let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            return []
        }
        return names.filter { $0.hasSuffix(".csv") }.sorted().map { directory + "/" + $0 }
    }
}
