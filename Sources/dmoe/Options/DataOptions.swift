import ArgumentParser
import DistributedMoE
import Messages
import StudyData
import Tables

extension RowSelection.MissingRule: ExpressibleByArgument {}

/// How tables are read, and what is done about missing values.
struct DataOptions: ParsableArguments {
    @OptionGroup var table: TableOptionGroup

    @Option(
        help: """
            Rows with a missing value (NA, NaN, empty): refuse them (default) or leave them out, counted. With a model of a \
            study: in place of its rule error.
            """)
    var missing: RowSelection.MissingRule?

    /// The first of these options that is given; nil where none is.
    var given: RequestOption? { missing != nil ? .missing : table.given }

    /// Columns of text and threads are for the jobs to say.
    func tableOptions() throws -> TableOptions { try table.options(parallelism: .serial) }
}

/// "a,b,c" as names, quoted as in CSV where they hold commas; which lists can be, the jobs say.
@Sendable func splitNames(_ text: String) throws -> [String] {
    do throws(TableError) { return try CSVNames.split(text) } catch {
        throw ValidationError("a name opens with a quote that is never closed")
    }
}
