/// The yardstick alone, with whatever kernel this process got.
struct DgemmWork: Work {
    var name: String

    func perform() throws -> [Measurement] {
        let rate = Dgemm.peak()
        return [
            Measurement(
                what: name, sizes: ["n": 1000, "threads": 1], seconds: 2e9 / rate, repeats: 5,
                figures: ["GFLOP/s dgemm": rate / 1e9], note: "kernel \(Dgemm.kernel)")
        ]
    }
}
