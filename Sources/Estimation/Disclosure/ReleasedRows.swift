import MixtureOfExperts
import Numerics

/// The rows of a site without those of classes that too few of them have, and what is to be said of it.
///
/// Without its rows a site suppresses a class, which in a multinomial logit leaves the odds between the other classes; how many rows it had is
/// released as a rounded count. Covariates that vary in too few rows are taken as constant: their rows stay.
struct ReleasedRows {
    private(set) var source: any RowSource
    private(set) var summaries: [ColumnSummary]
    private(set) var disclosure: Disclosure
    /// Classes, by number, that had too few rows, with their rounded counts.
    private(set) var rareClasses = [Int: Int]()
    /// Of covariates that vary in too few rows.
    private(set) var constants = [Int: Double]()
    let rounding: RandomRounding
    private var absentClasses = [Int]()
    private let design: Design
    private let classes: [String]
    private let minRows: Double
    /// Columns whose extreme values are at a bound, by the dominance rule.
    private var topCoded = [Int]()

    /// - Parameter rules: besides the threshold; nil where nothing is withheld by them.
    init(
        _ source: any RowSource, _ design: Design, _ family: any ExpertFamily, minRows: Double,
        rules: DisclosureRules? = nil, salt: UInt64 = 0, _ parallelism: Parallelism
    ) {
        self.source = source
        self.design = design
        self.minRows = minRows
        classes = family.response.classes ?? []
        (summaries, disclosure) = Self.looked(at: source, design, minRows, parallelism)
        rounding = RandomRounding(summaries, salt: salt)
        if !classes.isEmpty {
            let counts = source.classCounts(classes.count, parallelism)
            absentClasses = counts.indices.filter { counts[$0] == 0 }
        }
        leaveOutRare(parallelism)
        if let rules { topCode(DominanceRule(rules: rules), family, parallelism) }
    }

    /// What is constant by the threshold rule is not released, and codes of classes are no amounts.
    private mutating func topCode(
        _ rule: DominanceRule, _ family: any ExpertFamily, _ parallelism: Parallelism
    ) {
        let all = Set(0...design.covariateCount).subtracting(constants.keys).subtracting(
            [design.offset].compactMap { $0 })
        let columns = classes.isEmpty ? all : all.subtracting([design.covariateCount])
        (source, topCoded) = rule.topCoded(source, columns, isCount: family.response == .count, parallelism)
        guard !topCoded.isEmpty else { return }
        (summaries, disclosure) = Self.looked(at: source, design, minRows, parallelism)
    }

    private mutating func leaveOutRare(_ parallelism: Parallelism) {
        leaveOutRareClasses(parallelism)
        (summaries, disclosure) = Self.looked(at: source, design, minRows, parallelism)
        constants = disclosure.constants(rounding)
    }

    private static func looked(
        at source: any RowSource, _ design: Design, _ minRows: Double, _ parallelism: Parallelism
    ) -> ([ColumnSummary], Disclosure) {
        let summaries = source.columnSummaries(parallelism)
        return (
            summaries,
            Disclosure(
                minRows: minRows, source: source, summaries: summaries, offset: design.offset, parallelism: parallelism)
        )
    }

    private mutating func leaveOutRareClasses(_ parallelism: Parallelism) {
        guard !classes.isEmpty else { return }
        let counts = source.classCounts(classes.count, parallelism)
        let rare = Set(counts.indices.filter { counts[$0] > 0 && Double(counts[$0]) < minRows })
        guard !rare.isEmpty else { return }
        for code in rare { rareClasses[code, default: 0] += rounding.rounded(counts[code], label: -1 - code) }
        leaveOut(source.rows(parallelism) { rare.contains(Int($0.responses[$1])) })
    }

    private mutating func leaveOut(_ rows: [Int]) { source = RowsWithout(Set(rows), of: source) }

    /// Without some rows more.
    func without(_ rows: Set<Int>, _ parallelism: Parallelism) -> ReleasedRows {
        var result = self
        result.leaveOut(Array(rows))
        result.leaveOutRare(parallelism)
        return result
    }

    /// What to say of rare and absent classes, levels and numbers.
    var warnings: [FitWarning] {
        let levels = disclosure.rareLevels
        return absentClasses.map { FitWarning.absentClass(class: classes[$0]) }
            + rareClasses.keys.sorted().map { .rareClass(class: classes[$0], minimum: minRows) }
            + constants.keys.sorted().map { column in
                levels.contains(column)
                    ? .rareLevel(covariate: design.covariates[column], minimum: minRows)
                    : .rareCovariate(covariate: design.covariates[column], minimum: minRows)
            }
            + topCoded.map { .topCoded(column: (design.covariates + [design.target])[$0]) }
    }

    /// Covariates that are withheld.
    var withheldColumns: Set<Int> { Set(constants.keys) }
}
