import Foundation
import ModelFiles
import Tables

/// What was never sent, taken back in the ledger of its site: what `dmoe ledger retract` asks for.
package struct RetractJob: Sendable {
    package var ledger: String

    package init(ledger: String) { self.ledger = ledger }

    /// What came of it.
    package struct Outcome: Sendable {
        /// The answer that counts no more.
        package var retracted: Int
        /// The entry that says so.
        package var entry: Int
        /// Whether its file is a draft now.
        package var isDraft = false
    }

    /// - Parameter number: of an answer.
    /// - Throws: ``LedgerError``.
    package func run(entry number: Int) throws(LedgerError) -> Outcome {
        _ = try ReleaseLedger(existing: ledger)
        return Outcome(retracted: number, entry: try ReleaseLedger.retract(number, at: ledger).entry)
    }

    /// - Parameter path: of a local model, or of statistics.
    /// - Throws: ``LedgerError``, ``ModelFileError``, ``TableError``.
    package func run(file path: String) throws -> Outcome {
        let entries = try ReleaseLedger(existing: ledger).entries
        var model: ModelFile?
        let reference: DisclosureRecord.LedgerReference?
        do throws(ModelFileError) {
            let file = try ModelFile.read(path: path)
            (model, reference) = (file, file.disclosure?.ledger)
        } catch {
            guard let statistics = try? StatisticsFile.read(path: path) else { throw error }
            reference = statistics.ledger
        }
        guard case .entry(let number, let code) = reference,
            entries.contains(where: { $0.entry == number && $0.code == code })
        else { throw LedgerError.notOfLedger(path: ledger, file: path) }
        // The entry stays whatever becomes of the file.
        if model != nil { try OutputFile.check(path) }
        var outcome = try run(entry: number)
        if var model {
            // Rules hold for it no less than before, but nobody is to take it.
            model.disclosure?.status = .draft
            try model.write(to: path)
            outcome.isDraft = true
        }
        return outcome
    }
}
