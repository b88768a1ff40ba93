import Foundation
import Numerics
import TestSupport
import Testing

/// What LAPACK finds of small matrices (`Resources/matrices`, with the script that made them).
@Suite struct MatrixReferenceTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var size: Int
        var matrix: [Double]
        var eigenvalues: [Double]
        var factor: [Double]?
        var solution: [Double]?
        var reciprocalCondition: Double?

        var testDescription: String { name }

        var square: Matrix { Matrix(rowCount: size, columnCount: size, storage: matrix) }
    }

    private struct File: Decodable {
        var cases: [Case]
    }

    private static let cases: [Case] = {
        let url = Bundle.module.bundleURL.appending(path: "Resources/matrices/expected.json")
        return (try? JSONDecoder().decode(File.self, from: Data(contentsOf: url)).cases) ?? []
    }()

    @Test func allAreThere() { #expect(Self.cases.count == 9) }

    @Test(arguments: cases, InstructionSet.available) func eigenvalues(known: Case, instructionSet: InstructionSet) {
        let matrix = known.square
        let (values, _) = symmetricEigen(matrix, instructionSet: instructionSet)
        let scale = 1 / matrix.norm
        #expect(difference(values.map { scale * $0 }, known.eigenvalues.map { scale * $0 }) < 1e-14)
    }

    @Test(arguments: cases, InstructionSet.available) func factors(known: Case, instructionSet: InstructionSet) throws {
        let cholesky = Cholesky(known.square, instructionSet: instructionSet)
        guard let factor = known.factor, let solution = known.solution, let condition = known.reciprocalCondition
        else {
            #expect(cholesky == nil)
            return
        }
        let found = try #require(cholesky)
        #expect(difference(found.factor.storage, factor) < 1e-13 / condition.squareRoot())
        let right = (1...known.size).map(Double.init)
        #expect(difference(found.solve(right), solution) < 1e-15 / condition)
        #expect(relativeError(found.reciprocalCondition(of: known.square), condition) < 1e-15 / condition)
    }
}
