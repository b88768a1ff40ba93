import Aggregation
import Messages

/// `dmoe inspect` of several local models: the divergences of the sites to each other's models.
struct SiteComparisonReport {
    var comparison: SiteComparison

    /// Columns that fit a wide terminal.
    private static let mostColumns = 16

    var text: String {
        let columns = comparison.references.prefix(Self.mostColumns)
        var table = TextTable(
            header: ["site", "rows", "experts", "divergence", ""] + columns.indices.map { "(\($0 + 1))" })
        for site in comparison.sites {
            let number = columns.firstIndex(of: site.name).map { "(\($0 + 1)) " } ?? ""
            table.append(
                ["\(number)\(site.name)", Format.count(site.rows), String(site.experts), Format.short(site.divergence)]
                    + [site.isInconsistent ? "INCONSISTENT" : ""]
                    + site.divergences.prefix(columns.count).map(Format.short))
        }
        let damages = comparison.sites.compactMap { site in
            site.damage.map { "\(site.name.visible): \($0.wrappedValue.text(.commandLine))" }
        }
        return ([table.text + "\n"] + damages + [Self.legend]).joined(separator: "\n")
    }

    private static let legend = """
        divergence: what the site's rows lose by the local model of another site in place of their own, in nats per row, median over \
        the other sites; INCONSISTENT sites differ by more than their errors and the spread between sites explain: dmoe aggregate \
        names them, --inconsistent exclude leaves them out
        (1), (2), …: the same by the local model of one site
        """
}
