import Foundation

/// A run, as it is saved and compared.
struct ResultFile: Codable, Sendable {
    var format = 1
    var date: String
    var quick: Bool
    var machine: Machine
    var measurements: [Measurement]
    var skipped: [Skipped]

    static func today() -> String {
        let parts = Calendar(identifier: .gregorian).dateComponents([.year, .month, .day], from: Date())
        return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
    }

    static func read(_ path: String) throws -> ResultFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw BenchmarkFailure(description: "\(path): cannot be read")
        }
        do { return try JSONDecoder().decode(ResultFile.self, from: data) } catch {
            throw BenchmarkFailure(description: "\(path): no saved results of this program: \(error)")
        }
    }

    func write(_ path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let url = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try (encoder.encode(self) + Data("\n".utf8)).write(to: url, options: .atomic)
    }
}
