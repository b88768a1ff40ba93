import Foundation

/// The programs that are measured; they lie side by side.
enum Programs {
    static var own: String { Bundle.main.executablePath ?? CommandLine.arguments[0] }

    static var dmoe: String {
        URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("dmoe").path
    }
}
