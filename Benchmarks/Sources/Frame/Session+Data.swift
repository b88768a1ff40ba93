extension Session {
    /// A file of rows of the balanced synthetic benchmark (20 covariates, `y` last), made where it is not there yet; the
    /// smaller of two files is the beginning of the larger. nil where it cannot be made, which is noted.
    func rowFile(_ format: DataWork.Format, rows: Int) throws -> String? {
        let suffix = format == .npy ? ".npy" : ".csv"
        return try data.file("\(format.rawValue)-\(rows)\(suffix)") { path in
            try prepare(.data(DataWork(path: path, format: format, rows: rows)))
        }
    }
}
