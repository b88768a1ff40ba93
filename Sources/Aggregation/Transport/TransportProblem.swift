import MixtureOfExperts
import Numerics

/// The transportation problem between the components of f̂^W and the experts of the reduction, on a support.
///
/// minimise Σ_s w_s Σ_l Σ_k P_lk(x_s) KL(φ_l(· | x_s) ‖ φ_k(· | x_s)) / Σ_s w_s over the plan P and the experts k,
/// subject to Σ_k P_lk(x_s) = mass_l(x_s) (paper, section 3). The reduction's gate is free, so every component sends
/// all of its mass to the nearest expert.
package struct TransportProblem: Sendable {
    let design: Design
    let family: any ExpertFamily
    /// Points x covariates.
    package var points: Matrix { rows.covariates }
    /// The points, each of weight 1; the responses are not read.
    let rows: ShardRows
    package let components: [Expert]
    /// Mass of component l at point s, the weight of the point included.
    ///
    /// Sums to 1.
    let blockMasses: BlockMasses
    let parallelism: Parallelism
    /// Of the components, at the positions of z.
    ///
    /// Predictors on the support are formed anew where they are needed: that is cheaper than to read points x components
    /// of them from memory.
    private let coefficients: [Double]
    private let hasFixedExperts: Bool

    package init(_ mixture: LocalMixture, support: SupportSample, parallelism: Parallelism = .serial) {
        let total = support.weights.reduce(0, +)
        self.init(
            design: mixture.design, family: mixture.family, points: support.points,
            masses: mixture.blockMasses(support.points, weights: support.weights.map { $0 / total }, parallelism),
            components: mixture.components.map(\.expert), parallelism: parallelism)
    }

    /// - Parameter masses: points x components.
    package init(
        design: Design, family: any ExpertFamily, points: Matrix, masses: Matrix, components: [Expert],
        parallelism: Parallelism = .serial
    ) {
        self.init(
            design: design, family: family, points: points, masses: BlockMasses(masses), components: components,
            parallelism: parallelism)
    }

    init(
        design: Design, family: any ExpertFamily, points: Matrix, masses: BlockMasses, components: [Expert],
        parallelism: Parallelism
    ) {
        self.design = design
        self.family = family
        rows = ShardRows(covariates: points, responses: [Double](repeating: 0, count: points.rowCount))
        blockMasses = masses
        self.components = components
        self.parallelism = parallelism
        coefficients = components.flatMap { design.spread($0) }
        hasFixedExperts = components.contains { $0.fixed != nil }
    }

    var pointCount: Int { rows.rowCount }
    var componentCount: Int { components.count }

    /// What a search may cost, in divergences: of thousands of sites some 200 iterations, of a file that claims a thousand experts fewer.
    private static let affordable = 2e10
    private static let leastIterations = 10

    /// How many updates of so many experts can be afforded, by their number alone: the same on every machine.
    func affordableIterations(experts: Int, atMost most: Int) -> Int {
        let count = Self.affordable / (Double(pointCount) * Double(componentCount) * Double(max(experts, 1)))
        return min(most, max(Self.leastIterations, Int(min(count, Double(most)))))
    }

    /// Points x components.
    package var masses: Matrix { blockMasses.matrix }

    /// The problem on evenly spaced points, `count` of them, and on some of the components.
    func part(points count: Int, components chosen: [Int], parallelism: Parallelism) -> TransportProblem {
        let count = min(count, pointCount)
        let rows = (0..<count).map { $0 * pointCount / count }
        guard let masses = blockMasses.part(points: rows, components: chosen) else { return self }
        return TransportProblem(
            design: design, family: family, points: points.rows(rows), masses: masses,
            components: chosen.map { components[$0] }, parallelism: parallelism)
    }

    // MARK: Divergences

    /// One component on one block of points, [lane] or [expert][lane].
    struct Divergences {
        var component: Int
        var masses: UnsafePointer<Double>
        var predictors: LinearPredictors
        /// KL(component ‖ expert).
        var costs: UnsafePointer<Double>
    }

    /// Components whose predictors are formed at a time: they stay in the first-level cache.
    private static let tile = 16

    /// What the divergences of each component to each expert have in common on all blocks; nothing for most families.
    struct PreparedDivergences: Sendable {
        private let all: [(any PreparedDivergence)?]
        private let count: Int

        init(_ problem: TransportProblem, to experts: [Expert]) {
            count = experts.count
            let isPrepared = problem.family.preparedDivergence(from: 1, to: 1) != nil
            guard isPrepared else {
                all = []
                return
            }
            let own = problem.parallelism.map(count: problem.componentCount) { component in
                experts.map {
                    problem.family.preparedDivergence(
                        from: problem.components[component].dispersion, to: $0.dispersion)
                }
            }
            all = Array(own.joined())
        }

        subscript(component: Int, expert: Int) -> (any PreparedDivergence)? {
            all.isEmpty ? nil : all[component * count + expert]
        }
    }

    /// Calls `body` for each component with its divergences to `experts` on a block of points.
    func forEachComponent(
        onBlock index: Int, to experts: [Expert], _ prepared: PreparedDivergences,
        _ body: (_ block: borrowing RowBlock, _ divergences: Divergences) -> Void
    ) {
        let lanes = RowBlock.capacity
        let block = RowBlock(momentCount: design.momentCount)
        let start = index * lanes
        rows.forEachBlock(in: start..<min(start + lanes, pointCount), block) { _, _ in }
        let width = family.predictorCount
        let targets = BlockValues(experts.count * width)
        block.linearPredictors(
            coefficients: experts.flatMap { design.spread($0) }, count: experts.count * width, into: targets.pointer)
        let sources = BlockValues(Self.tile * width)
        let costs = BlockValues(experts.count)
        coefficients.withUnsafeBufferPointer { coefficients in
            blockMasses.blocks[index].withUnsafeBufferPointer { masses in
                for first in stride(from: 0, to: componentCount, by: Self.tile) {
                    let count = min(Self.tile, componentCount - first)
                    block.linearPredictors(
                        coefficients: coefficients.baseAddress! + first * width * design.momentCount,
                        count: count * width, into: sources.pointer)
                    for component in first..<first + count {
                        let source = LinearPredictors(sources[(component - first) * width], stride: lanes)
                        for (target, expert) in experts.enumerated() {
                            let predictors = LinearPredictors(targets[target * width], stride: lanes)
                            write(
                                prepared[component, target], of: component, source, to: expert, predictors,
                                into: costs[target])
                        }
                        body(
                            block,
                            Divergences(
                                component: component, masses: masses.baseAddress! + component * lanes,
                                predictors: source, costs: costs.pointer))
                    }
                }
            }
        }
    }

    /// Divergences from a component to an expert on a block of points.
    private func write(
        _ prepared: (any PreparedDivergence)?, of component: Int, _ source: LinearPredictors, to expert: Expert,
        _ predictors: LinearPredictors, into costs: UnsafeMutablePointer<Double>
    ) {
        if let cost = components[component].fixedCost(to: expert) {
            costs.update(repeating: cost, count: RowBlock.capacity)
            return
        }
        if let prepared {
            prepared.write(from: source, to: predictors, count: RowBlock.capacity, into: costs)
        } else {
            family.divergences(
                from: source, fromDispersion: components[component].dispersion, to: predictors,
                toDispersion: expert.dispersion, count: RowBlock.capacity, into: costs)
        }
        guard hasFixedExperts else { return }
        // However far two regressions are, a point mass is farther.
        for lane in 0..<RowBlock.capacity where !(costs[lane] < Expert.farthestRegression) {
            costs[lane] = Expert.farthestRegression
        }
    }

    /// Σ_s mass_l(s) KL(l ‖ k)(s); components x experts, row by row.
    func expectedDivergences(to experts: [Expert]) -> [Double] {
        let none = [Double](repeating: 0, count: componentCount * experts.count)
        let prepared = PreparedDivergences(self, to: experts)
        return parallelism.reduce(count: blockMasses.blocks.count, into: none) { index in
            var sums = none
            sums.withUnsafeMutableBufferPointer { sums in
                forEachComponent(onBlock: index, to: experts, prepared) { block, divergences in
                    block.addProducts(
                        divergences.costs, count: experts.count, weights: divergences.masses,
                        into: sums.baseAddress! + divergences.component * experts.count)
                }
            }
            return sums
        } merge: {
            $0.add($1)
        }
    }

    /// The expert of least expected divergence for each component.
    package func labels(for experts: [Expert]) -> [Int] {
        let costs = expectedDivergences(to: experts)
        return (0..<componentCount).map { component in
            let first = component * experts.count
            return experts.indices.min { costs[first + $0] < costs[first + $1] } ?? 0
        }
    }

    /// Mass by label of the component; points x `count`.
    func masses(byLabel labels: [Int], count: Int) -> Matrix {
        blockMasses.sums(byLabel: labels, count: count, parallelism)
    }
}
