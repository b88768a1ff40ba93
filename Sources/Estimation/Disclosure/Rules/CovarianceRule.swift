import MixtureOfExperts
import Numerics

/// Withholds the covariances of experts with too few degrees of freedom: see ``DisclosureRules/covarianceRows(columns:)``.
///
/// What remains of such an expert are means, deviations and slopes. Products and information are made from these as if the covariates
/// were uncorrelated, for the form of the file; a coordinator takes correlations from the experts that release them.
extension FittedMixture {
    /// Experts with fewer effective rows than their covariance needs.
    var expertsBelowCovarianceRows: Set<Int> {
        Set(
            moments.indices.filter { expert in
                let columns = (0..<moments[expert].count).count { moments[expert].scatter[$0, $0] > 0 }
                return moments[expert].effectiveRows < DisclosureRules.covarianceRows(columns: columns) * (1 - 1e-9)
            })
    }

    /// - Parameter experts: in the units of the file.
    package mutating func withholdCovariances(of experts: Set<Int>) {
        guard !experts.isEmpty else { return }
        withheldCovariances = experts
        for expert in experts {
            moments[expert] = momentsWithoutCorrelations(expert)
            guard !information.isEmpty else { continue }
            information[expert] = blockInformation(
                expert, gram: moments[expert].gram(of: model.design.expertCovariates))
        }
        errors?.withholdCorrelations(of: experts)
    }

    /// The products of covariates and response are those that the slopes give; of an expert without slopes they are its own, a number for
    /// each column.
    private func momentsWithoutCorrelations(_ expert: Int) -> Moments {
        let own = moments[expert]
        let response = own.count - 1
        let regressors = model.design.expertCovariates
        let slopes = model.experts[expert].coefficients.dropFirst()
        let isRegression = model.family is GaussianFamily && slopes.contains { $0 != 0 }
        var scatter = PackedSymmetric(size: own.count)
        for column in 0..<response { scatter[column, column] = own.scatter[column, column] }
        var explained = 0.0
        for (slope, column) in zip(slopes, regressors) where scatter[column, column] > 0 {
            let product = isRegression ? slope * scatter[column, column] : own.scatter[response, column]
            scatter[response, column] = product
            explained += product / scatter[column, column] * product
        }
        let residual = isRegression ? own.weight * model.experts[expert].dispersion : 0
        // Correlations of few rows with many columns may be more than uncorrelated columns can have.
        scatter[response, response] =
            isRegression
            ? explained + residual : max(own.scatter[response, response], explained * (1 + 1e-9))
        return Moments(
            weight: own.weight, squaredWeight: own.squaredWeight, mean: own.mean, scatter: scatter)
    }
}

extension ParameterUncertainty {
    /// The correlations of the coefficients are those of the columns; those of the gate are over all experts.
    fileprivate mutating func withholdCorrelations(of withheld: Set<Int>) {
        for expert in withheld { experts[expert] = experts[expert].withoutCorrelations }
        gate = gate.withoutCorrelations
    }
}
