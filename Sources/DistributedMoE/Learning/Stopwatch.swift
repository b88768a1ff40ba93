/// Wall time of a piece of work.
enum Stopwatch {
    static func measure<Value, Failure>(
        _ body: () throws(Failure) -> Value
    ) throws(Failure) -> (value: Value, seconds: Double) {
        let clock = ContinuousClock()
        let start = clock.now
        let value = try body()
        return (value, (clock.now - start).seconds)
    }
}
