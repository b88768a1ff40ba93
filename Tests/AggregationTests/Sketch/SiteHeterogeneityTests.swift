import MixtureOfExperts
import Numerics
import TestSupport
import Testing

import Aggregation

@Suite struct SiteHeterogeneityTests {
    private static func moments(_ rows: Int, _ columns: Int, seed: UInt64, shift: Double = 0) -> Moments {
        var random = RandomNumbers(seed: seed)
        var points = RandomData.matrix(rows, columns, using: &random)
        for row in 0..<rows { points[row, 0] += shift }
        return ShardRows(covariates: points, responses: [Double](repeating: 0, count: rows))
            .moments(factors: Matrix(rowCount: rows, columnCount: 1, repeating: 1))[0]
    }

    /// Densities of few rows differ though the sites have one law.
    @Test(arguments: [(5, 150), (20, 300), (20, 6000)])
    func sitesOfOneLawActAsOne(columns: Int, rows: Int) {
        let sites = (0..<16).map { [Self.moments(rows, columns, seed: UInt64(100 + $0))] }
        let own = SiteHeterogeneity(sites).ownShares
        #expect(own.allSatisfy { $0 < 0.2 })
    }

    @Test func sitesThatDifferKeepTheirDensities() {
        let sites = (0..<8).map { [Self.moments(1000, 5, seed: UInt64(200 + $0), shift: Double($0))] }
        let own = SiteHeterogeneity(sites).ownShares
        #expect(own.allSatisfy { $0 > 0.97 && $0 < 1 })
        // A site of few rows is known less.
        let few = SiteHeterogeneity(sites + [[Self.moments(30, 5, seed: 300, shift: 3)]]).ownShares
        #expect(few[8] < few[0] - 0.05)
    }

    @Test func columnsThatDoNotVaryAreNoDimensions() {
        let sites = (0..<4).map { site in
            let plain = Self.moments(200, 3, seed: UInt64(400 + site), shift: 0.3 * Double(site))
            return [plain.withConstant(2, value: 1)]
        }
        let own = SiteHeterogeneity(sites).ownShares
        #expect(own.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 1 })
        let constant = SiteHeterogeneity([[sites[0][0].withConstant(0, value: 0).withConstant(1, value: 0)]])
        #expect(constant.ownShares == [0])
    }
}
