import Foundation

/// Files that are small enough to be had at once: documents, ledgers, secrets.
package enum WholeFile {
    /// All bytes of a file, a pipe or a device; more than `most` where there are more.
    ///
    /// - Parameters:
    ///   - most: what is behind is not read, so that a device without end ends.
    ///   - goesOn: asked after each part with all that was read; reading ends where it says no.
    /// - Throws: `fileNotFound`, `cannotRead`.
    package static func contents(
        _ path: String, atMost most: Int, while goesOn: (Data) -> Bool = { _ in true }
    ) throws(TableError) -> Data {
        let file = FileHandle(fileDescriptor: try OpenFile.opened(path).descriptor, closeOnDealloc: true)
        var data = Data()
        do {
            while data.count <= most, let part = try file.read(upToCount: partSize), !part.isEmpty {
                data += part
                guard goesOn(data) else { break }
            }
        } catch { throw .cannotRead(path: path, reason: "an error while it was read") }
        return data
    }

    package static let partSize = 1 << 20
}
