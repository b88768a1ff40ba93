import Foundation
import MixtureOfExperts
import Numerics

/// f̂^W(y | x) = Σ_m λ_m(x) Σ_j π̂_mj(x) φ(y | x; θ̂_mj): the weighted average of the local models, with one component
/// for every local expert (paper, section 2).
package struct LocalMixture: Sendable {
    package struct Component: Sendable {
        package var expert: Expert
        var moments: Moments
        /// nil where the moments hold it.
        var information: PackedSymmetric?
        /// Whether a lasso chose its slopes.
        var selectsSlopes = false
        /// What a lasso left of the gradient by the coefficients; nil where that is 0.
        var score: [Double]?
        /// Suppressed classes, by number.
        var suppressedClasses: [Int] = []
        /// The weight of the rows of each of them, rounded.
        var suppressedCounts: [Double] = []
        /// Covariates, by number, that a rule withheld: how they vary is filled in.
        var withheldColumns: Set<Int> = []
        /// Whether its variance is that of the floor: its rows share a response, or lie on one line.
        var isPointMass = false

        /// Whether its own rows say how a covariate varies.
        func knows(_ column: Int) -> Bool {
            moments.scatter[column, column] > 0 && !withheldColumns.contains(column)
        }

        /// ``ExpertFamily/scoreScale(_:)``.
        var scoreScale = 1.0

        /// The information and the gradient at the unit of the dispersion, 1 for most families.
        ///
        /// Coefficients and dispersion are orthogonal: where scores are divided by the dispersion the pooled coefficients do not depend
        /// on it. The sites estimate it each for itself, so that a site of little dispersion must not count for more.
        var unitInformation: PackedSymmetric? { information.map { scoreScale * $0 } }
        var unitScore: [Double]? { score.map { $0.map { scoreScale * $0 } } }
    }

    let design: Design
    let family: any ExpertFamily
    package let sites: [FittedMixture]
    /// Site after site.
    package let components: [Component]
    /// The components of each site.
    let members: [Range<Int>]
    package let sketch: CovariateSketch
    let siteWeights: AggregationOptions.SiteWeights
    /// Of the components' gates, at the positions of z.
    let gateCoefficients: [Double]

    /// - Parameters:
    ///   - sites: in pooled standard units.
    ///   - known: the sketch of these sites, where it is made already.
    package init(
        sites: [FittedMixture], siteWeights: AggregationOptions.SiteWeights, sketch known: CovariateSketch? = nil,
        parallelism: Parallelism = .serial
    ) {
        let design = sites[0].model.design
        self.design = design
        family = sites[0].model.family
        self.sites = sites
        self.siteWeights = siteWeights
        components = sites.flatMap { site in
            site.model.experts.indices.map { expert in
                let excess = site.varianceBeyondResiduals(expert)
                return Component(
                    expert: site.model.experts[expert], moments: site.moments[expert].withResponseVariance(excess),
                    information: site.information.isEmpty ? nil : site.information[expert],
                    selectsSlopes: site.selection?.experts[expert] ?? false,
                    score: site.scores.isEmpty ? nil : site.scores[expert],
                    suppressedClasses: site.suppressedClasses.isEmpty ? [] : site.suppressedClasses[expert],
                    suppressedCounts: site.suppressedCounts.isEmpty ? [] : site.suppressedCounts[expert],
                    withheldColumns: site.withheldColumns.isEmpty ? [] : Set(site.withheldColumns[expert].keys),
                    isPointMass: excess > 0,
                    scoreScale: site.model.family.scoreScale(site.model.experts[expert].dispersion))
            }
        }
        var first = 0
        members = sites.map { site in
            defer { first += site.model.expertCount }
            return first..<first + site.model.expertCount
        }
        let positions = design.gatePositions
        gateCoefficients = sites.flatMap { site in
            (0..<site.model.expertCount).flatMap {
                design.spread(site.model.gate.coefficients.column($0), at: positions)
            }
        }
        sketch =
            known
            ?? CovariateSketch(
                sites: sites.map(\.moments), marginals: sites.map(\.marginals), parallelism: parallelism)
    }

    /// Classes whose intercepts all components together hardly determine, less than the information of a row of even odds, and that none
    /// expects in a row of its own: of a class that is separated there is no information either.
    var unknownClasses: [String] {
        guard case .classes(let names) = family.response else { return [] }
        return (1..<names.count).filter { code in
            let intercept = design.expertLayout.intercept(of: code - 1)
            let counted = components.contains { component in
                zip(component.suppressedClasses, component.suppressedCounts).contains { $0.0 == code && $0.1 > 0 }
            }
            let expected = components.reduce(0) { $0 + $1.moments.weight * probability(of: code, $1) }
            return !counted && expected < 1
                && components.reduce(0) { $0 + ($1.information?[intercept, intercept] ?? 0) } < 0.25
        }.map { names[$0] }
    }

    /// Of a class, at the mean of the covariates of a component.
    private func probability(of code: Int, _ component: Component) -> Double {
        var predictors = [0] + design.predictors(component.expert, at: component.moments.mean)
        Scalar.softmax(&predictors)
        return predictors[code]
    }

    /// Covariates that have one value at all sites: the moments of all components together do not vary.
    var unknownCovariates: [Int] {
        let total = Moments.sum(components.map(\.moments), count: design.covariateCount + 1)
        return design.covariates.indices.filter { $0 != design.offset && total.scatter[$0, $0] == 0 }
    }

    /// Whether a rule withheld a covariate at some site.
    func isWithheld(_ column: Int) -> Bool { components.contains { $0.withheldColumns.contains(column) } }

    /// Withheld covariates that are one constant in all of some components: no slope is to take up what belongs to the intercept.
    func constantWithheldColumns(_ members: [Int]) -> [Int] {
        Set(members.flatMap { components[$0].withheldColumns }).sorted().filter { column in
            members.allSatisfy {
                components[$0].moments.scatter[column, column] == 0
                    && components[$0].moments.mean[column] == components[members[0]].moments.mean[column]
            }
        }
    }

    /// How much more of a covariate's spread there is with what was filled in: slopes of a gate that were filled in have the errors of those that they
    /// are made of.
    func spreadOfAllOverReleased(_ column: Int) -> Double {
        let released = components.filter { $0.knows(column) }.reduce(0) { $0 + $1.moments.scatter[column, column] }
        let all = components.reduce(0) { $0 + $1.moments.scatter[column, column] }
        return released > 0 && isWithheld(column) ? all / released : 1
    }

    /// Of each of some global experts what no site released of its covariates.
    func withheldColumns(count: Int) -> [[Int: WithheldColumn]] {
        let columns = unknownCovariates.filter(isWithheld)
        guard !columns.isEmpty else { return [] }
        let own = Dictionary(uniqueKeysWithValues: columns.map { ($0, WithheldColumn.level) })
        return [[Int: WithheldColumn]](repeating: own, count: count)
    }

    /// What f̂^W says too much of its own rows, per row, for having been fitted to them: half a parameter each (Akaike 1974).
    ///
    /// A fit to draws takes over these errors of the local models, which sums of their statistics cancel.
    var optimism: Double { optimism(beyond: 0) }

    /// Beyond what a model of so many parameters errs by, which shares the errors of its sites.
    func optimism(beyond parameters: Int) -> Double {
        let count = sites.reduce(0) { $0 + $1.model.parameterCount }
        return 0.5 * Double(max(0, count - parameters)) / sites.reduce(0) { $0 + $1.weight }
    }

    /// The statistics of the components of each label.
    func pooledMoments(_ labels: [Int], count: Int, _ parallelism: Parallelism) -> [Moments] {
        parallelism.map(count: count) { expert in
            Moments.sum(
                labels.indices.lazy.filter { labels[$0] == expert }.map { components[$0].moments },
                count: design.covariateCount + 1)
        }
    }

    /// Of each label the classes that all its components suppress; empty where there are none.
    func suppressedClasses(_ labels: [Int], count: Int) -> [[Int]] {
        let suppressed = (0..<count).map { label in
            let own = labels.indices.filter { labels[$0] == label }.map { Set(components[$0].suppressedClasses) }
            return own.dropFirst().reduce(own.first ?? []) { $0.intersection($1) }.sorted()
        }
        return suppressed.allSatisfy(\.isEmpty) ? [] : suppressed
    }

    /// Of the suppressed classes of each label the counts of all its components.
    func suppressedCounts(_ labels: [Int], of classes: [[Int]]) -> [[Double]] {
        classes.enumerated().map { label, codes in
            codes.map { code in
                zip(labels, components).filter { $0.0 == label }.reduce(0) { sum, entry in
                    sum
                        + zip(entry.1.suppressedClasses, entry.1.suppressedCounts).filter { $0.0 == code }.reduce(0) {
                            $0 + $1.1
                        }
                }
            }
        }
    }

    /// The components of a label that stand for rows.
    func components(labelled label: Int, in labels: [Int]) -> [Int] {
        labels.indices.filter { labels[$0] == label && components[$0].moments.weight > 0 }
    }

    /// Labels most of whose rows are of point masses.
    func pointMasses(_ labels: [Int], count: Int) -> [Int] {
        (0..<count).filter { label in
            let own = components(labelled: label, in: labels)
            let weights = own.map { (components[$0].isPointMass ? 1 : -1) * components[$0].moments.weight }
            return weights.reduce(0, +) > 0
        }
    }

    /// A component as greedy merging takes it.
    func group(_ component: Int) -> GreedyMerging.Group {
        let own = components[component]
        return GreedyMerging.Group(
            members: [component], expert: own.expert, moments: own.moments, information: own.information)
    }

    /// The information of the components of each label at the dispersion of its expert; none where the moments hold it.
    func pooledInformation(_ labels: [Int], _ experts: [Expert]) -> [PackedSymmetric] {
        guard let size = components.first?.information?.size else { return [] }
        var result = [PackedSymmetric](repeating: PackedSymmetric(size: size), count: experts.count)
        for (component, label) in zip(components, labels) {
            if let information = component.unitInformation { result[label] += information }
        }
        return zip(result, experts).map { (1 / family.scoreScale($1.dispersion)) * $0 }
    }

    /// λ_m(x) π̂_mj(x) of every component; points x components, rows sum to 1.
    package func masses(_ points: Matrix) -> Matrix {
        blockMasses(points, weights: [Double](repeating: 1, count: points.rowCount), .serial).matrix
    }

    /// The same times the weights of the points, by blocks.
    func blockMasses(_ points: Matrix, weights: [Double], _ parallelism: Parallelism) -> BlockMasses {
        let rows = ShardRows(
            covariates: points, responses: [Double](repeating: 0, count: points.rowCount), weights: weights)
        let parts = MixturePass.parts(of: points.rowCount)
        let blocks = parallelism.map(count: parts.count) { MixturePass(self, rows, parts[$0]).masses() }
        return BlockMasses(
            pointCount: points.rowCount, componentCount: components.count, blocks: blocks.flatMap { $0 })
    }
}

extension FittedMixture {
    /// Above this share of its dispersion, what the residuals of an expert leave of it is due to the floor of the variance.
    private static let floorShare = 0.5

    /// Of an expert at the floor of the variance; 0 for others.
    ///
    /// Rows that share a response leave no residual. A common expert of such groups would get the smallest variance there is, from
    /// which those that it stands for are farther, in expected divergence, than from an expert of any width.
    fileprivate func varianceBeyondResiduals(_ index: Int) -> Double {
        let expert = model.experts[index]
        guard expert.fixed == nil, model.family is any ClosedFormFamily, moments[index].weight > 0 else { return 0 }
        let residual = moments[index].meanSquaredResidual(of: expert.coefficients, on: model.design.expertCovariates)
        let excess = expert.dispersion - residual
        return excess > Self.floorShare * expert.dispersion ? excess : 0
    }
}

extension Moments {
    fileprivate func withResponseVariance(_ variance: Double) -> Moments {
        guard variance > 0 else { return self }
        var spread = scatter
        spread[count - 1, count - 1] += weight * variance
        return Moments(weight: weight, squaredWeight: squaredWeight, mean: mean, scatter: spread)
    }
}
