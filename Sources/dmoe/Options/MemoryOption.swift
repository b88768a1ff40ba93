import ArgumentParser
import Messages

/// Where the rows of a site are kept.
struct MemoryOption: ParsableArguments {
    @Flag(
        help: """
            Read the rows anew in every pass instead of keeping them in memory, with the same result: plain .npy files where \
            they lie, plain CSV files rewritten once to a temporary file (TMPDIR); a column with text must show it within \
            the first 8 MB. Chosen by itself where plain files would fill more than half of the free memory.
            """)
    var outOfCore = false
}
