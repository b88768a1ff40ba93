import Estimation
import MixtureOfExperts
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
