/// Calls `body` with room for `count` numbers of no particular value, on the boundary of a cache line.
func withWorkingMemory<Result>(_ count: Int, _ body: (UnsafeMutablePointer<Double>) -> Result) -> Result {
    let size = max(count, 1)
    return withUnsafeTemporaryAllocation(byteCount: size * MemoryLayout<Double>.stride, alignment: 64) { bytes in
        let numbers = bytes.bindMemory(to: Double.self)
        return body(numbers.baseAddress.unsafelyUnwrapped)
    }
}
