import Foundation
import MixtureOfExperts
import Tables

/// Rows written once, row after row, to a temporary file without a name, to be read again in every pass of a fit.
struct TemporaryRowFile {
    /// Closed with the last reference, also where an error ends the writing.
    private let file: OpenFile
    private let descriptor: Int32
    private let directory: String
    private let design: Design
    private let isWeighted: Bool
    private var rowCount = 0

    /// - Throws: `cannotWriteTemporaryFile` where the directory for temporary files takes none.
    init(design: Design, isWeighted: Bool) throws(TableError) {
        self.design = design
        self.isWeighted = isWeighted
        directory = FileManager.default.temporaryDirectory.path
        var template = Array((directory + "/dmoe-rows-XXXXXX").utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw .cannotWriteTemporaryFile(directory: directory, reason: String(cString: strerror(errno)))
        }
        file = OpenFile(path: directory, descriptor: descriptor)
        // Without a name it is gone with the process, however that ends.
        unlink(template)
    }

    private var columnCount: Int { design.covariateCount + (isWeighted ? 2 : 1) }

    /// Rows of weight 0 are left out: they count for nothing.
    mutating func append(_ rows: ShardRows) throws(TableError) {
        var buffer = [Double]()
        buffer.reserveCapacity(rows.rowCount * columnCount)
        for row in 0..<rows.rowCount where rows.weight(row) > 0 {
            for column in 0..<design.covariateCount { buffer.append(rows.covariates[row, column]) }
            buffer.append(rows.responses[row])
            if isWeighted { buffer.append(rows.weight(row)) }
        }
        rowCount += buffer.count / columnCount
        let failure = buffer.withUnsafeBytes { write($0) }
        if let failure { throw .cannotWriteTemporaryFile(directory: directory, reason: failure) }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) -> String? {
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            let count = Foundation.write(descriptor, base + done, bytes.count - done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(cString: strerror(errno)) }
            done += count
        }
        return nil
    }

    /// The rows; nothing can be appended after.
    func rows() -> FileRows {
        let covariates = Array(0..<design.covariateCount)
        return FileRows(
            file: file,
            layout: ArrayLayout(
                dataOffset: 0, rowCount: rowCount, columnCount: columnCount, isFortranOrder: false, element: .float64),
            columns: ArrayColumns(
                covariates: covariates, response: covariates.count, weights: isWeighted ? covariates.count + 1 : nil))
    }
}
