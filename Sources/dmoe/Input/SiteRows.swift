import StudyData
import Tables

/// Reads the rows of one site, in memory or not.
struct SiteRows {
    let files: [String]
    let data: DataOptions
    let memory: MemoryOption
    let common: CommonOptions
    /// What the rows are for, to be said where none is left.
    let purpose: String
    /// What must be there of a covariate whose mean fills gaps.
    let minRows: Int

    /// - Parameters:
    ///   - textColumns: columns wanted as text.
    ///   - select: from the columns of the first table to what is read of all of them.
    func read(textColumns: Set<String>, _ select: @escaping (DataTable) throws -> RowSelection) throws -> RowReader.Rows
    {
        let reader = RowReader(
            files: files, options: try data.tableOptions(textColumns: textColumns, parallelism: common.parallelism),
            parallelism: common.parallelism, leastKnown: minRows, select: select
        ) {
            data.report(dropped: $0, of: $1, source: $2, quiet: common.quiet)
        }
        let isTooLarge = reader.estimatedMemory().map { $0 > Memory.available / 2 } ?? false
        if isTooLarge, !memory.outOfCore, !common.quiet {
            Terminal.printError("rows would fill more than half of the free memory: they are read anew in every pass")
        }
        let rows = try reader.rows(outOfCore: memory.outOfCore || isTooLarge)
        data.report(rows.record, source: files.joined(separator: ", "), quiet: common.quiet)
        guard rows.source.rowCount > 0 else {
            throw TableError.nothingLeft(source: files.joined(separator: ", "), purpose: purpose)
        }
        return rows
    }
}
