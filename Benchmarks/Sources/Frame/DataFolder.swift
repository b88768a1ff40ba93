import Foundation

/// Where made data are kept from one run to the next.
struct DataFolder {
    var path: String

    /// The path of a file that `make` writes where it is not there yet; nil where that failed.
    func file(_ name: String, make: (String) throws -> Bool) throws -> String? {
        let file = path + "/" + name
        if FileManager.default.fileExists(atPath: file) { return file }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return try make(file) ? file : nil
    }

    /// A folder for results that nobody keeps.
    func scratch(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: path + "/scratch", withIntermediateDirectories: true)
        return path + "/scratch/" + name
    }
}
