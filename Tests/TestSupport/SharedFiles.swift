import Foundation

/// Reference data that lies beside the package, or where the environment variable `DMOE_SHARED` says.
package enum SharedFiles {
    /// nil where there is none: tests that need it are skipped then.
    package static let directory: URL? = {
        let beside = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared")
        let named = ProcessInfo.processInfo.environment["DMOE_SHARED"].map { URL(filePath: $0) }
        return [named, beside].compactMap { $0 }.first {
            FileManager.default.fileExists(atPath: $0.appending(path: "data").path)
        }
    }()

    package static var areAvailable: Bool { directory != nil }

    struct Missing: Error {}

    package static func contents(_ path: String) throws -> Data {
        guard let directory else { throw Missing() }
        return try Data(contentsOf: directory.appending(path: path))
    }
}
