import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

@Suite struct CapacityTests {
    private let design = RandomData.design(4)

    @Test func minimumRows() {
        #expect(Capacity.minimumRows(design, minRows: 10) == 10)
        #expect(Capacity.minimumRows(design, minRows: 10.2) == 11)
        // More rows than coefficients and a variance, whatever the disclosure limit.
        #expect(Capacity.minimumRows(design, minRows: 0) == 7)
    }

    @Test func largest() {
        #expect(Capacity.largest(rows: 39, design: design, minRows: 10) == 3)
        #expect(Capacity.largest(rows: 9, design: design, minRows: 10) == 0)
    }

    /// Ten rows for each of 11 parameters an expert.
    @Test func advisable() {
        func advisable(_ rows: Int) -> Int {
            Capacity.advisable(rows: rows, asked: 5, design: design, minRows: 10, rowsPerParameter: 10)
        }
        #expect(advisable(100_000) == 5)
        #expect(advisable(330) == 3)
        #expect(advisable(329) == 2)
        #expect(advisable(15) == 1)
        #expect(advisable(9) == 0)
    }

    /// A site without two of four classes supports as many experts as one that knows of two.
    @Test func classesThatASiteLacksAreNotCounted() {
        let (four, two) = (MultinomialFamily(classes: ["a", "b", "c", "d"]), MultinomialFamily(classes: ["a", "c"]))
        func advisable(_ family: MultinomialFamily, _ predictors: Int?) -> Int {
            Capacity.advisable(
                rows: 200, asked: 9, design: design, family: family, predictors: predictors, minRows: 10,
                rowsPerParameter: 5)
        }
        #expect(advisable(two, nil) == 4)
        #expect(advisable(four, 1) == 4)
        #expect(advisable(four, nil) == 2)
        #expect(
            Capacity.minimumRows(design, four, predictors: 1, minRows: 0)
                == Capacity.minimumRows(design, two, minRows: 0))
    }

    private func support(
        _ rows: Int, weights: [Double]? = nil, covariates: Int = 30, minRows: Double = 1, asked: Int = 3
    ) throws -> Capacity.Support {
        let rows = ShardRows(
            covariates: Matrix(columns: (0..<covariates).map { _ in [Double](repeating: 1, count: rows) }),
            responses: [Double](repeating: 1, count: rows), weights: weights)
        return try Capacity.support(
            of: rows, asked: asked, design: RandomData.design(covariates), family: GaussianFamily(), minRows: minRows,
            rowsPerParameter: 2, parallelism: .serial)
    }

    /// 31 coefficients, and two rows more.
    @Test func fewerRowsThanCoefficientsSupportAMean() throws {
        #expect(try support(33) == Capacity.Support(experts: 1))
        for rows in [3, 27, 32] { #expect(try support(rows) == Capacity.Support(experts: 1, isInterceptOnly: true)) }
        for rows in [0, 1, 2] {
            #expect(throws: EstimationError.noModelPossible(rows: rows, needed: 3)) { try support(rows) }
        }
    }

    /// A release of so few rows says nothing of any slope.
    @Test func aReleaseIsRefused() {
        #expect(throws: EstimationError.noModelPossible(rows: 27, needed: 33)) { try support(27, minRows: 3) }
        #expect(throws: EstimationError.noModelPossible(rows: 27, needed: 33)) { try support(27, minRows: 10) }
    }

    @Test func wholeWeightsAreRows() throws {
        func support(_ weight: Double, minRows: Double = 1) throws -> Capacity.Support {
            try self.support(
                20, weights: [Double](repeating: weight, count: 20), covariates: 3, minRows: minRows, asked: 5)
        }
        // Four coefficients, a variance and four of the gate an expert.
        #expect(try support(1).experts == self.support(20, covariates: 3, asked: 5).experts)
        #expect(try support(3).experts == self.support(60, covariates: 3, asked: 5).experts)
        #expect(try support(3).experts > support(1).experts)
        // Neither fractions nor people.
        #expect(try support(3.5).experts == support(1).experts)
        #expect(try support(3, minRows: 3).experts == support(1, minRows: 3).experts)
        #expect(try support(1e100).experts == 5)
    }

    /// What is advised can be fitted.
    @Test(arguments: [1.0, 10, 57, 500, 1e4]) func advisableIsAccepted(minRows: Double) {
        var refused = [String]()
        for covariates in [0, 1, 4, 30] {
            let design = RandomData.design(covariates)
            for rows in stride(from: 0, through: 3000, by: 13) {
                let advisable = Capacity.advisable(rows: rows, asked: 7, design: design, minRows: minRows)
                let largest = Capacity.largest(rows: rows, design: design, minRows: minRows)
                if advisable > largest || advisable < min(1, largest) {
                    refused.append("\(rows) rows, \(covariates) covariates: \(advisable) of \(largest)")
                }
            }
        }
        #expect(refused.isEmpty)
    }
}
