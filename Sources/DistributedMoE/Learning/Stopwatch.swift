/// Wall time of a piece of work.
enum Stopwatch {
    static func measure<Value>(_ body: () -> Value) -> (value: Value, seconds: Double) {
        let clock = ContinuousClock()
        let start = clock.now
        let value = body()
        return (value, (clock.now - start).seconds)
    }
}
