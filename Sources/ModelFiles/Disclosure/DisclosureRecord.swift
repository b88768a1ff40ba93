import Estimation
import StudyData

/// The audit record of a file: for whom it is, which rules it keeps, and how far.
package struct DisclosureRecord: Codable, Sendable, Equatable {
    package var status: ReleaseStatus
    /// What is counted; nil where no rule holds.
    package var unit: Unit?
    /// Where subjects are counted: as many rows as one has at most, or somewhat more.
    ///
    /// Bounds of rows are that many times those of subjects.
    package var rowsPerSubject: Int?
    /// The bounds; nil where no rule holds.
    package var policy: DisclosureRules?
    /// nil where no rule holds, and of a global model.
    package var figures: DisclosureFigures?
    /// nil where numbers are exact.
    package var roundingStep: Double?
    /// Whether columns, levels and the number of releases are those that a policy of the site lets out; absent where there was none.
    package var sitePolicy: Bool?
    /// Where the answer stands in the ledger of the site; nil where no rule holds.
    package var ledger: LedgerReference?
    /// Of a global model: how many sites stand behind the statistics of an expert at least; nil where no rule holds.
    package var leastSites: Int?

    package enum Unit: String, Codable, Sendable {
        case row, subject
    }

    /// Where an answer stands in the ledger of its site.
    package enum LedgerReference: Codable, Sendable, Equatable {
        /// No ledger was kept, as asked for.
        case notKept
        /// Its number, and its code: the site can find it again, nobody else can make it.
        case entry(Int, code: String)

        private struct Entry: Codable {
            var entry: Int
            var code: String
        }

        private static let nameOfNone = "none"

        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                guard text == Self.nameOfNone else {
                    throw DecodingError.dataCorruptedError(in: container, debugDescription: "no ledger is called so")
                }
                self = .notKept
            } else {
                let entry = try container.decode(Entry.self)
                self = .entry(entry.entry, code: entry.code)
            }
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .notKept: try container.encode(Self.nameOfNone)
            case .entry(let number, let code): try container.encode(Entry(entry: number, code: code))
            }
        }

        package var number: Int? { if case .entry(let number, _) = self { number } else { nil } }
    }

    package init(
        status: ReleaseStatus, policy: DisclosureRules? = nil, figures: DisclosureFigures? = nil,
        ledger: LedgerReference? = nil
    ) {
        self.status = status
        self.policy = policy
        self.figures = figures
        self.ledger = ledger
        unit = policy == nil ? nil : .row
    }

    /// What makes the record unusable, in words.
    var problem: String? {
        if let policy {
            let shares = [policy.parametersPerRow, policy.largestShare, policy.twoLargestShares]
            guard shares.allSatisfy({ (0...1).contains($0) }), policy.minimumRows >= 1, policy.minimumRows <= 1e15
            else {
                return "has a policy whose bounds are none"
            }
        }
        if let figures {
            let numbers = [
                figures.leastEffectiveRows, figures.parametersPerRow, figures.largestShare, figures.twoLargestShares,
            ]
            guard numbers.allSatisfy({ $0 >= 0 && $0 <= 1e15 }), figures.parameters >= 0 else {
                return "has figures that cannot be"
            }
        }
        if let leastSites, leastSites < 2 { return "has statistics of fewer than two sites" }
        if let rowsPerSubject, rowsPerSubject < 1 { return "has subjects without rows" }
        if let entry = ledger?.number, entry < 1 { return "has an entry of the ledger below 1" }
        return nil
    }
}

extension ModelFile {
    /// For whom the file is; nil for references.
    public var status: ReleaseStatus? { kind == .reference ? nil : disclosure?.status ?? .release }

    /// Takes down for whom a local model is, and the rules that it keeps: small counts of how its rows were read, taken down before, are
    /// suppressed.
    ///
    /// - Parameters:
    ///   - rowsPerSubject: nil where rows are counted.
    ///   - roundingStep: nil where numbers are exact.
    package mutating func note(
        _ status: ReleaseStatus, _ report: FitReport, _ rules: DisclosureRules?, rowsPerSubject: Int? = nil,
        roundingStep: Double? = nil
    ) {
        let isRelease = status == .release
        if isRelease, let rules { reading = reading?.released(minimum: Int(rules.minimumRows)) }
        disclosure = DisclosureRecord(
            status: status, policy: isRelease ? rules : nil, figures: isRelease ? report.disclosure : nil,
            ledger: isRelease ? .notKept : nil)
        if isRelease { disclosure?.roundingStep = roundingStep }
        guard isRelease, let rowsPerSubject else { return }
        disclosure?.unit = .subject
        disclosure?.rowsPerSubject = rowsPerSubject
    }

    /// Of a global model: for whom it is follows from the local ones.
    package mutating func carryStatus(of locals: [ModelFile]) {
        disclosure = DisclosureRecord(status: ReleaseStatus.merged(locals.compactMap(\.status)))
        disclosure?.leastSites = Self.siteRule(of: locals)?.leastSites
    }

    /// Of a global model that is made of some local ones; nil where it is not for others.
    package static func siteRule(of locals: [ModelFile]) -> SiteRule? {
        ReleaseStatus.merged(locals.compactMap(\.status)).siteRule(
            leastSites: Study.common(locals.compactMap(\.study))?.leastSites)
    }

    /// Of a global model that is made of this one; nil where it is not for others.
    package var siteRule: SiteRule? { status?.siteRule(leastSites: disclosure?.leastSites) }

    /// - Throws: ``ModelFileError/draft(path:)`` for a file that is not for a coordinator.
    package func refuseDraft(path: String) throws(ModelFileError) {
        if status == .draft { throw .draft(path: path) }
    }
}
