import Messages
import MixtureOfExperts

extension Study {
    package typealias Problem = (field: String, reason: String)

    /// The first field whose value cannot be, and why; nil for a study that can be used.
    package var problem: Problem? {
        headProblem ?? duplicateProblem ?? covariates.indices.lazy.compactMap { problem(ofCovariate: $0) }.first
            ?? nameProblem
            ?? listProblem("regression", regression) ?? listProblem("gate", gate) ?? unusedProblem
    }

    private var headProblem: Problem? {
        if formatVersion < 1 { return ("formatVersion", "must be 1 or more") }
        for (field, name) in [
            ("target", target), ("exposure", exposure ?? "-"), ("weights", weights ?? "-"), ("subject", subject ?? "-"),
        ]
        where name.isEmpty { return (field, "is empty") }
        if missing != .error, missing != .drop {
            return ("missing", "can be \"error\" or \"drop\"; \"mean\" and \"level\" belong to a covariate")
        }
        if let problem = roleProblem { return problem }
        if covariates.isEmpty { return ("covariates", "lists none") }
        if let experts, !(1...OptionBounds.mostExperts).contains(experts) {
            return ("experts", "must be from 1 to \(OptionBounds.mostExperts)")
        }
        if let leastSites, leastSites < 2 { return ("leastSites", "must be 2 or more") }
        return familyProblem
    }

    /// A response, an exposure, a weight and subjects each have a column of their own.
    private var roleProblem: Problem? {
        var others = [("target", target)]
        for (field, name) in [("exposure", exposure), ("weights", weights), ("subject", subject)] {
            guard let name else { continue }
            if let (other, _) = others.first(where: { $0.1 == name }) { return (field, "is the \(other)") }
            others.append((field, name))
        }
        return nil
    }

    private var familyProblem: Problem? {
        guard let response = ExpertFamilies.response(family) else {
            let known = ExpertFamilies.names.map { "\"\($0)\"" }.joined(separator: ", ")
            return ("family", "\(family.quoted) is not known here; known are \(known)")
        }
        if let problem = fixedExpertProblem { return problem }
        if exposure != nil, !response.takesExposure {
            return ("exposure", "is for families of rates, such as poisson, not for \(family.quoted)")
        }
        guard case .classes = response else {
            return classes.map { _ in ("classes", "are not for family \(family.quoted)") }
        }
        guard let classes else {
            return ("classes", "is missing: family \(family.quoted) needs them, the reference first")
        }
        if classes.count < 2 { return ("classes", "must be two or more") }
        return Self.spellingProblem(classes).map { ("classes", $0) }
    }

    private func problem(ofCovariate index: Int) -> Problem? {
        let covariate = covariates[index]
        func refuse(_ field: String, _ reason: String) -> Problem {
            ("covariates[\(index)].\(field)", "of \(covariate.name.quoted): \(reason)")
        }
        if covariate.name.isEmpty { return ("covariates[\(index)].name", "is empty") }
        for (field, name) in [("target", target), ("exposure", exposure), ("weights", weights), ("subject", subject)]
        where name == covariate.name { return refuse("name", "it is the \(field), and cannot be a covariate too") }
        if let field = covariate.foreignFields.first {
            return refuse(field, "does not belong to type \"\(covariate.type.rawValue)\"")
        }
        if let (field, reason) = covariate.spellingProblem { return refuse(field, reason) }
        let rules = covariate.possibleRules
        if let rule = covariate.missing, !rules.contains(rule) {
            let known = rules.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            return refuse(
                "missing", "\"\(rule.rawValue)\" is not for type \"\(covariate.type.rawValue)\", which takes \(known)")
        }
        guard let value = covariate.value else { return nil }
        if covariate.missing != .mean { return refuse("value", "needs \"missing\": \"mean\" beside it") }
        return abs(value) <= RowSelection.largestValue ? nil : refuse("value", "must lie between -1e100 and 1e100")
    }

    private var duplicateProblem: Problem? {
        var seen = Set<String>()
        return covariates.enumerated().first { !seen.insert($1.name).inserted }.map { index, covariate in
            ("covariates[\(index)].name", "of \(covariate.name.quoted): it is duplicated")
        }
    }

    /// Names of columns that would be the same.
    private var nameProblem: Problem? {
        var taken = Set([target] + [offsetName].compactMap { $0 })
        for (index, covariate) in covariates.enumerated() {
            for name in columnNames(covariate) where !taken.insert(name).inserted {
                return ("covariates[\(index)]", "gives a column \(name.quoted), which there is already; rename one")
            }
        }
        return nil
    }

    private func listProblem(_ field: String, _ names: [String]?) -> Problem? {
        guard let names else { return nil }
        if Set(names).count < names.count { return (field, "has a covariate more than once") }
        let known = Set(covariates.map(\.name))
        return names.first { !known.contains($0) }.map { (field, "names \($0.quoted), which is no covariate") }
    }

    private var unusedProblem: Problem? {
        guard let regression, let gate else { return nil }
        let used = Set(regression + gate)
        return covariates.first { !used.contains($0.name) }.map {
            ("covariates", "lists \($0.name.quoted), which is neither in \"regression\" nor in \"gate\"")
        }
    }
}

extension Study.Covariate {
    fileprivate var possibleRules: [Study.MissingRule] {
        type == .number ? [.error, .drop, .mean] : [.error, .drop, .level]
    }

    /// Fields of other types that have a value.
    fileprivate var foreignFields: [String] {
        let categoryFields = [("levels", levels != nil), ("reference", reference != nil)]
        let yesNoFields = [("yes", yes != nil), ("no", no != nil)]
        let numberFields = [("value", value != nil)]
        let foreign =
            switch type {
            case .number: categoryFields + yesNoFields
            case .category: yesNoFields + numberFields
            case .yesNo: categoryFields + numberFields
            }
        return foreign.filter(\.1).map(\.0)
    }

    fileprivate var spellingProblem: Study.Problem? {
        switch type {
        case .number: return nil
        case .category:
            guard let levels else { return ("levels", "is missing: a category needs its levels") }
            if levels.count < 2 { return ("levels", "must be two or more") }
            if let problem = Study.spellingProblem(levels) { return ("levels", problem) }
            guard let reference else { return ("reference", "is missing: name the level without a column") }
            return levels.contains(reference) ? nil : ("reference", "\(reference.quoted) is none of the levels")
        case .yesNo:
            guard let yes else { return ("yes", "is missing: give the spelling that counts as 1") }
            guard let no else { return ("no", "is missing: give the spelling that counts as 0") }
            return Study.spellingProblem([yes, no]).map { ("yes", $0) }
        }
    }
}

extension Study {
    /// What keeps a field of the table from being one of these.
    package static func spellingProblem(_ spellings: [String]) -> String? {
        var seen: [String: String] = [:]
        for spelling in spellings {
            let name = spelling.trimmingBlanks
            if name.isEmpty { return "an empty field is a missing value, not a level" }
            guard let first = seen.updateValue(spelling, forKey: name) else { continue }
            return first == spelling
                ? "\(spelling.quoted) is duplicated"
                : "\(first.quoted) and \(spelling.quoted) are one: blanks around a field do not count"
        }
        return nil
    }
}
