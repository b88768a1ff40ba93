/// Memory for numbers, zeros at first, that begins at a cache line and is freed with its owner.
package struct AlignedBuffer: ~Copyable {
    package let pointer: UnsafeMutablePointer<Double>

    package init(_ count: Int) {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: max(count, 1) * MemoryLayout<Double>.stride, alignment: 64)
        pointer = memory.initializeMemory(as: Double.self, repeating: 0, count: max(count, 1))
    }

    deinit { pointer.deallocate() }
}

/// Values of a block as [index][lane], zero at first.
package struct BlockValues: ~Copyable {
    private let memory: AlignedBuffer

    package init(_ count: Int) { memory = AlignedBuffer(count * RowBlock.capacity) }

    package var pointer: UnsafeMutablePointer<Double> { memory.pointer }

    package subscript(index: Int) -> UnsafeMutablePointer<Double> { memory.pointer + index * RowBlock.capacity }

    /// Where groups of so many values begin that follow each other.
    package static func starts(_ counts: [Int]) -> [Int] {
        counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    }
}
