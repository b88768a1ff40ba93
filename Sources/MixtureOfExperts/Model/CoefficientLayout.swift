/// Where coefficients stand: linear predictor after predictor, in each the intercept first, then the slopes.
///
/// The same for the predictors of an expert and for the gates.
package struct CoefficientLayout: Sendable, Equatable {
    /// Coefficients of a predictor.
    package let regressors: Int

    package init(regressors: Int) { self.regressors = regressors }

    package func isIntercept(_ coefficient: Int) -> Bool { coefficient.isMultiple(of: regressors) }

    package func predictor(_ coefficient: Int) -> Int { coefficient / regressors }

    /// 0 for an intercept.
    package func regressor(_ coefficient: Int) -> Int { coefficient % regressors }

    /// Index among the covariates of a predictor; nil for an intercept.
    package func covariate(_ coefficient: Int) -> Int? {
        isIntercept(coefficient) ? nil : regressor(coefficient) - 1
    }

    package func intercept(of predictor: Int) -> Int { predictor * regressors }

    package func slope(_ covariate: Int, of predictor: Int) -> Int { intercept(of: predictor) + 1 + covariate }

    package func coefficients(of predictor: Int) -> Range<Int> {
        intercept(of: predictor)..<intercept(of: predictor + 1)
    }

    /// How many predictors some coefficients make up; what follows them, such as a log dispersion, is none.
    package func predictorCount(_ coefficients: Int) -> Int { coefficients / regressors }

    /// The intercepts of as many coefficients.
    package func intercepts(_ coefficients: Int) -> [Int] {
        Array(stride(from: 0, to: coefficients, by: regressors))
    }
}

extension Design {
    /// Of an expert.
    package var expertLayout: CoefficientLayout { CoefficientLayout(regressors: expertCovariates.count + 1) }

    package var gateLayout: CoefficientLayout { CoefficientLayout(regressors: gateCovariates.count + 1) }
}
