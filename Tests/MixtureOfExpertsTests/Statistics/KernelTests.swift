import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// The block kernels of every instruction set that this processor has, against sums row by row.
@Suite struct KernelTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        var covariates: Int
        var experts: Int
        var rows: Int
        var weighted: Bool

        var testDescription: String {
            "\(covariates) covariates, \(experts) experts, \(rows) rows\(weighted ? ", weighted" : "")"
        }
    }

    /// Tiles of every size are met: few and many columns, one and several groups of weights, blocks that are not full.
    private static let shapes = [
        Shape(covariates: 0, experts: 1, rows: 3, weighted: false),
        Shape(covariates: 1, experts: 2, rows: 64, weighted: true),
        Shape(covariates: 2, experts: 3, rows: 65, weighted: false),
        Shape(covariates: 7, experts: 4, rows: 200, weighted: true),
        Shape(covariates: 20, experts: 5, rows: 129, weighted: false),
        Shape(covariates: 3, experts: 9, rows: 100, weighted: true),
    ]
    private static let levels: [StatisticsLevel] = [.likelihood, .gradient, .expectationMaximization, .newton, .scores]

    private func problem(_ shape: Shape) -> (MixtureModel, ShardRows) {
        var random = RandomNumbers(seed: 31)
        let model = RandomData.model(RandomData.design(shape.covariates), experts: shape.experts, using: &random)
        let weights = shape.weighted ? (0..<shape.rows).map { _ in 0.5 + random.uniform() } : nil
        let other = RandomData.model(model.design, experts: shape.experts, using: &random)
        return (model, RandomData.rows(other, count: shape.rows, weights: weights, using: &random))
    }

    @Test(arguments: shapes) func sumsAreThoseRowByRow(shape: Shape) {
        let (model, rows) = problem(shape)
        for level in Self.levels {
            let plain = PlainStatistics(model, rows, level: level)
            for instructionSet in InstructionSet.available {
                let sums = model.statistics(of: rows, level: level, instructionSet: instructionSet)
                #expect(relativeError(sums.logLikelihood, plain.logLikelihood) < 1e-13)
                #expect(
                    difference(sums.quadratic, plain.quadratic.flatMap { $0 }) < 1e-12, "\(instructionSet), \(level)")
                #expect(difference(sums.linear, plain.linear.flatMap { $0 }) < 1e-12, "\(instructionSet), \(level)")
            }
        }
    }

    /// The same sums in the same order, each product added without rounding: nothing may differ.
    @Test(
        .enabled(if: InstructionSet.available.contains(.avx512), "this processor has no AVX-512"), arguments: shapes)
    func wideAndNarrowVectorsAreBitIdentical(shape: Shape) {
        let (model, rows) = problem(shape)
        for level in Self.levels {
            #expect(
                model.statistics(of: rows, level: level, instructionSet: .avx2)
                    == model.statistics(of: rows, level: level, instructionSet: .avx512))
        }
    }

    #if os(Linux)
        /// What the system says of the processor decides.
        @Test func theBestOneOfTheProcessorIsInUse() throws {
            let flags = Set(try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8).split { $0.isWhitespace })
            let expected: InstructionSet =
                flags.isSuperset(of: ["avx512f", "avx512dq", "avx512vl", "avx2", "fma"])
                ? .avx512 : flags.isSuperset(of: ["avx2", "fma"]) ? .avx2 : .portable
            #expect(InstructionSet.best == expected)
        }
    #endif

    /// A parameter that is no number is not mistaken for a good fit, whichever expert has it.
    @Test(arguments: InstructionSet.available, [0, 1, 2]) func whatIsNoNumberStaysNone(
        instructionSet: InstructionSet, expert: Int
    ) {
        var (model, rows) = problem(Self.shapes[2])
        model.experts[expert].coefficients[0] = .nan
        for level in Self.levels {
            #expect(model.statistics(of: rows, level: level, instructionSet: instructionSet).logLikelihood.isNaN)
        }
    }

    /// exp and log of the kernels against those of the C library, over all magnitudes that a softmax meets.
    @Test(arguments: InstructionSet.available) func softmax(instructionSet: InstructionSet) {
        let lanes = RowBlock.capacity
        let block = RowBlock(momentCount: 2, instructionSet: instructionSet)
        var worst = (probability: 0.0, logSum: 0.0)
        for scale in [1e-12, 1e-3, 0.1, 1, 30, 300] {
            var values = [Double](repeating: 0, count: 3 * lanes)
            for lane in 0..<lanes {
                values[lane] = scale * Double(lane) / 64
                values[2 * lanes + lane] = -scale * Double(lane * lane % 61) / 61
            }
            let original = values
            var (logSums, again) = ([Double](repeating: 0, count: lanes), [Double](repeating: 0, count: lanes))
            block.logSumExp(values, count: 3, into: &again)
            block.softmax(&values, count: 3, logSums: &logSums)
            #expect(logSums == again)
            for lane in 0..<lanes {
                let terms = (0..<3).map { original[$0 * lanes + lane] }
                let largest = terms.max() ?? 0
                let sum = terms.reduce(0) { $0 + exp($1 - largest) }
                worst.logSum = max(worst.logSum, abs(logSums[lane] - largest - log(sum)) / max(1, abs(largest)))
                for (index, term) in terms.enumerated() {
                    let exact = exp(term - largest) / sum
                    worst.probability = max(worst.probability, abs(values[index * lanes + lane] / exact - 1))
                }
            }
        }
        #expect(worst.probability < 1e-15)
        #expect(worst.logSum < 1e-15)
    }

    /// Any number of elements, wherever they begin, also in the place of the arguments.
    @Test func elementaryFunctions() {
        for count in [0, 1, 7, 8, 9, 100] {
            let arguments = (0...count).map { 40 * sin(3 * Double($0)) }
            var results = arguments
            results.withUnsafeMutableBufferPointer {
                ElementaryFunctions.exponentials($0.baseAddress! + 1, count: count, into: $0.baseAddress! + 1)
            }
            #expect(results[0] == arguments[0])
            #expect(zip(results, arguments).dropFirst().allSatisfy { relativeError($0, exp($1)) < 1e-15 })
            let exponentials = results
            results.withUnsafeMutableBufferPointer {
                ElementaryFunctions.logarithms($0.baseAddress! + 1, count: count, into: $0.baseAddress! + 1)
            }
            #expect(zip(results, exponentials).dropFirst().allSatisfy { difference($0, log($1)) < 1e-15 })
        }
        var ends = [-1e300, -709, 1e300, .nan]
        ElementaryFunctions.exponentials(ends, count: 4, into: &ends)
        #expect(ends[0] == 0 && ends[1] == 0 && ends[2].isFinite && ends[2] > 1e308 && ends[3].isNaN)
    }

    /// Log probabilities and derivatives of classes by their definitions; a row has the same bits alone as among others, of which
    /// some are far.
    @Test(arguments: InstructionSet.available) func classes(instructionSet: InstructionSet) {
        let (rows, count, pairs) = (19, 2, 3)
        let predictors = (0..<count * rows).map { index in
            let scale = index.isMultiple(of: 5) ? 2000.0 : 4
            return scale * sin(2.3 * Double(index))
        }
        let responses = (0..<rows).map { Double($0 % 3) }
        /// The log probability, the first and the second derivatives of some rows: [value][row].
        func values(_ range: Range<Int>) -> [[Double]] {
            let length = range.count
            var logDensity = [Double](repeating: .nan, count: length)
            var (firsts, seconds) = (
                [Double](repeating: .nan, count: count * length), [Double](repeating: .nan, count: pairs * length)
            )
            predictors.withUnsafeBufferPointer { predictors in
                ElementaryFunctions.multinomial(
                    Array(responses[range]), predictors.baseAddress! + range.lowerBound, stride: rows, count: count,
                    rows: length, logDensity: &logDensity, firsts: &firsts, seconds: &seconds, derivativeStride: length,
                    instructionSet: instructionSet)
            }
            return [logDensity]
                + [firsts, seconds].flatMap { all in
                    stride(from: 0, to: all.count, by: length).map { Array(all[$0..<$0 + length]) }
                }
        }
        let all = values(0..<rows)
        for row in 0..<rows {
            var shares = [0] + (0..<count).map { predictors[$0 * rows + row] }
            let own = shares[row % 3]
            let logSum = Scalar.softmax(&shares)
            let (p, q) = (shares[1], shares[2])
            let expected = [
                own - logSum, (row % 3 == 1 ? 1 : 0) - p, (row % 3 == 2 ? 1 : 0) - q, p * (p - 1), p * q, q * (q - 1),
            ]
            let found = all.map { $0[row] }
            #expect(difference(found[0], expected[0]) < 1e-14)
            #expect(difference(found.dropFirst(), expected.dropFirst()) < 1e-12)
            #expect(values(row..<row + 1).map { $0[0] } == found)
        }
    }

    /// Far terms vanish, what is no number stays none, and equal terms share.
    @Test(arguments: InstructionSet.available) func softmaxAtTheEnds(instructionSet: InstructionSet) {
        let lanes = RowBlock.capacity
        let block = RowBlock(momentCount: 2, instructionSet: instructionSet)
        var values = [Double](repeating: 0, count: 2 * lanes)
        (values[0], values[lanes]) = (1e5, -1e5)
        (values[1], values[lanes + 1]) = (.nan, 0)
        (values[2], values[lanes + 2]) = (-1e300, -1e300)
        (values[3], values[lanes + 3]) = (0, -720)
        var logSums = [Double](repeating: 0, count: lanes)
        block.softmax(&values, count: 2, logSums: &logSums)
        #expect(values[0] == 1 && values[lanes] == 0 && logSums[0] == 1e5)
        #expect(values[1].isNaN && values[lanes + 1].isNaN && logSums[1].isNaN)
        #expect(values[2] == 0.5 && values[lanes + 2] == 0.5)
        #expect(values[3] == 1 && values[lanes + 3] == 0)
    }
}
