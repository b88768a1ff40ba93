import Estimation

extension ReleaseLedger {
    /// Refuses a local model that differs from an earlier answer by a few rows, or enters it.
    ///
    /// - Parameter rows: hashes of those that were read, sorted.
    package mutating func enter(
        _ local: LocalModel, _ rows: [UInt64], minimumRows: Int
    ) throws(LedgerError) -> Entry {
        let classes = local.report.warnings.compactMap { warning in
            if case .rareClass(let name, _) = warning { name } else { nil }
        }
        let entry = Entry(
            kind: .model, target: local.model.design.target, covariates: local.model.design.covariates,
            minimumRows: minimumRows, leftOut: classes.map { "\(local.model.design.target)=\($0)" }, rows: rows)
        try check(entry)
        return try append(entry)
    }
}
