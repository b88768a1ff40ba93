import Foundation
import Messages
import MixtureOfExperts
import ModelFiles
import Numerics
import StudyData

enum DocumentTargets {
    private static let source = "f.json"

    /// What is read is written, read again and equal, and the weights of its experts sum to 1.
    static func predictor(_ bytes: Data) -> String? {
        do throws(ModelFileError) {
            switch try PredictorFile.decode(bytes, source: source) {
            case .model(let file):
                guard let text = try? file.text(path: source) else { return "a model that cannot be written" }
                guard try ModelFile.decode(Data(text.utf8), source: source) == file else { return "another model" }
                return messages(file) ?? predictions(.model(file))
            case .ensemble(let file):
                _ = PredictorFile.ensemble(file).selection()
                return file.members.lazy.compactMap { messages($0.model) }.first ?? predictions(.ensemble(file))
            }
        } catch { return problem(error) }
    }

    /// Each warning is one line of bounded length, whatever its figures are.
    private static func messages(_ file: ModelFile) -> String? {
        _ = file.selection(missing: nil)
        for style in OptionStyle.allCases {
            for line in file.warningLines.map({ $0.text(style) }) where line.contains(where: \.isNewline) {
                return "a warning of several lines: \(line)"
            }
        }
        return nil
    }

    private static func predictions(_ file: PredictorFile) -> String? {
        guard let model = try? file.predictor() else { return nil }
        let count = model.design.covariateCount
        for value in [0.0, 1, -1e3] {
            let row = [Double](repeating: value, count: count)
            let gate = model.gateProbabilities(Matrix(rowCount: 1, columnCount: count, storage: row)).storage
            guard abs(gate.reduce(0, +) - 1) < 1e-9 else { return "weights of experts that do not sum to 1" }
        }
        return nil
    }

    static func statistics(_ bytes: Data) -> String? {
        do throws(ModelFileError) {
            let file = try StatisticsFile.decode(bytes, source: source)
            guard let text = try? file.text(path: source) else { return "statistics that cannot be written" }
            return try StatisticsFile.decode(Data(text.utf8), source: source) == file ? nil : "other statistics"
        } catch { return problem(error) }
    }

    static func study(_ bytes: Data) -> String? {
        do throws(StudyError) {
            let study = try Study.decode(bytes, source: source)
            return try Study.decode(Data(study.text().utf8), source: source) == study ? nil : "another study"
        } catch { return problem(error) }
    }

    /// What is let out is never more than the rules let out.
    static func policy(_ bytes: Data) -> String? {
        do throws(PolicyError) {
            let policy = try SitePolicy.decode(bytes, source: source)
            let tightens =
                policy.levels <= SitePolicy.mostLevels && policy.levelsPerRow <= SitePolicy.mostLevelsPerRow
                && policy.rounds <= ReleaseLedger.mostRounds && policy.releases ?? 0 >= 0
                && policy.minimumRows ?? 3 >= 3
            return tightens ? nil : "a policy that loosens a rule"
        } catch { return problem(error) }
    }

    /// Without the end of its last line a ledger has the same entries, and without more of it one fewer.
    static func ledger(_ bytes: Data) -> String? {
        do throws(LedgerError) {
            let ledger = try ReleaseLedger(path: source, bytes)
            guard bytes.last == UInt8(ascii: "\n"), !ledger.entries.isEmpty else { return nil }
            let (open, torn) = (
                try ReleaseLedger(path: source, bytes.dropLast()), try ReleaseLedger(path: source, bytes.dropLast(2))
            )
            return open.entries == ledger.entries && torn.entries == ledger.entries.dropLast()
                ? nil : "other entries without the end of the last line"
        } catch { return problem(error) }
    }

    /// An error is one line that names the source, but for what is between the models of one file.
    private static func problem(_ error: some Error & CustomStringConvertible) -> String? {
        let text = error.description
        let isNamed = text.contains(source) || text.hasPrefix("the models are of different studies")
        return isNamed && !text.contains { $0.isNewline } ? nil : "an error without its source: \(text)"
    }
}
