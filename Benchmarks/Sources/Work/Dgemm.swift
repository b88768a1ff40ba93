#if canImport(Accelerate)
    import Accelerate
#else
    import COpenBLAS
#endif

/// The yardstick of the pass: what BLAS reaches on this core, at this moment.
enum Dgemm {
    /// Which library runs, and its kernel.
    static var library: String {
        #if canImport(Accelerate)
            "Accelerate"
        #else
            String(cString: openblas_get_config())
        #endif
    }

    static var kernel: String {
        #if canImport(Accelerate)
            "Accelerate"
        #else
            String(cString: openblas_get_corename())
        #endif
    }

    static func useOneThread() {
        #if !canImport(Accelerate)
            openblas_set_num_threads(1)
        #endif
    }

    /// Floating-point operations a second of one thread: the best of several products of square matrices.
    static func peak(order: Int = 1000, tries: Int = 5) -> Double {
        useOneThread()
        let left = (0..<order * order).map { Double($0 % 97) / 97 }
        let right = (0..<order * order).map { Double($0 % 89) / 89 }
        var result = [Double](repeating: 0, count: order * order)
        let size = Int32(order)
        let times = (0..<tries).map { _ in
            Stopwatch.seconds {
                cblas_dgemm(
                    CblasColMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, left, size, right, size, 0,
                    &result, size)
            }.0
        }
        return 2 * Double(order * order * order) / (times.min() ?? 1)
    }
}
