import Foundation
import Messages
import MixtureOfExperts
import Numerics

/// A fit with experts without parameters.
extension LocalFit {
    /// As ``optimum(_:smaller:)``, with those of the experts without parameters that the rows have enough of.
    ///
    /// Rows of a point mass that are too few are rows as others; where the family cannot have the value they are left out.
    func optimumWithFixedExperts(
        _ source: any RowSource, _ smaller: [MixtureModel]
    ) throws(EstimationError) -> FitState {
        let values = options.fixed.compactMap(\.distribution.value)
        let counts = source.rowCounts(of: values, parallelism)
        let rare = Set(zip(values, counts).filter { Double($0.1) < max(self.options.minRows, 1) }.map(\.0))
        let withheld = rare.filter { !family.response.accepts($0) }
        var rows = source
        let leftOut =
            withheld.isEmpty ? [] : source.rows(parallelism) { block, lane in withheld.contains(block.responses[lane]) }
        if !leftOut.isEmpty { rows = RowsWithout(Set(leftOut), of: source) }
        var options = options
        options.fixed.removeAll { expert in expert.distribution.value.map(rare.contains) ?? false }
        if options.wantsNoise, let range = noiseRange(rows) { options.fixed.append(FixedExpert(range)) }
        options.initialModels.removeAll { $0.fixedDistributions != options.fixed.map(\.inUserUnits) }
        let fit = LocalFit(
            design: design, family: family, options: options, parallelism: parallelism, progress: progress)
        let alone =
            family.response.isDiscrete ? 0 : zip(values, counts).filter { !rare.contains($0.0) }.reduce(0) { $0 + $1.1 }
        var state = try fit.optimum(
            rows, smaller.filter { $0.fixedDistributions == options.fixed.map(\.inUserUnits) },
            warnings: rare.sorted().map {
                .pointMassLeftOut(value: $0, minimum: options.minRows, rows: withheld.contains($0))
            },
            rowsOfPointMasses: alone)
        state.leftOutRows += leftOut.count
        return state
    }

    /// With the experts of the options in the units of standardised rows, and a least variance that a recorded value has by its rounding:
    /// next to a point mass no other expert is to become one.
    func standardisingFixedExperts(_ rows: StandardisedRows) -> LocalFit {
        guard !options.fixed.isEmpty else { return self }
        var options = options
        options.fixed = options.fixed.map(rows.standardisation.standardised)
        if family is GaussianFamily, let resolution = resolution(rows.source) {
            let step = resolution / rows.standardisation.responseScale
            options.varianceFloor = max(options.varianceFloor, step * step / 12)
        }
        return LocalFit(
            design: design, family: family, options: options, parallelism: parallelism, progress: progress)
    }

    /// Steps that responses may be recorded in, the largest first.
    private static let resolutions = stride(from: 6, through: -6, by: -1).map { pow(10, Double($0)) }
    /// Of the rounding of a multiple of a step.
    private static let rounding = 1e-6

    /// The largest power of ten of which all responses are multiples; nil where there is none, or no point mass.
    private func resolution(_ source: any RowSource) -> Double? {
        guard options.fixed.contains(where: { !$0.distribution.isNoise }) else { return nil }
        let some = someResponses(source)
        return Self.resolutions.first { step in
            some.allSatisfy { abs($0 / step - ($0 / step).rounded()) <= Self.rounding && abs($0 / step) < 1e9 }
        }
    }

    /// Rows whose median and resolution are taken.
    private static let rowsOfQuantiles = 8000

    private func someResponses(_ source: any RowSource) -> [Double] {
        var random = RandomNumbers(seed: options.seed).split(-8)
        return source.chosen(random.sample(Self.rowsOfQuantiles, below: source.rowCount).sorted()).responses
    }

    /// The deviation of a normal distribution over its median absolute deviation.
    private static let deviationOfMedian = 1.4826

