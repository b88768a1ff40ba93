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
        return """
            \(table.text)

            divergence: mean over the site's experts of what they differ from the like of them at other sites, in nats per row; \
            INCONSISTENT sites are named by dmoe aggregate; --inconsistent exclude leaves them out and looks again without them
            (1), (2), …: the same to the local model of one site, in the row's site's region of covariates
            """
    }
}
