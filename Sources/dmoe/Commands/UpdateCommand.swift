import ArgumentParser
import DistributedMoE

struct UpdateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Make the next global model from the statistics of the sites at this one.",
        discussion: """
            One step of generalised EM, as a fit of the pooled rows would make it; no row is needed. The order of the files \
            does not matter; each site is given once. The model keeps the log-likelihood that the sites report for each \
            round. Repeat dmoe statistics and dmoe update with the new model as long as that rises.

            Example: dmoe update global.json clinic-*.round1.json -o global-1.json
            """)

    @Argument(help: ArgumentHelp("The model that the statistics were taken at.", valueName: "model"))
    var model: String
    @Argument(help: ArgumentHelp("Statistics, as written by dmoe statistics.", valueName: "statistics"))
    var files: [String]
    @Flag(inversion: .prefixedNo, help: "Leave out sites that the model does not describe at all, with a warning.")
    var robust = true
    @OptionGroup var common: CommonOptions
    @Option(name: [.short, .long], help: ArgumentHelp("Where to write the next model.", valueName: "file"))
    var output: String

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Give the statistics of at least one site after the model.") }
    }

    mutating func run() throws {
        try OutputFile.check(output, inputs: [model] + files)
        let previous = try ModelFile.read(path: model)
        guard let global = previous.fitted else { throw ModelFileError.noStatistics(path: model) }
        let statistics = try files.map { path throws(ModelFileError) in
            let file = try StatisticsFile.read(path: path)
            try file.check(isOf: global, path: path, modelPath: model)
            return file
        }
        let round = GeneralisedEMRound(at: global, options: FitOptions(expertCount: global.model.expertCount))
        let (kept, broken) = withoutBroken(statistics)
        let update = try round.update(kept.map(\.statistics))
        var warnings = broken
        warnings += self.warnings(
            statistics, kept: kept.count, logLikelihoodPerRow: update.logLikelihoodPerRow, after: previous)
        let file = ModelFile(update, after: previous, sites: kept.count, warnings: warnings)
        try OutputFile.write(try file.text(path: output), to: output)
        warnings.forEach(Terminal.warn)
        try common.report(UpdateSummary(file, output: output), text: summary(file))
    }

    /// In nats a row below the median site: a site that the model describes so badly is broken, and would spoil the model.
    private static let leastFall = 10.0
    /// To the multiple of which such a site rounds its log-likelihood, unless it was told to keep back more.
    private static let usualMinRows = 10

    /// The statistics without those of sites that the model does not describe at all.
    private func withoutBroken(_ statistics: [StatisticsFile]) -> (kept: [StatisticsFile], warnings: [String]) {
        guard robust, statistics.count > 2 else { return (statistics, []) }
        let scores = statistics.map { $0.logLikelihood / $0.weight }
        let median = scores.sorted()[scores.count / 2]
        let isBroken = scores.map { $0 < median - Self.leastFall }
        let warnings = zip(files, zip(scores, isBroken)).filter(\.1.1).map { path, site in
            "\(path) is left out as broken (log-likelihood \(Format.short(site.0)) a row, the median site "
                + "\(Format.short(median))): check its units and columns; --no-robust takes it in"
        }
        return (zip(statistics, isBroken).filter { !$0.1 }.map(\.0), warnings)
    }

    private func warnings(
        _ statistics: [StatisticsFile], kept: Int, logLikelihoodPerRow: Double, after previous: ModelFile
    ) -> [String] {
        var result = [String]()
        for (index, file) in statistics.enumerated() {
            if let first = statistics[..<index].firstIndex(of: file) {
                result.append(
                    "\(files[first]) and \(files[index]) are the same statistics: they count twice; give each site once"
                )
            }
        }
        let told = statistics.reduce(0) { $0 + $1.rows }
        if 2 * told < previous.rows {
            result.append(
                "these statistics speak of \(Format.plural(told, "row")), the model of \(Format.count(previous.rows)): it will "
                    + "follow the sites that answered")
        }
        guard let last = previous.rounds?.last else { return result }
        // A site that keeps something back rounds its log-likelihood.
        let rounded = statistics.filter { !$0.warnings.isEmpty }.count
        let slack = Double(rounded * Self.usualMinRows) / statistics.reduce(0) { $0 + $1.weight }
        if logLikelihoodPerRow < last.logLikelihoodPerRow - max(1e-12 * abs(last.logLikelihoodPerRow), slack) {
            let cause =
                kept == last.sites
                ? "the last update did harm: go back to the model before it" : "other sites answered"
            result.append(
                "the log-likelihood fell from \(Format.number(last.logLikelihoodPerRow, digits: 6)) to "
                    + "\(Format.number(logLikelihoodPerRow, digits: 6)) a row since the round before: \(cause)")
        }
        return result
    }

    private func summary(_ file: ModelFile) -> String {
        let rounds = file.rounds ?? []
        let trace = rounds.map { Format.number($0.logLikelihoodPerRow, digits: 5) }.joined(separator: ", ")
        return """
            \(Format.plural(rounds.last?.sites ?? 0, "site")) with \(Format.plural(file.rows, "row")) updated \
            \(Format.plural(file.experts.count, "expert")) for '\(file.target)', round \(rounds.count)
            log-likelihood a row before each round: \(trace)
            \(output) written (dmoe inspect \(output))
            """
    }
}

/// The --json object of `dmoe update`.
private struct UpdateSummary: Encodable {
    var output: String
    var target: String
    var experts: Int
    var rows: Int
    var rounds: [ModelFile.RoundRecord]

    init(_ file: ModelFile, output: String) {
        self.output = output
        target = file.target
        experts = file.experts.count
        rows = file.rows
        rounds = file.rounds ?? []
    }
}
