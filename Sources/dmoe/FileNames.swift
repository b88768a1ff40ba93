import Foundation

/// What files and shards are called.
enum FileNames {
    /// The file's name without folder and endings: "data/Wanliu.csv.gz" is "Wanliu".
    static func label(_ path: String) -> String {
        if path == "-" { return "standard input" }
        var name = (path as NSString).lastPathComponent
        for ending in [".gz", ".csv", ".npy", ".txt", ".tsv", ".json"] where name.lowercased().hasSuffix(ending) {
            name = String(name.dropLast(ending.count))
        }
        return name.isEmpty ? path : name
    }

    /// Labels of several files; whole paths where labels alone would be the same.
    static func labels(_ paths: [String]) -> [String] {
        let labels = paths.map(label)
        return Set(labels).count == labels.count ? labels : paths
    }

    /// A name for a file that a shard's label may serve as.
    static func safe(_ label: String) -> String {
        let kept = label.map { $0.isLetter || $0.isNumber || "-_. ".contains($0) ? $0 : "_" }
        let name = String(kept)
        return name.isEmpty || name.hasPrefix(".") ? "_" + name : name
    }
}
