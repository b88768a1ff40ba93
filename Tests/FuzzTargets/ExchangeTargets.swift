import Exchange
import Foundation
import Messages

/// What members of an exchange read of a folder that anybody may have written to.
enum ExchangeTargets {
    private static let source = "f.json"

    /// What is read is written, read again and equal; it keeps its own rules.
    static func charter(_ bytes: Data) -> String? {
        do throws(ExchangeError) {
            let charter = try Charter.decode(bytes, source: source)
            if let problem = charter.problem { return "a charter that should have been refused: \(problem)" }
            return try Charter.decode(charter.text(), source: source) == charter ? nil : "another charter"
        } catch { return problem(error.text(.commandLine), names: true) }
    }

    /// Of the corpus: whoever signs, and for which study.
    private static let charter = ContentDigest("560d4b1cf749ff58676d4334ef436bcd9e87bf0c1078a44eb0bd922304e1a4a4")
    private static let members = [
        "coordinator": "c44dbc791d91aa5f43fe592833042aad1a7b5027e101379498f207ec9dbd91bb",
        "a": "4c13613bffbf51dd9111402cb1a0c69e760b56281136410a6444ab1d9c600112",
    ]

    /// Every line that is an entry is written, read again and of the same digest; what verifies is what the owners of the keys have signed.
    static func log(_ bytes: Data) -> String? {
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let entry = try? LogEntry.decode(Data(line), source: source) else { continue }
            guard let text = try? entry.line(), let again = try? LogEntry.decode(text.dropLast(), source: source) else {
                return "an entry that cannot be written"
            }
            if again != entry || again.digest != entry.digest { return "another entry" }
        }
        guard let charter else { return "no charter" }
        for (name, text) in members {
            guard let key = MemberKey(text) else { return "no key" }
            do throws(LogDamage) {
                let log = try MemberLog(bytes, name: name, key: key, charter: charter)
                guard let text = try? log.text(),
                    let again = try? MemberLog(text, name: name, key: key, charter: charter)
                else { return "a log that cannot be written" }
                if again.entries != log.entries { return "another log" }
            } catch { if let problem = problem(error.text, names: false) { return problem } }
        }
        return nil
    }

    /// An error is one line of bounded length.
    private static func problem(_ text: String, names isNamed: Bool) -> String? {
        let isGood = !text.contains { $0.isNewline } && text.utf8.count < 4_000 && (!isNamed || text.contains(source))
        return isGood ? nil : "an error of several lines, or without its source: \(text)"
    }
}
