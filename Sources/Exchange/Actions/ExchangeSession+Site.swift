import Foundation
import ModelFiles
import StudyData

/// What a participant does.
extension ExchangeSession {
    /// The study by which the site fits.
    ///
    /// - Throws: where the coordinator has closed the local models, or the study is not what was signed.
    package func studyToFit() throws(ExchangeError) -> Study {
        if state.closing(0) != nil { throw .isClosed(round: 0) }
        guard let study = state.study else { throw .changedStudy(path: state.folder.full(ExchangeFolder.study)) }
        return study
    }

    /// The model at which the site is asked for statistics, and what messages call it.
    ///
    /// - Throws: where there is none, or none that further statistics count for.
    package func modelToAnswer() throws(ExchangeError) -> (file: ModelFile, path: String) {
        let model = try Self.modelInRound(state)
        return (model.file, state.path(of: Member.coordinator, model.entry))
    }

    /// The model that the next round is of.
    static func modelInRound(_ state: ExchangeState) throws(ExchangeError) -> ExchangeState.Release<ModelFile> {
        let model = try nextModel(state)
        if state.closing(state.round) != nil { throw .isClosed(round: state.round) }
        return model
    }

    /// The same, whether or not the round is closed.
    static func nextModel(_ state: ExchangeState) throws(ExchangeError) -> ExchangeState.Release<ModelFile> {
        if state.charter.rounds == 0 || state.isFinished { throw .noFurtherRound(most: state.charter.rounds) }
        guard let model = state.model else { throw .noModel }
        return model
    }

    /// Releases a local model that somebody has approved.
    package mutating func release(_ file: ModelFile, approvedBy name: String) throws -> LogEntry {
        let data = Data(try file.text(path: member).utf8)
        try Self.checkText(name)
        return try append { state throws(ExchangeError) in
            if state.closing(0) != nil { throw .isClosed(round: 0) }
            return Draft(kind: .local, file: data, approvedBy: name)
        }
    }

    /// Releases statistics that somebody has approved.
    package mutating func release(_ file: StatisticsFile, approvedBy name: String) throws -> LogEntry {
        let data = Data(try file.text(path: member).utf8)
        try Self.checkText(name)
        return try append { state throws(ExchangeError) in
            let model = try Self.modelInRound(state)
            // The coordinator may have made another one in the meantime.
            guard model.file.fitted?.digest == file.modelDigest else { throw .modelReplaced }
            return Draft(
                kind: .statistics, round: state.round, file: data, model: model.entry.file?.digest, approvedBy: name)
        }
    }

    /// Takes back all that the site has released: the entry first, then the files.
    ///
    /// - Returns: the entry, and the names of the files that are gone.
    package mutating func withdraw(approvedBy name: String?, note: String?) throws -> (
        entry: LogEntry?, files: [String]
    ) {
        try Self.checkText(name)
        try Self.checkText(note)
        let own = state.site(member)?.log
        var entry: LogEntry?
        if own?.standing.isEmpty == false {
            entry = try append { _ throws(ExchangeError) in
                Draft(kind: .withdrawal, approvedBy: name, note: note)
            }
        }
        let folder = ExchangeFolder.folder(of: member)
        let files = try state.folder.names(in: folder).filter { $0 != MemberLog.fileName && Self.isRelease($0) }
        for file in files { try state.folder.remove(folder + "/" + file) }
        if entry == nil, files.isEmpty { throw ExchangeError.nothingToWithdraw(name: member) }
        return (entry, files)
    }

    private static func isRelease(_ name: String) -> Bool {
        name.wholeMatch(of: /(local|statistics)-[0-9]+\.json/) != nil
    }

    /// Of what people sign with.
    static func checkText(_ text: String?) throws(ExchangeError) {
        guard let text else { return }
        guard !text.isEmpty, text.utf8.count <= longestText, !text.contains(where: \.isNewline) else {
            throw .invalidOption("names and notes must be one line of 1 to \(longestText) bytes")
        }
    }
}
