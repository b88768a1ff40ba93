import Aggregation
import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Coefficients and dispersions of Gaussian experts against their own moments.
@Suite struct ImpossibleResidualsTests {
    private static let design = Design(target: "y", covariates: ["a", "b", "flag"])

    /// Two groups, one of which has few rows, and responses with a heavy tail.
    private static func rows(_ count: Int, seed: UInt64, tail: Double) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        let a = (0..<count).map { _ in random.normal() }
        let b = (0..<count).map { _ in exp(random.normal()) }
        let flags = (0..<count).map { _ in random.uniform() < 0.04 ? 1.0 : 0 }
        let responses = (0..<count).map { row -> Double in
            let scale = random.uniform() < 0.01 ? tail : 0.4
            let noise = scale * random.normal()
            let group = a[row] > 0.8 ? 4 - 2 * a[row] : 1 + a[row]
            return group - 0.3 * b[row] + flags[row] + noise
        }
        return ShardRows(covariates: Matrix(columns: [a, b, flags]), responses: responses)
    }

    private static func fits() throws -> [(name: String, fitted: FittedMixture)] {
        var result = [(name: String, fitted: FittedMixture)]()
        for (count, tail) in [(60, 1.0), (400, 1.0), (400, 300.0)] {
            for experts in count == 60 ? [1] : [1, 2, 3] {
                for (kind, change) in changes {
                    var options = FitOptions(expertCount: experts, starts: 2)
                    change(&options)
                    let fit = LocalFit(design: design, family: GaussianFamily(), options: options)
                    let rows = rows(count, seed: 7, tail: tail)
                    result.append(("\(count), \(tail), \(experts), \(kind)", try fit.fit(rows).fitted))
                }
            }
        }
        return result
    }

    private static let changes: [(String, @Sendable (inout FitOptions) -> Void)] = [
        ("plain", { _ in }),
        ("lasso", { $0.lasso = .weights(gate: 5, experts: 20) }), ("prior", { $0.slopePrior = .all }),
        ("release", { $0.rules = DisclosureRules(minimumRows: 10) }),
        (
            "rounded",
            {
                $0.rules = DisclosureRules(minimumRows: 10)
                $0.roundingKey = [1, 2, 3]
            }
        ),
    ]

    @Test func honestSitesArePossible() throws {
        for (name, fitted) in try Self.fits() { #expect(ImpossibleModel(fitted) == nil, "\(name)") }
    }

    /// With correlations that the coordinator fills in, and slopes that rules took out of a fit with a penalty.
    @Test func honestSmallSitesTakePart() throws {
        var random = RandomNumbers(seed: 11)
        let names = (1...12).map { "x\($0)" }
        let design = Design(target: "y", covariates: names)
        func rows(_ count: Int) -> ShardRows {
            let common = (0..<count).map { _ in random.normal() }
            let columns = names.indices.map { index in
                (0..<count).map { row in
                    index == 11 ? (random.uniform() < 0.15 ? 1.0 : 0) : 0.9 * common[row] + 0.3 * random.normal()
                }
            }
            let responses = (0..<count).map { row in 2 * common[row] + 4 * columns[11][row] + 0.3 * random.normal() }
            return ShardRows(covariates: Matrix(columns: columns), responses: responses)
        }
        var sites = [Contribution]()
        for (index, count) in [400, 300, 30, 45, 60, 60].enumerated() {
            var options = FitOptions(expertCount: index == 1 ? 2 : 1, starts: 2)
            options.rules = DisclosureRules(minimumRows: 10)
            if index > 3 { options.lasso = .weights(gate: 2, experts: 2) }
            options.isInterceptOnly = count == 30
            let local = try LocalFit(design: design, family: GaussianFamily(), options: options).fit(rows(count))
            sites.append(Contribution(name: "site \(index)", fitted: local.fitted))
        }
        #expect(try Coordinator().examine(sites).leftOut.map(\.name) == [])
    }

    /// What says that it did not converge is compared with what no step is as long as.
    @Test func fitsThatWereStoppedArePossible() throws {
        for tail in [1.0, 300] {
            var options = FitOptions(expertCount: 3, starts: 2)
            options.maxIterations = 1
            let local = try LocalFit(design: Self.design, family: GaussianFamily(), options: options)
                .fit(Self.rows(400, seed: 7, tail: tail))
            #expect(local.report.warnings.contains { if case .notConverged = $0 { true } else { false } })
            #expect(ImpossibleModel(local.fitted, origin: .stoppedFit) == nil)
        }
    }

    @Test(arguments: [-1e30, -40, -0.5, 0.5, 40, 1e30]) func otherInterceptsAreNot(shift: Double) throws {
        for (name, fitted) in try Self.fits() {
            let deviation = fitted.model.experts[0].dispersion.squareRoot()
            let changed = fitted.changed {
                Expert(coefficients: [$0[0] + shift * deviation] + $0.dropFirst(), dispersion: $1)
            }
            #expect(ImpossibleModel(changed) == .coefficients(expert: 1), "\(name)")
        }
    }

    @Test func otherSlopesOrDispersionsAreNot() throws {
        for (name, fitted) in try Self.fits() where fitted.withheldCovariances.isEmpty {
            let moments = fitted.moments[0]
            let spread = moments.scatter[0, 0] / moments.weight
            let own = fitted.model.experts[0]
            // A slope that explains next to nothing may have either sign.
            if own.coefficients[1] * own.coefficients[1] * spread > own.dispersion {
                let turned = fitted.changed { Expert(coefficients: [$0[0], -$0[1]] + $0.dropFirst(2), dispersion: $1) }
                #expect(ImpossibleModel(turned) != nil, "\(name)")
            }
            for factor in [1e-6, 0.1, 10, 1e6] {
                let changed = fitted.changed { Expert(coefficients: $0, dispersion: $1 * factor) }
                #expect(ImpossibleModel(changed) != nil, "\(name) \(factor)")
            }
        }
    }

    /// Of several sites the slopes are an average: what is of their order is possible, and nothing that no rows have.
    @Test func aggregatesMayDiffer() throws {
        let fitted = try #require(try Self.fits().first).fitted
        func shifted(_ shift: Double) -> FittedMixture {
            fitted.changed { Expert(coefficients: [$0[0] + shift] + $0.dropFirst(), dispersion: $1) }
        }
        #expect(ImpossibleModel(shifted(5), origin: .aggregate) == nil)
        #expect(ImpossibleModel(shifted(1e30), origin: .aggregate) == .coefficients(expert: 1))
    }
}

extension FittedMixture {
    fileprivate func changed(_ change: ([Double], Double) -> Expert) -> FittedMixture {
        var result = self
        var experts = model.experts
        experts[0] = change(experts[0].coefficients, experts[0].dispersion)
        result.model = MixtureModel(design: model.design, family: model.family, gate: model.gate, experts: experts)
        return result
    }
}
