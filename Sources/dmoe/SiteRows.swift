import DistributedMoE

/// Reads the rows of one site, in memory or not.
struct SiteRows {
    let files: [String]
    let data: DataOptions
    let memory: MemoryOption
    let common: CommonOptions
    /// What the rows are for, to be said where none is left.
    let purpose: String

    /// - Parameter select: from the columns of the first table to what is read of all of them.
    func read(_ select: @escaping (DataTable) throws -> RowSelection) throws -> RowReader.Rows {
        let reader = RowReader(
            files: files, options: try data.tableOptions(parallelism: common.parallelism),
            parallelism: common.parallelism, select: select
        ) {
            data.report(dropped: $0, of: $1, source: $2, quiet: common.quiet)
        }
        let isTooLarge = reader.estimatedMemory().map { $0 > Memory.available / 2 } ?? false
        if isTooLarge, !memory.outOfCore, !common.quiet {
            Terminal.printError("rows would fill more than half of the free memory: they are read anew in every pass")
        }
        let rows = try reader.rows(outOfCore: memory.outOfCore || isTooLarge)
        guard rows.source.rowCount > 0 else {
            throw CommandFailure("a value is missing in every row: nothing is left to \(purpose)")
                .about(files.joined(separator: ", "))
        }
        return rows
    }
}
