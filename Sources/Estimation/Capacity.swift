import MixtureOfExperts

/// How many experts a number of rows can carry.
public enum Capacity {
    /// Rows for each free parameter below which a shard is given fewer experts: with less, experts follow single rows.
    public static let rowsPerParameter = 5

    /// The least rows for one expert: more than its coefficients, and not below the disclosure limit.
    public static func minimumRows(_ design: Design, minRows: Double) -> Int {
        max(Int(minRows.rounded(.up)), design.expertCovariates.count + 3)
    }

    /// The most experts that a fit accepts.
    public static func largest(rows: Int, design: Design, minRows: Double) -> Int {
        rows / minimumRows(design, minRows: minRows)
    }

    /// The number of experts for a shard of a study that asks for `asked`: as many as its rows can carry well.
    public static func advisable(
        rows: Int, asked: Int, design: Design, minRows: Double, rowsPerParameter: Int = rowsPerParameter
    ) -> Int {
        let carried = rows / max(1, rowsPerParameter) / design.parametersPerExpert
        return min(asked, max(carried, 1), largest(rows: rows, design: design, minRows: minRows))
    }
}
