import Exchange
import Foundation
import Testing

/// Any byte of what is signed, changed, taken out or cut off behind: nothing of it counts.
@Suite struct ExchangeByteTests {
    private let study: Study3

    init() throws {
        study = try Study3("--rounds", "1", "--deadline", "ü")
        try study.fit(all: Study3.names)
        #expect(try study.coordinator("aggregate").exitCode == 0)
        try study.round(all: ["b"])
    }

    /// Another byte of the same kind, so that a number stays one and a text too, and one that is none.
    private static func others(than byte: UInt8) -> [UInt8] {
        let digit = UInt8(ascii: "0")...UInt8(ascii: "9")
        let near = digit ~= byte ? digit.lowerBound + (byte - digit.lowerBound + 1) % 10 : byte ^ 1
        return [near, UInt8(ascii: "\n"), UInt8(ascii: " ")].filter { $0 != byte }
    }

    @Test(arguments: ["coordinator", "b"]) func noByteOfALogIsFree(_ name: String) throws {
        let state = try ExchangeState.read(ExchangeFolder(path: study.work.url("shared").path))
        let key = try #require(MemberKey(study.publicKey(name)))
        let folder = name == "coordinator" ? "coordinator" : "participants/b"
        let data = try study.work.data("shared/\(folder)/log.jsonl")
        func isRead(_ data: Data) -> Bool {
            (try? MemberLog(data, name: name, key: key, charter: state.fingerprint)) != nil
        }
        #expect(isRead(data) && data.count > 1_000)
        for index in data.indices {
            for byte in Self.others(than: data[index]) {
                var changed = data
                changed[index] = byte
                #expect(!isRead(changed), "byte \(index) as \(byte)")
            }
            var shorter = data
            shorter.remove(at: index)
            #expect(!isRead(shorter), "without byte \(index)")
            // Whole lines are a log that was shorter: what others have seen of it says so.
            if index > 0, data[index - 1] != UInt8(ascii: "\n") {
                #expect(!isRead(data.prefix(index)), "\(index) bytes")
            }
        }
    }

    @Test func noByteOfTheCharterIsFree() throws {
        let folder = ExchangeFolder(path: study.work.url("shared").path)
        let data = try study.work.data("shared/exchange.json")
        for index in data.indices {
            var changed = data
            changed[index] = Self.others(than: data[index])[0]
            try study.work.write(changed, to: "shared/exchange.json")
            #expect(throws: ExchangeError.self, "byte \(index)") { try ExchangeState.read(folder).check() }
        }
        try study.work.write(data, to: "shared/exchange.json")
        try ExchangeState.read(folder).check()
    }
}
