import Foundation
import Messages
import Tables
import TestSupport
import Testing

@Suite struct NPYReaderTests {
    private typealias Fixture = TableFixture

    private func reason(_ bytes: Data) -> String? {
        guard case .malformedNPY(_, let reason)? = Fixture.failure(bytes) else { return nil }
        return reason
    }

    @Test(arguments: [1, 2, 3] as [UInt8])
    func readsBothOrders(version: UInt8) throws {
        let cOrder = Fixture.float64([1, 2, 3, 4, 5, .nan])
        let rowMajor = try Fixture.table(
            Fixture.npy("<f8", fortran: false, shape: "(2, 3)", version: version, cOrder))
        #expect(rowMajor.columnNames == ["c0", "c1", "c2"])
        #expect(rowMajor.rowCount == 2)
        #expect(try rowMajor.numbers("c0") == [1, 4])
        #expect(try rowMajor.numbers("c1") == [2, 5])
        #expect(Fixture.same(try rowMajor.numbers("c2"), [3, .nan]))
        #expect(rowMajor.line(ofRow: 1) == 2)
        let columnMajor = try Fixture.table(
            Fixture.npy("<f8", fortran: true, shape: "(3, 2)", version: version, cOrder))
        #expect(try columnMajor.numbers("c0") == [1, 2, 3])
        #expect(Fixture.same(try columnMajor.numbers("c1"), [4, 5, .nan]))
    }

    @Test func readsFloat32() throws {
        let elements = Fixture.float32([0.1, -2, .infinity, 4])
        let rowMajor = try Fixture.table(Fixture.npy("<f4", fortran: false, shape: "(2, 2)", elements))
        #expect(try rowMajor.numbers("c0") == [Double(Float(0.1)), .infinity])
        #expect(try rowMajor.numbers("c1") == [-2, 4])
        let columnMajor = try Fixture.table(Fixture.npy("<f4", fortran: true, shape: "(2, 2)", elements))
        #expect(try columnMajor.numbers("c1") == [.infinity, 4])
    }

    @Test(arguments: ["(3,)", "(3L,)", "(3, 1)", "[3]"])
    func readsOneColumn(shape: String) throws {
        let table = try Fixture.table(Fixture.npy("<f8", fortran: false, shape: shape, Fixture.float64([1, 2, 3])))
        #expect(try table.numbers("c0") == [1, 2, 3])
    }

    @Test func readsOddHeaders() throws {
        let header = "  {\"shape\" :(1,2) ,'extra': [('a', None), -1,], 'fortran_order':False,\t\"descr\":\"<f8\"}  "
        let table = try Fixture.table(Fixture.npy(header, Fixture.float64([7, 8])))
        #expect(try table.numbers("c1") == [8])
    }

    @Test func namesColumns() throws {
        let bytes = Fixture.npy("<f8", fortran: false, shape: "(2, 2)", Fixture.float64([1, 0.5, 2, .nan]))
        let table = try Fixture.table(bytes, TableOptions(columnNames: ["site", "x"], textColumns: ["site"]))
        #expect(table.columns[0].content == .text(["1", "2"]))
        #expect(try table.text("x") == ["0.5", ""])
        let short = TableOptions(columnNames: ["x"])
        #expect(Fixture.failure(bytes, short) == .columnNamesMismatch(source: "t.csv", names: 1, columns: 2))
        let double = TableOptions(columnNames: ["x", "x"])
        #expect(Fixture.failure(bytes, double) == .duplicateColumn(source: "t.csv", name: "x"))
    }

    @Test(arguments: [">f8", "<i8", "|u1", "<c16", "|O", "f8"])
    func refusesOtherTypes(descr: String) throws {
        let text = try #require(reason(Fixture.npy(descr, fortran: false, shape: "(1, 1)", Fixture.float64([1]))))
        #expect(text.contains("'\(descr)'") && text.contains("'<f8' and '<f4'") && text.contains("astype"))
    }

    @Test func refusesStructuredTypes() throws {
        let header = "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }"
        #expect(try #require(reason(Fixture.npy(header, Fixture.float64([1])))).contains("structured"))
    }

    @Test(arguments: [
        "", "{", "[]", "{'descr': '<f8'", "{'descr': '<f8', 'fortran_order': False}",
        "{'descr': '<f8', 'shape': (1,)}", "{'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': ('1',)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x", "{'descr: 1}", "{1: 2}", "{'a' 'b'}",
        "{'a': ((((((((((((((((((1))))))))))))))))))}", "{'descr': '<f8', 'fortran_order': False, 'shape': 1}",
    ])
    func refusesMalformedHeaders(header: String) {
        #expect(reason(Fixture.npy(header, Fixture.float64([1]))) != nil)
    }

    @Test func checksTheSizeOfTheData() throws {
        let data = Fixture.float64([1, 2])
        let short = try #require(reason(Fixture.npy("<f8", fortran: false, shape: "(3, 1)", data)))
        #expect(short.contains("24 bytes") && short.contains("16 are there"))
        #expect(reason(Fixture.npy("<f8", fortran: false, shape: "(1, 1)", data)) != nil)
        let huge = "(4611686018427387904, 4611686018427387904)"
        #expect(reason(Fixture.npy("<f8", fortran: false, shape: huge, data)) != nil)
        #expect(reason(Fixture.npy("<f8", fortran: false, shape: "(4611686018427387904, 1)", data)) != nil)
    }

    @Test func checksTheShape() {
        let one = Fixture.float64([1])
        #expect(reason(Fixture.npy("<f8", fortran: false, shape: "()", one)) != nil)
        #expect(reason(Fixture.npy("<f8", fortran: false, shape: "(1, 1, 1)", one)) != nil)
        #expect(reason(Fixture.npy("<f8", fortran: false, shape: "(1, 0)", Data())) != nil)
        #expect(
            Fixture.failure(Fixture.npy("<f8", fortran: false, shape: "(0, 2)", Data())) == .noRows(path: "t.csv"))
    }

    @Test func refusesCutFilesAndUnknownVersions() throws {
        let whole = Fixture.npy("<f8", fortran: false, shape: "(1, 1)", version: 2, Fixture.float64([1]))
        for count in 6..<whole.count { #expect(reason(whole.prefix(count)) != nil) }
        var future = whole
        future[6] = 9
        #expect(try #require(reason(future)).contains("version 9.0"))
    }

    @Test func readsGzippedArrays() throws {
        let bytes = Fixture.npy("<f8", fortran: true, shape: "(2, 1)", Fixture.float64([5, 6]))
        #expect(try Fixture.table(Fixture.gzip(bytes)).numbers("c0") == [5, 6])
    }

    /// Whatever holds the file: in a gzip stream a longer header costs nothing.
    @Test func refusesHeadersThatNumPyDoesNotWrite() throws {
        let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }"
        let padded = Data((text + String(repeating: " ", count: 1 << 17)).utf8)
        let start = Data([0x93] + "NUMPY".utf8 + [2, 0])
        let length = withUnsafeBytes(of: UInt32(padded.count).littleEndian) { Data($0) }
        let bytes = start + length + padded + TableFixture.float64([1, 2])
        for stored in [bytes, try TableFixture.gzip(bytes)] {
            guard case .malformedNPY(_, let reason)? = TableFixture.failure(stored) else {
                Issue.record("not refused")
                continue
            }
            #expect(reason.contains("longer than any"))
        }
    }
}
