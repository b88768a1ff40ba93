import Messages

extension Study {
    /// In words, the first thing that differs from `other`; nil where both read a table in the same way.
    ///
    /// - Parameters:
    ///   - own: where this study is from.
    ///   - another: where `other` is from.
    package func difference(from other: Study, own: String, another: String) -> String? {
        func differ(_ what: String, _ mine: String?, _ theirs: String?) -> String? {
            mine == theirs
                ? nil : "\(what) is \(mine ?? "none") in \(own) and \(theirs ?? "none") in \(another)"
        }
        let heads = [
            differ("the target", target.quoted, other.target.quoted), differ("the family", family, other.family),
            listDifference("class", classes ?? [], other.classes ?? [], own, another),
            differ("the point masses", pointMasses?.numbersText, other.pointMasses?.numbersText),
            differ("the range of noise", noise?.numbersText, other.noise?.numbersText),
            differ("the exposure", exposure?.quoted, other.exposure?.quoted),
            differ("the column of weights", weights?.quoted, other.weights?.quoted),
            differ("the rule for missing values", missing.rawValue, other.missing.rawValue),
            listDifference("covariate", covariates.map(\.name), other.covariates.map(\.name), own, another),
        ]
        let ofCovariates = zip(covariates, other.covariates).map { mine, theirs in
            covariateDifference(mine, theirs, other, own, another)
        }
        let lists = [
            listDifference("covariate of the experts", names(regression), other.names(other.regression), own, another),
            listDifference("covariate of the gate", names(gate), other.names(other.gate), own, another),
        ]
        return (heads + ofCovariates + lists).compactMap { $0 }.first
    }

    private func covariateDifference(
        _ mine: Covariate, _ theirs: Covariate, _ other: Study, _ own: String, _ another: String
    ) -> String? {
        func differ(_ what: String, _ first: String?, _ second: String?) -> String? {
            first == second
                ? nil
                : "\(what) of '\(mine.name.visible)' is \(first ?? "none") in \(own) and \(second ?? "none") in \(another)"
        }
        return [
            differ("the type", mine.type.rawValue, theirs.type.rawValue),
            listDifference("level", mine.levels ?? [], theirs.levels ?? [], own, another, of: mine.name),
            differ("the reference", mine.reference?.quoted, theirs.reference?.quoted),
            differ("the yes", mine.yes?.quoted, theirs.yes?.quoted),
            differ("the no", mine.no?.quoted, theirs.no?.quoted),
            differ("the rule for missing values", missingRule(mine).rawValue, other.missingRule(theirs).rawValue),
            differ("the value for missing ones", mine.value.map(Format.label), theirs.value.map(Format.label)),
        ].compactMap { $0 }.first
    }

    private func listDifference(
        _ what: String, _ mine: [String], _ theirs: [String], _ own: String, _ another: String, of name: String? = nil
    ) -> String? {
        guard mine != theirs else { return nil }
        let subject = name.map { "'\($0.visible)' has \(what)" }
        for (list, others, place) in [(mine, theirs, own), (theirs, mine, another)] {
            guard let only = list.first(where: { !others.contains($0) }) else { continue }
            return subject.map { "\($0) '\(only.visible)' only in \(place)" }
                ?? "'\(only.visible)' is a \(what) only in \(place)"
        }
        return "the order of each \(what)" + (name.map { " of '\($0.visible)'" } ?? "")
            + " is not the same in \(own) and \(another)"
    }

    /// In the order of the covariates, whatever that of the list.
    package func names(_ list: [String]?) -> [String] {
        let all = covariates.map(\.name)
        return list.map { chosen in all.filter(Set(chosen).contains) } ?? all
    }
}
