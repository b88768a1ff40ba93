import ArgumentParser
import DistributedMoE

/// Where one shard ends and the next begins.
struct ShardOptions: ParsableArguments {
    @Option(help: ArgumentHelp("One shard for each value of this column.", valueName: "column"))
    var shardBy: String?
    @Option(help: ArgumentHelp("Random shards of equal size.", valueName: "m"))
    var shards: Int?
    @OptionGroup var support: RowsPerParameterOption

    @Flag(
        help:
            "Apply the rules that sites would to what they release, and mark the files so; without, the threshold alone holds, and files are of one owner."
    )
    var asSites = false

    /// - Throws: where the options name two divisions.
    func settings(
        _ columns: ColumnOptions, _ fit: FitOptionGroup, _ data: DataOptions, holdout: Double, seed: UInt64?
    ) throws(RequestRefusal) -> ShardChoices {
        if shards != nil, shardBy != nil { throw .conflict(.shards, .shardBy, .twoDivisions) }
        var settings = ShardChoices(columns: columns.request(data))
        settings.experts = fit.experts
        settings.fit = fit.settings
        settings.division = shardBy.map { .column($0) } ?? shards.map { .random($0) } ?? .files
        settings.rowsPerParameter = support.rowsPerParameter
        settings.holdout = holdout
        settings.asSites = asSites
        settings.seed = seed
        return settings
    }

    static func input(_ files: [String], _ data: DataOptions) throws -> ShardInput {
        .files(Array(zip(files, FileNames.labels(files))), try data.tableOptions())
    }
}

/// How many experts the rows of a shard support.
struct RowsPerParameterOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A shard with fewer rows than this for each free parameter gets fewer experts, down to one.",
            valueName: "n"))
    var rowsPerParameter = ShardChoices(columns: ColumnRequest()).rowsPerParameter
}
