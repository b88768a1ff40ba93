import Foundation
import Messages
import Testing

/// Numbers in the warnings of a file are anybody's.
@Suite struct ExpertPositionsTests {
    @Test(arguments: ["[0]", "[-1]", "[1, -9223372036854775808]"]) func numbersBelowOneAreRefused(text: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(ExpertPositions.self, from: Data(text.utf8)) }
    }

    @Test func numbersCountFromOne() throws {
        let read = try JSONDecoder().decode(ExpertPositions.self, from: Data("[1, 9223372036854775807]".utf8))
        #expect(read.positions == [0, Int.max - 1])
        #expect(read.description == "1, 9223372036854775807")
    }

    @Test func everyIntegerHasAText() {
        #expect(Format.count(.min) == "-9,223,372,036,854,775,808")
        #expect(Format.count(.max) == "9,223,372,036,854,775,807")
    }
}
