import Estimation
import MixtureOfExperts
import Numerics

/// The covariance of a gate that was fitted to targets by label.
///
/// The gate α solves Σ_s w_s (t(x_s) - π(x_s; α)) ⊗ x_s = 0 with t_a(x) = Σ_m λ_m(x) Σ_{j: label a} π̂_mj(x). By the implicit function theorem
/// δα = H⁻¹ Σ_m A_m δα_m with H = Σ_s w_s (diag π - π π') ⊗ x_s x_s' and A_m = Σ_s w_s ∂t/∂α_m ⊗ x_s x_s', hence
/// Cov(α) = H⁻¹ (Σ_m A_m C_m A_m') H⁻¹. Site weights λ_m(x) and the support are taken as fixed: where the sites see different regions
/// and a border between experts is a border between sites, the λ_m(x) decide where it lies, and this is too small.
struct GateErrors {
    let mixture: LocalMixture
    let problem: TransportProblem
    /// In the units of the mixture.
    let model: MixtureModel
    let labels: [Int]
    let parallelism: Parallelism

    /// From 200 sites on each takes every second block of points, from 400 on every fourth.
    private static let sitesPerStep = 100
    private static let largestStep = 4

    /// - Parameter errors: of the gate of each site, intercepts where covariates are 0; nil where the correlations are not known.
    func covariance(_ errors: [Matrix]) -> ParameterCovariance {
        let size = layout.intercept(of: model.expertCount - 1)
        guard size > 0 else { return ParameterCovariance(standardErrors: [], correlations: []) }
        let none = Matrix(rowCount: size, columnCount: size)
        let middle = parallelism.reduce(count: mixture.sites.count, into: none) { site in
            guard errors[site].rowCount > 0 else { return none }
            let slope = slope(site)
            return slope * errors[site] * slope.transposed()
        } merge: {
            $0 += $1
        }
        guard let inverse = GeneralisedInverse(information()) else {
            return ParameterCovariance(none, undetermined: Array(0..<size))
        }
        return ParameterCovariance(inverse.inverse * middle * inverse.inverse, undetermined: inverse.undetermined)
    }

    private var layout: CoefficientLayout { mixture.design.gateLayout }

    /// A_m: with mass_b = w_s λ_m π̂_mb of component b and T_a the share of label a in the site, Σ_s mass_b (1{b has label a} - T_a) x_s x_s'.
    private func slope(_ site: Int) -> Matrix {
        let lanes = RowBlock.capacity
        let members = mixture.members[site]
        // Labels of the reference, or of no component here, have no row.
        let present = Set(labels[members]).filter { $0 < model.expertCount - 1 }.sorted()
        let free = members.dropLast()
        let blocks = blocks(of: site)
        let sums = products(factors: present.count * free.count, blocks) { index, factors in
            problem.blockMasses.blocks[index].withUnsafeBufferPointer { masses in
                for lane in 0..<lanes {
                    var total = 0.0
                    for member in members { total += masses[member * lanes + lane] }
                    for (row, label) in present.enumerated() {
                        var share = 0.0
                        for member in members where labels[member] == label { share += masses[member * lanes + lane] }
                        share = total > 0 ? share / total : 0
                        for (column, member) in free.enumerated() {
                            let own = labels[member] == label ? 1.0 : 0
                            factors[(row * free.count + column) * lanes + lane] =
                                masses[member * lanes + lane] * (own - share)
                        }
                    }
                }
            }
        }
        let scale = mass(of: members, in: Array(problem.blockMasses.blocks.indices)) / mass(of: members, in: blocks)
        let positions = mixture.design.gatePositions
        var result = Matrix(
            rowCount: layout.intercept(of: model.expertCount - 1), columnCount: layout.intercept(of: free.count))
        for (row, label) in present.enumerated() {
            for column in 0..<free.count {
                let block = (scale * sums[row * free.count + column]).submatrix(rows: positions, columns: positions)
                result.insert(block, at: layout.intercept(of: label), layout.intercept(of: column))
            }
        }
        return result
    }

    /// H.
    private func information() -> Matrix {
        SoftmaxRegression(
            rows: problem.rows, design: model.design,
            targets: problem.masses(byLabel: labels, count: model.expertCount), ridgePerRow: 0
        ).information(of: model.gate)
    }

    /// The blocks of points that serve for a site, in turns: of many sites each needs but a part, since what it errs by averages out.
    private func blocks(of site: Int) -> [Int] {
        let all = Array(problem.blockMasses.blocks.indices)
        let step = max(1, min(Self.largestStep, mixture.sites.count / Self.sitesPerStep))
        let chosen = all.filter { ($0 + site).isMultiple(of: step) }
        let members = mixture.members[site]
        return mass(of: members, in: chosen) * Double(2 * step) > mass(of: members, in: all) ? chosen : all
    }

    private func mass(of members: Range<Int>, in blocks: [Int]) -> Double {
        let lanes = RowBlock.capacity
        return blocks.reduce(0) { sum, index in
            let masses = problem.blockMasses.blocks[index]
            return (members.lowerBound * lanes..<members.upperBound * lanes).reduce(sum) { $0 + masses[$1] }
        }
    }

    /// Σ_s factor(s) z z' for some factors at once, over some blocks of points.
    private func products(
        factors count: Int, _ blocks: [Int], _ fill: (_ index: Int, _ factors: UnsafeMutablePointer<Double>) -> Void
    ) -> [PackedSymmetric] {
        let size = mixture.design.momentCount
        let block = RowBlock(momentCount: size)
        let sums = BlockSums(.quadratic, factorCount: count, momentCount: size)
        let factors = BlockValues(count)
        for index in blocks {
            let start = index * RowBlock.capacity
            problem.rows.forEachBlock(in: start..<min(start + RowBlock.capacity, problem.pointCount), block) { _, _ in
                fill(index, factors.pointer)
                sums.add(block, factors: factors.pointer, responseFactors: 0)
            }
        }
        return sums.matrices(responseFactors: 0)
    }
}
