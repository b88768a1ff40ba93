/// An object that a caller of another language holds.
struct Handle<Object: AnyObject> {
    private let reference: Unmanaged<Object>

    init(_ pointer: UnsafeRawPointer) { reference = .fromOpaque(pointer) }

    var value: Object { reference.takeUnretainedValue() }

    func release() { reference.release() }

    static func retaining(_ object: Object) -> UnsafeMutableRawPointer { Unmanaged.passRetained(object).toOpaque() }
}
