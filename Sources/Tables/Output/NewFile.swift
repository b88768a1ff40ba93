import Foundation

/// Files that are made once, for their owner alone: whole, or not at all, and never in place of another.
package enum NewFile {
    /// The number of the error.
    package struct Failure: Error {
        var number: Int32

        package var reason: String { String(cString: strerror(number)) }
    }

    /// Writes a file where there is none, on the disk too; a file that is there, or that another process makes at the same time, stays.
    package static func write(_ data: Data, to path: String) throws(Failure) {
        do throws(ReplacementFile.Failure) {
            let file = try ReplacementFile(path: path, mode: 0o600)
            try file.write(data)
            try file.begin()
        } catch { throw Failure(number: error.number) }
    }
}
