import DistributedMoE
import Testing

/// What a user of the library has: this module and no other.
@Suite struct ImportTests {
    @Test func theLibraryIsImportedAlone() {}
}
