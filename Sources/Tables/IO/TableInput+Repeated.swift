import Foundation

extension TableInput {
    /// Names of files that are read as one table.
    ///
    /// - Throws: `repeatedFile` where two name the same file, also by a link; what cannot be looked at is left to reading.
    package static func refuseRepeatedFiles(_ paths: [String]) throws(TableError) {
        var known = [Identity: String]()
        for path in paths {
            guard let identity = Identity(path) else { continue }
            if let first = known.updateValue(path, forKey: identity) {
                throw .repeatedFile(path: path, first: first)
            }
        }
    }

    private struct Identity: Hashable {
        private var device: UInt64
        private var number: UInt64

        /// nil where there is nothing by this name.
        init?(_ path: String) {
            var status = stat()
            let code = path == "-" ? fstat(STDIN_FILENO, &status) : stat(path, &status)
            guard code == 0 else { return nil }
            (device, number) = (UInt64(truncatingIfNeeded: status.st_dev), UInt64(truncatingIfNeeded: status.st_ino))
        }
    }
}
