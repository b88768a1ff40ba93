import Foundation
import Tables

/// What files and shards are called.
enum FileNames {
    /// The file's name without folder and endings: "data/Wanliu.csv.gz" is "Wanliu".
    static func label(_ path: String) -> String {
        if path == "-" { return "standard input" }
        var name = FilePath.parts(path).name
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

    /// Names for the files of shards, all different whatever the labels are, and none that of another file in the same directory.
    static func safe(_ labels: [String], beside others: [String], in directory: String) -> [String] {
        let present = others.map(FilePath.parts).filter { FilePath.isSame($0.folder, directory) }.map(\.name)
        var taken = Set(present.filter { $0.hasSuffix(".json") }.map { $0.dropLast(".json".count).lowercased() })
        return labels.map { label in
            let name = safe(label)
            var candidate = name
            var number = 2
            // Some file systems do not distinguish upper from lower case.
            while !taken.insert(candidate.lowercased()).inserted {
                candidate = "\(name)-\(number)"
                number += 1
            }
            return candidate
        }
    }

    private static func safe(_ label: String) -> String {
        let kept = label.map { $0.isLetter || $0.isNumber || "-_. ".contains($0) ? $0 : "_" }
        var name = String(kept)
        if name.isEmpty || name.hasPrefix(".") { name = "_" + name }
        // Of what belongs together nothing is cut: half a letter would be another name.
        var end = name.startIndex
        while end < name.endIndex, name[...end].utf8.count <= mostBytes { name.formIndex(after: &end) }
        return end == name.startIndex ? "_" : String(name[..<end])
    }

    /// With a number and an ending below the 255 that file systems take.
    private static let mostBytes = 200
}
