/// Every family beside the Gaussian one: how long a start takes, and how far below the pooled fit one shot stays.
struct FamiliesBenchmark: Benchmark {
    let name = "families"
    let abstract =
        "one start of each family on the same covariates, N=100,000, d=20, K=5; dmoe learn of 16 shards, d=10, K=3"

    func run(_ session: Session) throws {
        try starts(session)
        for family in ["poisson", "negative-binomial", "gamma", "multinomial"] { try learn(session, family) }
    }

    /// On one thread, by processor time: ratios of it hold on a machine that has other work.
    private func starts(_ session: Session) throws {
        let rows = session.size(100_000, quick: 20_000)
        var gaussian: Double?
        for responses in FamilyRows.Responses.allCases {
            let work = FamilyStartWork(
                responses: responses, rows: rows, repeats: session.size(5, quick: 3))
            for var measurement in try session.measurements(responses.rawValue, .familyStart(work)) {
                let seconds = measurement.figures[FamilyStartWork.processorSeconds]
                if responses == .gaussian { gaussian = seconds }
                if let seconds, let gaussian { measurement.figures["x gaussian"] = seconds / gaussian }
                session.record(measurement)
            }
        }
    }

    private func learn(_ session: Session, _ family: String) throws {
        let (rows, shards) = (session.size(100_000, quick: 20_000), session.size(16, quick: 4))
        guard let paths = try session.shardFiles(family: family, rows: rows, shards: shards) else { return }
        let classes = family == "multinomial" ? ["--classes", "a,b,c"] : []
        let call = LearnCall(
            paths: paths, experts: 3, threads: session.threads, more: ["--family", family] + classes)
        let arguments = call.arguments(output: try session.data.scratch("learned.json"))
        guard let outcome = try session.dmoe(family, arguments) else { return }
        let sizes = ["rows": rows, "M": shards, "d": 10, "K": 3]
        for measurement in try call.measurements(family: family, sizes, outcome) { session.record(measurement) }
    }
}
