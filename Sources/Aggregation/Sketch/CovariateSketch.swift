import MixtureOfExperts
import Numerics
import Synchronization

/// The covariates of all sites as a mixture with a component for each local expert: its share, mean and covariance under the expert's
/// posterior, with the marginals that sites release beside them.
///
/// The support is drawn from it, and it shows which site is at home at x.
package struct CovariateSketch: Sendable {
    let densities: SiteDensities
    private let moments: [Moments]
    private let marginals: ComponentMarginals
    private let copulas = Copulas()

    /// Of the normal points that are the same for all components, half of them mirrored.
    private static let pointCount = 256

    /// Standard normal points, the same for all components; points x covariates.
    package let normals: Matrix
    /// More of them, at which the levels of categories are fitted.
    private let manyNormals: Matrix

    private static let manyPoints = 1024

    /// - Parameters:
    ///   - sites: moments of (x, y), in pooled standard units, by site and expert.
    ///   - marginals: likewise; none where they are not known, and covariates are taken for normal.
    package init(
        sites: [[Moments]], marginals: [[[Marginal?]]] = [], parallelism: Parallelism = .serial
    ) {
        moments = sites.flatMap { $0 }
        self.marginals = ComponentMarginals(sites, marginals.isEmpty ? sites.map { _ in [] } : marginals)
        densities = SiteDensities(sites, parallelism)
        let covariates = max(0, (moments.first?.count ?? 1) - 1)
        normals = Self.mirroredNormals(Self.pointCount, covariates)
        manyNormals = self.marginals.groups.isEmpty ? normals : Self.mirroredNormals(Self.manyPoints, covariates)
    }

    private static func mirroredNormals(_ count: Int, _ covariates: Int) -> Matrix {
        var random = RandomNumbers(seed: 0x5C0E)
        var result = Matrix(rowCount: count, columnCount: covariates)
        for column in 0..<covariates {
            for row in 0..<count / 2 {
                let value = random.normal()
                result[2 * row, column] = value
                result[2 * row + 1, column] = -value
            }
        }
        return result
    }

    /// Those made so far.
    private final class Copulas: Sendable {
        private let known = Mutex([Int: GaussianCopula]())

        func callAsFunction(_ component: Int, _ make: () -> GaussianCopula) -> GaussianCopula {
            if let copula = known.withLock({ $0[component] }) { return copula }
            let copula = make()
            known.withLock { $0[component] = copula }
            return copula
        }
    }

    private func copula(_ component: Int) -> GaussianCopula {
        copulas(component) {
            GaussianCopula(
                moments[component], marginals.quantiles(component), groups: marginals.groups, normals: manyNormals)
        }
    }

    /// Covariates of a component, with its moments and marginals, at independent standard normal points; points x covariates.
    package func points(of component: Int, at normals: Matrix) -> Matrix { copula(component).points(normals) }

    /// `count` points; each component gets its share up to rounding, which leaves only the spread within components to
    /// chance.
    package func sample(
        _ count: Int, using random: inout RandomNumbers, parallelism: Parallelism = .serial
    ) -> Matrix {
        draw(count, using: &random, parallelism: parallelism).points
    }

    /// The same with the component that each point is of, ascending.
    func draw(
        _ count: Int, using random: inout RandomNumbers, parallelism: Parallelism
    ) -> (points: Matrix, components: [Int]) {
        let dimension = normals.columnCount
        let drawn = random.systematicSample(count, weights: moments.map(\.weight))
        var result = Matrix(rowCount: count, columnCount: dimension)
        for row in 0..<count {
            for column in 0..<dimension { result[row, column] = random.normal() }
        }
        // Ascending: each component once. Most are not drawn where there are many.
        let starts = drawn.indices.filter { $0 == 0 || drawn[$0] != drawn[$0 - 1] } + [count]
        let scores = result
        let parts = parallelism.map(count: starts.count - 1) { part in
            points(of: drawn[starts[part]], at: scores.rows(Array(starts[part]..<starts[part + 1])))
        }
        for (start, part) in zip(starts, parts) { result.insert(part, at: start, 0) }
        return (result, drawn)
    }
}
