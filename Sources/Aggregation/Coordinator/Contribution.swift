import MixtureOfExperts
import Numerics

/// A local model and what to call it in messages.
package struct Contribution: Sendable {
    package var name: String
    package var fitted: FittedMixture
    /// Of its fit or aggregation.
    package var warnings: [ModelWarning]
    /// Of the sites that it is made of, itself alone where it is a local model; they sum to 1.
    package let siteShares: [Double]
    private let isAggregate: Bool

    package init(
        name: String, fitted: FittedMixture, warnings: [ModelWarning] = [], isAggregate: Bool = false,
        siteShares: [Double] = [1]
    ) {
        self.name = name
        self.isAggregate = isAggregate
        self.siteShares = siteShares
        self.fitted = fitted
        self.warnings = warnings
    }

    var origin: ModelOrigin {
        if isAggregate { return .aggregate }
        let isStopped = warnings.contains { if case .fit(.notConverged) = $0 { true } else { false } }
        return isStopped ? .stoppedFit : .fit
    }
}

/// What the parameters of a model are beside its moments.
package enum ModelOrigin: Sendable {
    /// The maximum of a likelihood of the rows that the moments are of.
    case fit
    /// A fit that says that it did not reach it.
    case stoppedFit
    /// Of several sites, as the aggregates that a tree of them is made of.
    case aggregate
}

extension [Contribution] {
    /// The number of experts of the global model where none is asked for: the largest local one, unless a single site has many more than
    /// all others.
    ///
    /// A search takes time in proportion to it, and whoever makes a file may write any number of experts.
    package var usualExpertCount: Int {
        let counts = map(\.fitted.model.regressionCount).sorted(by: >)
        guard counts.count > 1 else { return counts.first ?? 1 }
        return Swift.min(counts[0], Swift.max(Self.leastBound, Self.mostTimesNext * counts[1]))
    }

    private static var leastBound: Int { 10 }
    private static var mostTimesNext: Int { 3 }
}

/// Covariates given by the user, in the order of the design, and where they come from.
package struct GivenSupport: Sendable {
    package var covariates: Matrix
    /// What they are the covariates of.
    package var source: String

    package init(covariates: Matrix, source: String) {
        self.covariates = covariates
        self.source = source
    }
}
