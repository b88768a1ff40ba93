import MixtureOfExperts

extension Contribution {
    /// Sums depend on their order in the last bits: neither that of the files nor that of the experts may matter.
    static func precedes(_ left: Self, _ right: Self) -> Bool {
        left.fitted.comparison(with: right.fitted).map { $0 < 0 } ?? (left.name < right.name)
    }

    /// The local model with its covariates in the order of the first.
    func arranged(as first: Self) throws(AggregationError) -> Self {
        let left = first.fitted.model
        let right = fitted.model
        let differing: String
        if left.family.name != right.family.name {
            differing = "the family of the experts ('\(left.family.name)' and '\(right.family.name)')"
        } else if !left.family.isSame(as: right.family) {
            differing = "the classes of '\(left.design.target)' or their order"
        } else if left.design.target != right.design.target {
            differing = "the target ('\(left.design.target)' and '\(right.design.target)')"
        } else if let difference = Self.noiseDifference(left, right) {
            differing = difference
        } else if let fitted = fitted.arranged(as: left.design) {
            return Self(name: name, fitted: fitted)
        } else {
            differing = "the covariates (\(Self.difference(left.design, right.design)))"
        }
        throw .disagreement(first: first.name, second: name, what: differing)
    }

    private static func difference(_ left: Design, _ right: Design) -> String {
        let missing = left.covariates.filter { !right.covariates.contains($0) }
        let added = right.covariates.filter { !left.covariates.contains($0) }
        if left.offsetFeature != right.offsetFeature { return "the exposure" }
        let parts = [("only the first has", missing), ("only the second has", added)]
            .filter { !$0.1.isEmpty }.map { "\($0.0) '\($0.1.joined(separator: "', '"))'" }
        return parts.isEmpty ? "which of them enter the experts and which the gate" : parts.joined(separator: ", ")
    }
}

extension FittedMixture {
    /// Fourth powers of what is at most this are finite, 1e300, and so are their sums over a million terms: an aggregation takes squares
    /// of residuals times squared weights, and no product of more.
    private static let largest = 1e75

    /// Whether parameters and statistics, in pooled standard units, can be computed with: numbers near the largest ones cannot.
    var isComputable: Bool { numberLists.allSatisfy { $0.allSatisfy { abs($0) <= Self.largest } } }

    var largestNumber: Double { numberLists.reduce(0) { $1.reduce($0) { max($0, abs($1)) } } }

    private var numberLists: [[Double]] {
        moments.map { [$0.weight, $0.squaredWeight, $0.effectiveRows] } + moments.map(\.mean)
            + moments.map(\.scatter.storage)
            + information.map(\.storage) + scores + model.experts.map(\.coefficients) + [
                model.experts.map(\.dispersion), model.gate.coefficients.storage,
            ] + marginals.joined().compactMap { $0?.bins.map(\.mean) }
    }

    /// Below 0 where this mixture comes first, nil where both are the same: an order that does not depend on where they
    /// came from.
    ///
    /// Most differ in the first numbers, so nothing is collected before it is compared.
    fileprivate func comparison(with other: FittedMixture) -> Int? {
        if let order = compare([weight, Double(rowCount)], [other.weight, Double(other.rowCount)]) { return order }
        for (own, others) in zip(model.experts, other.model.experts) {
            let first = compare(own.coefficients, others.coefficients)
            if let order = first ?? compare([own.dispersion], [others.dispersion]) { return order }
        }
        if model.expertCount != other.model.expertCount { return model.expertCount - other.model.expertCount }
        if let order = compare(model.gate.coefficients.storage, other.model.gate.coefficients.storage) { return order }
        for (own, others) in zip(moments, other.moments) {
            let first = compare(own.mean, others.mean)
            if let order = first ?? compare(own.scatter.storage, others.scatter.storage) { return order }
        }
        for (own, others) in zip(information, other.information) {
            if let order = compare(own.storage, others.storage) { return order }
        }
        for (own, others) in zip(marginals.joined(), other.marginals.joined()) {
            let (left, right) = (own?.bins ?? [], others?.bins ?? [])
            if let order = compare(left.map(\.mean), right.map(\.mean))
                ?? compare(left.map(\.share), right.map(\.share))
            {
                return order
            }
        }
        return nil
    }
}

/// By the first numbers that differ, then by length; nil where the lists are the same.
private func compare(_ left: [Double], _ right: [Double]) -> Int? {
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
        return left[index] < right[index] ? -1 : 1
    }
    return left.count == right.count ? nil : left.count - right.count
}
