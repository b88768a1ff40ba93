import DistributedMoE
import Foundation
import Messages
import ModelFiles
import Numerics

/// What the coordinator does.
extension ExchangeSession {
    /// Ends the round: what comes later does not count in it.
    package mutating func close(note: String?) throws(ExchangeError) -> LogEntry {
        try Self.checkText(note)
        return try append { state throws(ExchangeError) in
            if state.closing(state.round) != nil { throw .isClosed(round: state.round) }
            if state.round > 0, state.isFinished { throw .noFurtherRound(most: state.charter.rounds) }
            return Draft(
                kind: .closing, round: state.round, model: state.round > 0 ? state.models.last?.file?.digest : nil,
                note: note)
        }
    }

    /// Makes a global model of the local ones that count.
    ///
    /// - Parameter required: sites that are enough; nil: all that have not withdrawn, or those that were there when the round was closed.
    package mutating func aggregate(
        _ job: AggregateJob, required: Int? = nil, support: SupportInput? = nil, parallelism: Parallelism,
        notices: @escaping ReadingNotice.Handler
    ) throws -> (file: ModelFile, entry: LogEntry) {
        try job.settings.checkSingleModel()
        let names = state.sites.filter { !$0.isWithdrawn }.map(\.name)
        let sites = state.sites.compactMap { site in site.local.map { (site.name, $0) } }
        try state.check(sites.map(\.0), of: names, round: 0, required: required)
        var job = job
        job.settings.seed = job.settings.seed ?? state.study?.seed
        let outcome = try job.run(
            sites.map { AggregateJob.Site(name: $0, path: state.path(of: $0, $1.entry), file: $1.file) },
            support: support,
            parallelism: parallelism, notices: notices)
        guard case .model(let file) = outcome else { throw ExchangeError.noModel }
        let entry = try publish(file, round: 0, of: sites.map { ($0, $1.entry) }) { $0.site($1)?.local?.entry }
        return (file, entry)
    }

    /// Makes the next model of the statistics that count.
    ///
    /// - Parameter required: as in ``aggregate(_:required:support:parallelism:notices:)``.
    package mutating func update(_ job: UpdateJob, required: Int? = nil) throws -> (file: ModelFile, entry: LogEntry) {
        let model = try Self.nextModel(state)
        let withdrawn = state.withdrawnFromModel
        guard withdrawn.isEmpty else { throw ExchangeError.modelHasWithdrawn(withdrawn) }
        let sites = state.sites.compactMap { site in site.statistics.map { (site.name, $0) } }
        try state.check(sites.map(\.0), of: state.expected, round: state.round, required: required)
        let file = try job.run(
            model.file, named: state.path(of: Member.coordinator, model.entry),
            sites.map { UpdateJob.Site(name: $0, path: state.path(of: $0, $1.entry), file: $1.file) })
        let entry = try publish(file, round: state.round, of: sites.map { ($0, $1.entry) }, after: model.entry) {
            $0.site($1)?.statistics?.entry
        }
        return (file, entry)
    }

    /// - Parameter now: what counts of a site after the work.
    private mutating func publish(
        _ file: ModelFile, round: Int, of sites: [(name: String, entry: LogEntry)], after model: LogEntry? = nil,
        now: (ExchangeState, String) -> LogEntry?
    ) throws -> LogEntry {
        let data = Data(try file.text(path: ExchangeFolder.folder(of: Member.coordinator)).utf8)
        return try append { state throws(ExchangeError) in
            // A site that has withdrawn while this was computed is not in what goes out.
            let changed = sites.filter { now(state, $0.name) != $0.entry }.map(\.name)
            guard changed.isEmpty else { throw .changedMeanwhile(changed) }
            return Draft(
                kind: .model, round: round, file: data, model: model?.file?.digest,
                sites: sites.map { LogEntry.Use(name: $0.name, sequence: $0.entry.sequence) })
        }
    }
}

extension ExchangeState {
    /// Whether enough sites are there.
    ///
    /// - Parameters:
    ///   - found: whose releases count.
    ///   - names: of whom something is awaited.
    fileprivate func check(_ found: [String], of names: [String], round: Int, required: Int?) throws(ExchangeError) {
        let least = charter.leastSites
        if let required, !(least...sites.count).contains(required) {
            throw .tooFewRequired(least: least, most: sites.count)
        }
        let needed = max(least, required ?? (closing(round) == nil ? names.count : least))
        guard found.count < needed else { return }
        throw .notEnough(
            found: found.count, needed: needed, missing: names.filter { !found.contains($0) },
            hasTampering: !tampering.isEmpty)
    }
}
