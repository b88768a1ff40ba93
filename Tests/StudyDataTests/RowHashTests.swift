import Numerics
import StudyData
import Tables
import Testing

/// By what a ledger knows rows again.
@Suite struct RowHashTests {
    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// FIPS 180-4, examples of NIST's Cryptographic Standards and Guidelines: SHA256.pdf; the last of the Secure Hash Standard of 2002.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ]) func digestsAreThoseOfTheStandard(text: String, digest: String) {
        #expect(hexadecimal(SHA256.digest(text.utf8)) == digest)
    }

    /// Test cases 1, 2 and 6 of RFC 4231.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ]) func keyedDigestsAreThoseOfTheStandard(key: [UInt8], text: String, digest: String) {
        #expect(hexadecimal(KeyedHash(key: key).digest(text.utf8)) == digest)
    }

    private func hashes(_ columns: [(String, TableColumn.Content)], rows: [Int], key: UInt8 = 1) -> [UInt64] {
        let table = DataTable(source: "t", columns: columns.map { TableColumn(name: $0.0, content: $0.1) })
        var result = RowDigests(parallelism: .serial)
        result.add(rows, of: table)
        return result.keyed(by: [key]).sorted()
    }

    private func difference(_ first: [UInt64], _ second: [UInt64]) -> Int {
        let (own, other) = RowDigests.difference(first, second)
        return own.count + other.count
    }

    /// However a row is read, it is the same row; whatever changes in it, it is another.
    @Test func rowsAreKnownByWhatIsRead() {
        let (a, b) = ([1.0, 2, 3, 4], [0.5, .nan, 0, 7])
        let all = hashes([("a", .numbers(a)), ("b", .numbers(b))], rows: [0, 1, 2, 3])
        #expect(Set(all).count == 4)
        #expect(hashes([("b", .numbers(b)), ("a", .numbers(a))], rows: [3, 1, 0, 2]) == all)
        #expect(hashes([("a", .text(["1", "2", "3.0", "4"])), ("b", .numbers(b))], rows: [0, 1, 2, 3]) == all)
        let labels = TableColumn.Content.text(["w", "x", "y", "z"])
        #expect(hashes([("a", .numbers(a)), ("b", .numbers(b)), ("c", labels)], rows: [0, 1, 2, 3]) == all)
        let unread = TableColumn.Content.notNumeric(line: 2, column: 3, field: "w")
        #expect(hashes([("a", .numbers(a)), ("b", .numbers(b)), ("c", unread)], rows: [0, 1, 2, 3]) == all)
        #expect(difference(hashes([("a", .numbers(a)), ("b", .numbers(b))], rows: [0, 1]), all) == 2)
        var other = b
        other[3] = 8
        #expect(difference(hashes([("a", .numbers(a)), ("b", .numbers(other))], rows: [0, 1, 2, 3]), all) == 2)
        #expect(difference(hashes([("a", .numbers(a)), ("c", .numbers(b))], rows: [0, 1, 2, 3]), all) == 8)
        #expect(difference(hashes([("a", .numbers(a)), ("b", .numbers(b))], rows: [0, 1, 2, 3], key: 2), all) == 8)
    }

    /// Each bit of each number counts, and in which column it is.
    @Test func rowsThatDifferHaveOtherDigests() {
        let (columnCount, others) = (20, 100)
        var columns = [[Double]](repeating: [], count: columnCount)
        for column in 0..<columnCount {
            for bit in 0..<64 {
                for other in 0..<others {
                    for index in 0..<columnCount { columns[index].append(1) }
                    let last = columns[0].count - 1
                    columns[(column + 1) % columnCount][last] = Double(other)
                    columns[column][last] = Double(bitPattern: (1 << 62) ^ (UInt64(1) << UInt64(bit)))
                }
            }
        }
        let table = DataTable(
            source: "t",
            columns: columns.enumerated().map { TableColumn(name: "c\($0.offset)", content: .numbers($0.element)) })
        var digests = RowDigests(parallelism: .serial)
        digests.add(Array(columns[0].indices), of: table)
        #expect(Set(digests.values).count == columns[0].count)
    }

    /// A column that is text in some file says nothing of any row, whichever file comes first.
    @Test func mixedColumnsSayNothing() {
        let first = DataTable(
            source: "a", columns: ["x", "m"].map { TableColumn(name: $0, content: .numbers([1, 2])) })
        let second = DataTable(
            source: "b",
            columns: [
                TableColumn(name: "x", content: .numbers([3])),
                TableColumn(name: "m", content: .notNumeric(line: 2, column: 2, field: "u")),
            ])
        let results = [[first, second], [second, first]].map { tables in
            var digests = RowDigests(parallelism: .serial)
            repeat {
                if !digests.mixedColumns.isEmpty { digests = digests.withoutMixedColumns }
                for table in tables { digests.add(Array(0..<table.rowCount), of: table) }
            } while !digests.mixedColumns.isEmpty
            return digests
        }
        #expect(results.map(\.columns) == [["x"], ["x"]])
        #expect(Set(results[0].values) == Set(results[1].values) && results[0].values.count == 3)
    }

    @Test func repeatedRowsCountAsOftenAsTheyAre() {
        #expect(difference([1, 1, 2, 5], [1, 2, 2, 7]) == 4)
        #expect(difference([], [3, 4]) == 2)
        #expect(difference([3, 4], [3, 4]) == 0)
    }
}
