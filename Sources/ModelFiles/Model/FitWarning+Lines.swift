import Estimation
import Messages

/// A warning of a model file as one line, or those of one kind about several columns together.
public struct WarningLine: DoorMessage {
    /// What kind of warning it is, as in the file: `notConverged`.
    public let code: String
    private let line: @Sendable (OptionStyle) -> String

    package init(_ warning: some DoorMessage & Codable) {
        code = warning.code
        line = { warning.text($0) }
    }

    fileprivate init(code: String, text: String) {
        self.code = code
        line = { _ in text }
    }

    /// A line of a site.
    fileprivate init(_ other: WarningLine, of site: String) {
        code = other.code
        line = { "\(site): \(other.text($0))" }
    }

    /// One line, with options spelled as the interface has them.
    public func text(_ style: OptionStyle) -> String { line(style) }
}

extension [FitWarning] {
    /// In words, those of one kind about several columns in one line: a category has a column for each level, and a site lacks
    /// many of them.
    package var lines: [WarningLine] {
        var lines = [WarningLine]()
        var kinds = Set<String>()
        for warning in self {
            guard let subject = warning.subject else {
                lines.append(WarningLine(warning))
                continue
            }
            let columns = compactMap(\.subject).filter { $0.kind == subject.kind }.map(\.column)
            guard columns.count > 1 else {
                lines.append(WarningLine(warning))
                continue
            }
            if kinds.insert(subject.kind).inserted {
                lines.append(WarningLine(code: warning.code, text: "\(Self.listed(columns)) \(subject.kind)"))
            }
        }
        return lines
    }

    /// Columns with the levels of one category together: `'distance', 'hour' (1, 5, 23)`.
    private static func listed(_ columns: [String]) -> String {
        var levels = [String: [String]]()
        var order = [String]()
        for column in columns {
            let name = String(column.prefix { $0 != "=" })
            if levels[name] == nil { order.append(name) }
            levels[name, default: []] += column == name ? [] : [String(column.dropFirst(name.count + 1))]
        }
        return order.map { name in
            let own = levels[name] ?? []
            return own.isEmpty ? "'\(name)'" : "'\(name)' (\(own.joined(separator: ", ")))"
        }.joined(separator: ", ")
    }
}

extension [RoundWarning] {
    /// In words; those of one site as ``Swift/Array/lines`` has them.
    package var lines: [WarningLine] {
        var lines = [WarningLine]()
        var sites = Set<String>()
        for warning in self {
            guard case .fromSite(let site, _) = warning else {
                lines.append(WarningLine(warning))
                continue
            }
            guard sites.insert(site).inserted else { continue }
            let own = compactMap { other -> FitWarning? in
                if case .fromSite(site, let warning) = other { warning.wrappedValue } else { nil }
            }
            lines += own.lines.map { WarningLine($0, of: site) }
        }
        return lines
    }
}

extension FitWarning {
    /// What is said of a column where the same is said of others too.
    fileprivate var subject: (column: String, kind: String)? {
        switch self {
        case .constantCovariate(let name): (name, "are constant here: their coefficients are 0")
        case .unresolvedCovariate(let name):
            (
                name,
                "vary by too little here beside their values, or beside 1: their coefficients are 0; subtract values near their means, or "
                    + "change their units"
            )
        case .collinearCovariate(let name):
            (
                name,
                "are linear combinations of others here: their coefficients are not determined by these rows, the smallest "
                    + "ones were taken"
            )
        case .rareCovariate(let name, let minimum):
            (
                name,
                "differ from their usual values in fewer than \(Format.label(minimum)) rows: taken as constant here, their values are "
                    + "withheld"
            )
        case .rareLevel(let name, let minimum):
            (
                name,
                "have one of their two values in fewer than \(Format.label(minimum)) rows: taken as constant here, at their means by "
                    + "rounded counts"
            )
        case .statisticsLeftOut(let column, let experts, let minimum):
            (
                column,
                "differ from their usual values in fewer than \(Format.label(minimum)) rows of expert "
                    + "\(experts): left out there"
            )
        case .gateColumnWithheld(let column, let minimum):
            (
                column,
                "differ from their usual values in fewer than \(Format.label(minimum)) of the rows between experts here: left "
                    + "out of the gate"
            )
        case .separatedSlopes(let column, let experts, _):
            (column, "separate the responses of expert \(experts): their slopes have no finite maximum")
        case .separatedGate(let column, _):
            (column, "separate the regions of experts: their slopes in the gate have no finite maximum")
        default: nil
        }
    }
}
