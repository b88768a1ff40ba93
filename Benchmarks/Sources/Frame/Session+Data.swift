import Foundation
import Messages

extension Session {
    /// CSV files of shards that `dmoe simulate` writes for a family, made where they are not there yet; nil where they cannot be
    /// made, which is noted.
    func shardFiles(family: String, rows: Int, shards: Int) throws -> [String]? {
        let folder = try data.file("\(family)-\(rows)-\(shards)") { path in
            // Under another name until it is whole.
            let unfinished = path + ".part"
            let arguments = [
                "simulate", "--family", family, "--rows", String(rows), "--shards", String(shards), "-o", unfinished,
            ]
            guard try dmoe("data", arguments) != nil else { return false }
            try FileManager.default.moveItem(atPath: unfinished, toPath: path)
            return true
        }
        guard let folder = folder.map({ $0 + "/shards" }) else { return nil }
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { folder + "/" + $0 }
    }

    /// A file of rows of the balanced synthetic benchmark (20 covariates, `y` last), made where it is not there yet; the
    /// smaller of two files is the beginning of the larger.
    ///
    /// nil where it cannot be made, which is noted.
    func rowFile(_ format: DataWork.Format, rows: Int) throws -> String? {
        let suffix = format == .npy ? ".npy" : ".csv"
        return try data.file("\(format.rawValue)-\(rows)\(suffix)") { path in
            try prepare(.data(DataWork(path: path, format: format, rows: rows)))
        }
    }
}
