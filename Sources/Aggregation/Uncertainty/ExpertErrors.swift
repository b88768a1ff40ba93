import MixtureOfExperts
import Numerics

/// Covariances of experts that were made from the local statistics.
///
/// β_k = (Σ A_l)⁻¹ Σ A_l β_l over the components of a label, A_l their Gram or information times their robust weight; sites are
/// independent, so that Cov(β_k) = (Σ A_l)⁻¹ (Σ A_l V_l A_l') (Σ A_l)⁻¹ (divide and conquer by estimating equations: Lin & Xi 2011,
/// Statistics and Its Interface 4, section 2). V_l comes from the observed information of the local fit: what a posterior leaves open is
/// in it. Two components of one site under one label are taken as independent.
///
/// The log dispersion by the delta method from σ²_k = Σ n_l (σ²_l + spread) / Σ n_l, n_l the rows times what one says of it, whose spread has no derivative where the components
/// agree.
struct ExpertErrors {
    let mixture: LocalMixture
    /// In the units of the mixture.
    let model: MixtureModel
    let labels: [Int]
    /// What each component counts for.
    let weights: [Double]
    let parallelism: Parallelism

    /// - Parameter errors: of each component, intercepts where covariates are 0.
    func covariances(_ errors: [ParameterCovariance]) -> [ParameterCovariance] {
        parallelism.map(count: model.expertCount) { expert in
            let members = mixture.components(labelled: expert, in: labels).filter { weights[$0] > 0 }
            return covariance(expert, members, errors)
        }
    }

    private func covariance(_ expert: Int, _ members: [Int], _ errors: [ParameterCovariance]) -> ParameterCovariance {
        let coefficients = model.experts[expert].coefficients.count
        let count = coefficients + (model.family.hasDispersion ? 1 : 0)
        var total = Matrix(rowCount: count, columnCount: count)
        var middle = total
        for member in members {
            let (slope, variance) = contribution(member, of: expert, errors[member], count: count)
            total += slope
            middle += variance
        }
        if model.family.hasDispersion {
            // Of σ²_k as it stands in the model, the spread of the components included.
            let rows = members.reduce(0) { $0 + dispersionWeight($1, of: expert) }
            total[coefficients, coefficients] = rows * model.experts[expert].dispersion
        }
        guard !members.isEmpty, let inverse = GeneralisedInverse(total) else {
            return ParameterCovariance(
                Matrix(rowCount: count, columnCount: count), undetermined: Array(0..<count))
        }
        return ParameterCovariance(inverse.inverse * middle * inverse.inverse, undetermined: inverse.undetermined)
    }

    /// B_l and B_l V_l B_l', B_l the derivative of Σ A_l β_l, and of Σ n_l σ²_l, by the parameters of a component.
    private func contribution(
        _ member: Int, of expert: Int, _ errors: ParameterCovariance, count: Int
    ) -> (slope: Matrix, variance: Matrix) {
        let component = mixture.components[member]
        let coefficients = component.expert.coefficients.count
        let own = released(component)
        var slope = Matrix(rowCount: count, columnCount: count)
        for column in 0..<coefficients {
            for row in 0..<coefficients { slope[row, column] = weights[member] * own[row, column] }
        }
        if count > coefficients {
            slope[coefficients, coefficients] = dispersionWeight(member, of: expert) * component.expert.dispersion
        }
        var variance = slope * (errors.matrix ?? Matrix(rowCount: count, columnCount: count)) * slope
        guard isHeld(errors, own) else { return (slope, variance) }
        // An intercept-only expert: its slopes are held, but the sums of its rows are not. Theirs is the complete-data variance.
        let scale = component.scoreScale
        for column in 0..<coefficients {
            for row in 0..<coefficients {
                variance[row, column] = weights[member] * weights[member] * scale * own[row, column]
            }
        }
        return (slope, variance)
    }

    /// The sums of a component without what was filled in of withheld columns, which says nothing of their slopes.
    private func released(_ component: LocalMixture.Component) -> Matrix {
        var result = component.unitInformation?.matrix() ?? component.moments.gram(of: mixture.design.expertCovariates)
        let layout = mixture.design.expertLayout
        for column in component.withheldColumns {
            guard let position = mixture.design.expertCovariates.firstIndex(of: column) else { continue }
            let value = component.moments.mean[column]
            for predictor in 0..<mixture.family.predictorCount {
                let (intercept, slope) = (layout.intercept(of: predictor), layout.slope(position, of: predictor))
                for index in 0..<result.rowCount { result[slope, index] = value * result[intercept, index] }
                for index in 0..<result.rowCount { result[index, slope] = value * result[index, intercept] }
            }
        }
        return result
    }

    /// What a component counts for in the dispersion of its label.
    private func dispersionWeight(_ member: Int, of expert: Int) -> Double {
        let moments = mixture.components[member].moments
        return weights[member] * moments.weight
            * mixture.family.dispersionWeight(
                mean: moments.mean[moments.count - 1], dispersion: model.experts[expert].dispersion)
    }

    /// Whether a coefficient is held that the sums determine.
    private func isHeld(_ errors: ParameterCovariance, _ sums: Matrix) -> Bool {
        let layout = mixture.design.expertLayout
        return (0..<sums.rowCount).contains { index in
            let intercept = layout.intercept(of: layout.predictor(index))
            // Without an intercept that moves it is a suppressed class.
            guard index != intercept, errors.standardErrors[index] == 0, errors.standardErrors[intercept] > 0,
                sums[intercept, intercept] > 0
            else { return false }
            let spread =
                sums[index, index] - sums[index, intercept] * sums[index, intercept] / sums[intercept, intercept]
            return spread > 1e-9 * sums[intercept, intercept]
        }
    }
}
