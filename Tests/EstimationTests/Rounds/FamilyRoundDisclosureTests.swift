import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// What rounds withhold of scores and information.
@Suite struct FamilyRoundDisclosureTests {
    private static func round(
        _ model: MixtureModel, _ rows: ShardRows, release: Bool, key: [UInt8]? = nil
    ) -> GeneralisedEMRound {
        var options = FitOptions(expertCount: model.expertCount)
        if release { options.rules = DisclosureRules(minimumRows: 10) }
        options.roundingKey = key
        return GeneralisedEMRound(at: FamilyRoundTests.Problem.fitted(model, rows), options: options)
    }

    /// Who asks at a steep slope gets the row with the largest value, if nothing hinders it: its mean is beyond all others.
    @Test func aModelThatMakesOneRowDecideGetsNoScores() throws {
        var random = RandomNumbers(seed: 2)
        let design = Design(target: "y", covariates: ["x", "z"])
        let x = (0..<200).map { _ in random.normal() } + [6.5]
        let z = (0..<200).map { _ in random.normal() } + [1.234]
        let rows = ShardRows(
            covariates: Matrix(columns: [x, z]), responses: x.map { _ in random.poisson(mean: 3) })
        let steep = MixtureModel(
            design: design, family: PoissonFamily(), ungated: [Expert(coefficients: [-10, 8, 0], dispersion: 1)])
        // The attack: information on z over that on the intercept is the value of the row.
        let open = Self.round(steep, rows, release: false)
        let sums = try open.statistics(of: rows).statistics.coefficients[0]
        let value =
            open.standardisation.center[1]
            + open.standardisation.scale[1] * sums.information[2, 0] / sums.information[0, 0]
        #expect(abs(value - 1.234) < 1e-6)
        let (released, warnings) = try Self.round(steep, rows, release: true).statistics(of: rows)
        #expect(released.coefficients[0].score.allSatisfy { $0 == 0 })
        #expect(released.coefficients[0].information.storage.allSatisfy { $0 == 0 })
        #expect(warnings.contains(.scoresWithheld(experts: [0], minimum: 10)))
        #expect(released.jointInformation == nil)
    }

    /// Twenty rows have the flag, and the model makes one of them decide.
    @Test func aFlagOfWhichOneRowDecidesHasNoScore() throws {
        var random = RandomNumbers(seed: 4)
        let design = Design(target: "y", covariates: ["flag", "x"])
        let flags = (0..<400).map { $0 < 20 ? 1.0 : 0 }
        // At a slope of 12 rows with x = -1 have no mean.
        let x = (0..<400).map { $0 == 0 ? 1.0 : $0 < 20 ? -1.0 : $0.isMultiple(of: 2) ? 1.0 : -1.0 }
        let rows = ShardRows(
            covariates: Matrix(columns: [flags, x]), responses: x.map { _ in random.poisson(mean: 2) })
        let model = MixtureModel(
            design: design, family: PoissonFamily(), ungated: [Expert(coefficients: [-5, 0, 6], dispersion: 1)])
        let (released, warnings) = try Self.round(model, rows, release: true).statistics(of: rows)
        #expect(warnings.contains(.scoresWithheld(experts: [0], minimum: 10)))
        let sums = released.coefficients[0]
        #expect(sums.score[1] == 0 && (0..<3).allSatisfy { sums.information[1, $0] == 0 })
        #expect(sums.information[0, 0] > 0 && sums.information[2, 2] > 0)
    }

    @Test func aReleaseHasNoJointInformation() throws {
        for family in FamilyRoundTests.families {
            let rows = family.rows(2000, seed: 1)
            let round = Self.round(family.model, rows, release: true)
            #expect(try round.statistics(of: rows).statistics.jointInformation == nil)
        }
    }

    /// Nine rows of a class: the answer says nothing of which values they have.
    @Test(arguments: [0, 1, 3]) func aClassOfFewRowsIsWithheld(_ code: Int) throws {
        let family = FamilyModel.fourClasses
        let plain = family.rows(1500, seed: 6)
        let others = plain.responses.indices.filter { plain.responses[$0] != Double(code) }
        let few = plain.responses.indices.filter { plain.responses[$0] == Double(code) }.prefix(9)
        let rows = plain.subset(others + few)
        func moved(_ shift: Double) -> ShardRows {
            var columns = (0..<2).map { Array(rows.covariates.column($0)) }
            for row in others.count..<rows.rowCount { columns[0][row] += shift }
            return ShardRows(covariates: Matrix(columns: columns), responses: rows.responses)
        }
        let round = Self.round(family.model, plain, release: true)
        let (near, far) = (try round.statistics(of: rows).statistics, try round.statistics(of: moved(0.7)).statistics)
        #expect(near.coefficients == far.coefficients)
        #expect(near.moments == far.moments && near.gate == far.gate)
        if code > 0 {
            for sums in near.coefficients {
                for position in (code - 1) * 3..<code * 3 { #expect(sums.score[position] == 0) }
            }
        }
    }

    /// With a secret every number is a rounded one, and another secret gives others; sums over many sites keep their mean.
    @Test(arguments: FamilyRoundTests.families) func scoresAreRounded(_ family: FamilyModel) throws {
        let rows = family.rows(1200, seed: 8)
        let exact = try Self.round(family.model, rows, release: true).statistics(of: rows).statistics
        let rounded = try (0..<40).map { key in
            try Self.round(family.model, rows, release: true, key: [UInt8(key), 7]).statistics(of: rows).statistics
        }
        for (expert, sums) in exact.coefficients.enumerated() where sums.score.contains(where: { $0 != 0 }) {
            let values = rounded.map { $0.coefficients[expert].score[0] }
            #expect(Set(rounded.map { $0.coefficients[expert].score }).count > 1)
            let error = sums.information[0, 0].squareRoot()
            #expect(values.allSatisfy { abs($0 - sums.score[0]) < 3 * error })
            let mean = values.reduce(0, +) / Double(values.count)
            #expect(abs(mean - sums.score[0]) < error)
            for own in rounded {
                let other = own.coefficients[expert].information[0, 0] / sums.information[0, 0]
                #expect(other > 0.5 && other < 2)
            }
        }
    }
}
