import ArgumentParser
import Estimation

/// Where one shard ends and the next begins.
struct ShardOptions: ParsableArguments {
    @Option(help: ArgumentHelp("One shard for each value of this column.", valueName: "column"))
    var shardBy: String?
    @Option(help: ArgumentHelp("Random shards of equal size.", valueName: "m"))
    var shards: Int?
    @Option(
        help: ArgumentHelp(
            "A shard with fewer rows than this for each free parameter gets fewer experts, down to one.",
            valueName: "n"))
    var rowsPerParameter = Capacity.rowsPerParameter

    func validate() throws {
        if let shards, !(1...100_000).contains(shards) { throw ValidationError("--shards must be from 1 to 100000.") }
        if rowsPerParameter < 1 { throw ValidationError("--rows-per-parameter must be 1 or more.") }
        if shards != nil, shardBy != nil { throw ValidationError("--shards and --shard-by cannot go together.") }
    }

    func validate(files: [String]) throws {
        if files.count == 1, shards == nil, shardBy == nil {
            throw ValidationError("One file is one shard: give more files, --shard-by COLUMN or --shards M.")
        }
    }

    var division: ShardTables.Division {
        if let shardBy { return .column(shardBy) }
        if let shards { return .random(shards) }
        return .files
    }
}