    /// Of the response, where noise may make up most of its variance: median and median absolute deviation of some rows.
    ///
    /// nil where mean and deviation serve.
    func robustResponseScale(_ source: any RowSource) -> (center: Double, scale: Double)? {
        guard options.fixed.contains(where: \.distribution.isNoise), family.standardisesResponses else { return nil }
        let values = options.fixed.compactMap(\.inUserUnits.value)
        let responses = someResponses(source).filter { !values.contains($0) }.sorted()
        guard !responses.isEmpty else { return nil }
        let center = responses[responses.count / 2]
        let distances = responses.map { abs($0 - center) }.sorted()
        let scale = Self.deviationOfMedian * distances[distances.count / 2]
        return scale > 0 ? (center, scale) : nil
    }

    /// A range about the responses that ends at round numbers: no end is a response that is known.
    ///
    /// nil where all responses are one.
    private func noiseRange(_ source: any RowSource) -> FixedDistribution? {
        let ends = source.sum(parallelism, from: (low: Double.infinity, high: -Double.infinity)) {
            ends, block, _, count in
            for row in 0..<count {
                ends = (min(ends.low, block.responses[row]), max(ends.high, block.responses[row]))
            }
        } merge: {
            $0 = (min($0.low, $1.low), max($0.high, $1.high))
        }
        return FixedDistribution.noise(about: ends.low, ends.high)
    }
}

extension FixedDistribution {
    /// Noise over the least range with ends of one digit beyond that of the width, a step of it outside the ends at least.
    package static func noise(about low: Double, _ high: Double) -> FixedDistribution? {
        guard high > low, (high - low).isFinite else { return nil }
        let step = pow(10, (log10(high - low)).rounded(.down))
        return .noise(low: step * ((low / step).rounded(.down) - 1), high: step * ((high / step).rounded(.up) + 1))
    }
}

extension RowSource {
    /// How many rows have each of some responses.
    func rowCounts(of values: [Double], _ parallelism: Parallelism) -> [Int] {
        sum(parallelism, from: [Int](repeating: 0, count: values.count)) { counts, block, _, count in
            for row in 0..<count {
                if let index = values.firstIndex(of: block.responses[row]) { counts[index] += 1 }
            }
        } merge: {
            $0.add($1)
        }
    }
}

extension LocalFit {
    /// Leaves out the rows that are noise, where these are fewer than may be released: other experts would follow them without one of noise.
    ///
    /// - Parameter expert: that of noise, which is left out too.
    func leaveOutNoise(_ expert: Int, _ fitState: inout FitState) {
        let (model, rows) = (fitState.candidate.model, fitState.rows)
        let wild = model.sum(over: rows, by: .posteriors, parallelism, from: Set<Int>()) {
            found, _, posteriors, start, count in
            let own = posteriors + expert * RowBlock.capacity
            for row in 0..<count where own[row] > 0.5 { found.insert(start + row) }
        } merge: {
            $0.formUnion($1)
        }
        let kept = model.experts.indices.filter { $0 != expert }
        fitState.candidate.model = model.reordered(kept)
        fitState.candidate.held = fitState.candidate.held.reordered(kept)
        fitState.candidate.prior = fitState.candidate.prior?.reordered(kept)
        fitState.reorder(kept)
        fitState.candidate.model = leaveOut(wild, fitState.candidate.model, &fitState)
        fitState.warnings.append(.noiseLeftOut(minimum: options.minRows))
    }
}

extension Refinement.Candidate {
    /// The share of the rows' weight whose likelihood is a density by Lebesgue measure, which changes with the unit of the response.
    var shareOfDensities: Double {
        guard !model.family.response.isDiscrete, model.hasFixedExperts else { return 1 }
        let moments = statistics.expertMoments
        let atoms = model.experts.indices.filter { model.experts[$0].fixed?.distribution.value != nil }
        return 1 - atoms.reduce(0) { $0 + moments[$1].weight } / statistics.weight
    }
}
