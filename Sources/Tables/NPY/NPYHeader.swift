/// The header of a NumPy `.npy` array: element type, memory order, shape, and where the elements begin.
package struct NPYHeader: Equatable {
    static let magic: [UInt8] = [0x93] + "NUMPY".utf8

    package enum Element: String {
        case float64 = "<f8"
        case float32 = "<f4"

        package var size: Int { self == .float64 ? 8 : 4 }

        /// Numbers from the byte `start` on, `stride` elements apart, which need not be aligned.
        func numbers(_ bytes: UnsafeRawBufferPointer, at start: Int, stride: Int, count: Int) -> [Double] {
            (0..<count).map { index in
                let offset = start + index * stride * size
                return switch self {
                case .float64:
                    Double(
                        bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
                case .float32:
                    Double(
                        Float(
                            bitPattern: UInt32(
                                littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))))
                }
            }
        }
    }

    /// NumPy itself reads no more than 10,000 bytes of it without being asked to.
    private static let longestText = 1 << 16
    /// Bytes in which a header ends that is not refused for its length.
    static let longestStart = longestText + 12

    /// Why an array is refused.
    struct Failure: Error, Equatable {
        var reason: String
    }

    var element: Element
    var isFortranOrder: Bool
    var shape: [Int]
    var dataOffset: Int

    /// Reads the header of a file that begins with ``magic``.
    init(_ raw: UnsafeRawBufferPointer) throws(Failure) {
        guard raw.count >= 10 else { throw Failure(reason: "the file ends within its header") }
        guard 1...3 ~= raw[6] else {
            throw Failure(reason: "format version \(raw[6]).\(raw[7]) is not known; save it with version 1.0 to 3.0")
        }
        let textOffset = raw[6] == 1 ? 10 : 12
        guard raw.count >= textOffset else { throw Failure(reason: "the file ends within its header") }
        let length = raw[8..<textOffset].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.longestText else {
            throw Failure(
                reason: "its header of \(length) bytes is longer than any that NumPy writes; save it again with np.save"
            )
        }
        guard raw.count - textOffset >= length else { throw Failure(reason: "the file ends within its header") }
        dataOffset = textOffset + length
        let fields = try NPYLiteral.dictionary(String(decoding: raw[textOffset..<dataOffset], as: UTF8.self))
        element = try Self.element(fields["descr"])
        guard case .word(let order)? = fields["fortran_order"], order == "True" || order == "False" else {
            throw Failure(reason: "its header does not say True or False for fortran_order")
        }
        isFortranOrder = order == "True"
        shape = try Self.shape(fields["shape"])
    }

    private static func element(_ value: NPYLiteral?) throws(Failure) -> Element {
        let advice = "only '<f8' and '<f4' are read; convert the array with a.astype('<f8') before np.save"
        switch value {
        case .string(let name)?:
            guard let element = Element(rawValue: name) else {
                throw Failure(reason: "its dtype is '\(name.prefix(40))', but \(advice)")
            }
            return element
        case .sequence?: throw Failure(reason: "its dtype is structured, but \(advice)")
        default: throw Failure(reason: "its header names no dtype; \(advice)")
        }
    }

    private static func shape(_ value: NPYLiteral?) throws(Failure) -> [Int] {
        guard case .sequence(let items)? = value else { throw Failure(reason: "its header gives no shape") }
        var shape: [Int] = []
        for item in items {
            // Python 2 wrote long integers with an L behind them.
            guard case .word(let word) = item, let size = Int(word.hasSuffix("L") ? String(word.dropLast()) : word),
                size >= 0
            else { throw Failure(reason: "its header gives a shape that is not a tuple of sizes") }
            shape.append(size)
        }
        return shape
    }
}
