extension TableInput {
    /// Names of files that are read as one table.
    ///
    /// - Throws: `repeatedFile` where two name the same file, also by a link; what cannot be looked at is left to reading.
    package static func refuseRepeatedFiles(_ paths: [String]) throws(TableError) {
        var known = [FileIdentity: String]()
        for path in paths {
            guard let identity = FileIdentity(path) else { continue }
            if let first = known.updateValue(path, forKey: identity) {
                throw .repeatedFile(path: path, first: first)
            }
        }
    }
}
