import Foundation
import Testing

/// Every call on the way of a release into the folder fails once, or the process is killed there: the folder verifies all the same, and the command can be
/// run again.
@Suite struct ExchangeFaultTests {
    private let study: Study3
    private let preload: [String: String]

    init() throws {
        study = try Study3("--rounds", "1")
        try study.fit(all: Study3.names)
        #expect(try study.coordinator("aggregate").exitCode == 0)
        preload = try study.work.faultLibrary()
        for name in ["shared", "a.key.seen", "coordinator.key.seen"] { try study.copy(name, to: "before/\(name)") }
    }

    private func restore() throws {
        for name in ["shared", "a.key.seen", "coordinator.key.seen"] { try study.copy("before/\(name)", to: name) }
        try? study.remove("fired")
    }

    private func arguments(_ command: String) -> [String] {
        switch command {
        case "fit": study.fitArguments("a") + ["--no-ledger"]
        case "withdraw": ["exchange", "withdraw", "shared", "--key", "a.key"]
        default: ["exchange", command, "shared", "--key", "coordinator.key"]
        }
    }

    @Test(arguments: ["fit", "withdraw", "aggregate", "close"], ["\(ENOSPC)", "short", "kill"])
    func theFolderStaysUsable(_ command: String, _ what: String) throws {
        for call in what == "short" ? ["write"] : ["open", "write", "fsync", "rename"] {
            for number in 1... {
                try restore()
                let environment = preload.merging(
                    ["FAULT": "\(call):\(number):\(what)", "FAULT_FIRED": study.work.url("fired").path]) { $1 }
                let outcome = try study.work.run(
                    arguments(command), environment: environment, mayBeKilled: what == "kill")
                guard study.work.exists("fired") else {
                    #expect(number > 1, "no call of \(call)")
                    break
                }
                let subject = "\(command), \(call) \(number): \(what): \(outcome.exitCode) \(outcome.errors)"
                let status = try study.status()
                #expect(status.exitCode == 0, "\(subject): \(status)")
                let again = try study.work.run(arguments(command))
                let isDone = again.errors.contains("has closed") || again.errors.contains("has released nothing")
                #expect(again.exitCode == 0 || isDone, "\(subject): \(again)")
                #expect(try study.status().exitCode == 0, "\(subject)")
                #expect(try hiddenFiles().isEmpty, "\(subject)")
            }
        }
    }

    @Test func anInterruptedBeginningCanBeRepeated() throws {
        let key = try study.publicKey("a")
        let begin = [
            "exchange", "init", "new", "--key", "coordinator.key", "--study", "study.json", "--participant", "a=\(key)",
        ]
        for call in ["open", "write", "fsync", "rename"] {
            for number in 1... {
                for name in ["new", "fired"] { try? study.remove(name) }
                let environment = preload.merging(
                    ["FAULT": "\(call):\(number):kill", "FAULT_FIRED": study.work.url("fired").path]) { $1 }
                _ = try study.work.run(begin, environment: environment, mayBeKilled: true)
                guard study.work.exists("fired") else { break }
                let isThere = study.work.exists("new/exchange.json")
                let (status, again) = (try study.status("new"), try study.work.run(begin))
                #expect(status.exitCode == (isThere ? 0 : 66), "\(call) \(number): \(status)")
                #expect(again.exitCode == (isThere ? 73 : 0), "\(call) \(number): \(again)")
                #expect(try study.status("new").exitCode == 0, "\(call) \(number)")
            }
        }
    }

    /// What a stopped process left beside its files.
    private func hiddenFiles() throws -> [String] {
        let all = FileManager.default.subpaths(atPath: study.work.url("shared").path) ?? []
        return all.filter { $0.hasSuffix(".dmoe-partial") }
    }
}
