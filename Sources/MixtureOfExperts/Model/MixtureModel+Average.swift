extension MixtureModel {
    /// The mean of the parameters of models of one design and size, expert by expert.
    ///
    /// - Parameter weights: one a model; they sum to 1.
    package static func average(_ models: [MixtureModel], weights: [Double]) -> MixtureModel {
        var result = models[0]
        func mean(_ value: (MixtureModel) -> Double) -> Double {
            zip(models, weights).reduce(0) { $0 + $1.1 * value($1.0) }
        }
        for expert in result.regressions {
            for index in result.experts[expert].coefficients.indices {
                result.experts[expert].coefficients[index] = mean { $0.experts[expert].coefficients[index] }
            }
            result.experts[expert].dispersion = mean { $0.experts[expert].dispersion }
        }
        var gate = result.gate.coefficients
        for index in gate.storage.indices { gate.storage[index] = mean { $0.gate.coefficients.storage[index] } }
        result.gate = SoftmaxGate(coefficients: gate)
        return result
    }
}
