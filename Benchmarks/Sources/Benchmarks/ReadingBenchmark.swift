import Messages

/// How fast rows come from a file.
struct ReadingBenchmark: Benchmark {
    let name = "reading"
    let abstract = "tables of 21 columns into memory"

    func run(_ session: Session) throws {
        let rows = session.size(200_000, quick: 20_000)
        let files: [(DataWork.Format, String)] = [
            (.csv, "csv, all digits"), (.shortCSV, "csv, two decimals"), (.npy, "npy"),
        ]
        for (format, word) in files {
            guard let path = try session.rowFile(format, rows: rows) else { continue }
            let work = ReadingWork(path: path, what: word, repeats: session.size(5, quick: 3))
            try session.measure(word, .reading(work))
        }
    }
}
