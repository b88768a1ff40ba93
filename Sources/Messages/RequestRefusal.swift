/// Why a request is refused before a row is looked at: the same reasons whatever door it came in by.
public enum RequestRefusal: Error, Equatable, Sendable {
    /// A number outside of its ``OptionBounds``.
    case outOfBounds(RequestOption, OptionBounds)
    /// Below the least threshold that protects rows.
    case belowLeastThreshold(least: Int)
    /// A range whose first number is above its last.
    case reversedRange(RequestOption, first: Int, last: Int)
    /// A name that is none of the known ones.
    case unknownName(RequestOption, given: String, known: [String])
    /// An option that is needed; `or` may take its place.
    case missing(RequestOption, or: RequestOption? = nil)
    /// Neither the request nor the study says it.
    case missingInStudyToo(RequestOption)
    /// A list with an empty name.
    case emptyName(RequestOption)
    /// A list with a name more than once.
    case duplicatedName(RequestOption, name: String)
    /// What a study decides cannot be given beside it.
    case decidedByStudy(RequestOption)
    /// Two options that exclude each other.
    case conflict(RequestOption, RequestOption, Conflict)
    /// A column that two options name, each of which wants one of its own.
    case twoRoles(RequestOption, RequestOption, name: String)
    /// A column of subjects that a study has for something else.
    case subjectIsAnother(String)
    /// An option without an effect here.
    case noEffect(RequestOption, Reason)
    /// An expert without parameters that the family of the others cannot have beside them.
    case fixedExpert(RequestOption, FixedExpertReason)
    /// An option that takes no experts without parameters.
    case noFixedExperts(RequestOption)
    /// An option that another value of it needs.
    case needs(RequestOption, RequestOption, Reason)
    /// A method that fixes an option to another value than the one given.
    case fixedByMethod(method: String, RequestOption, value: String)
    /// A method whose result is all local models, where one model is asked for.
    case noSingleModel(method: String)
    /// Nothing is there to work on.
    case nothingGiven(Subject)
    /// Rows that lie in no folder, where a ledger could be: what they come from.
    case noPlaceForLedger(source: String)
    /// A list that must have one entry for each of something else.
    case countMismatch(RequestOption, found: Int, needed: Int)
    /// A largest share below that of equal weights.
    case shareBelowEqual(RequestOption, sites: Int)
    /// Two sites of one name.
    case duplicatedSite(String)
    /// One table, and nothing that divides it.
    case oneShard
    /// Numbers of shards and groups that leave a group to no shard.
    case unseenGroup(shards: Int, capacity: Int)

    /// Why a family cannot have an expert without parameters.
    public enum FixedExpertReason: Sendable, Equatable {
        /// Each class has its probability.
        case responsesAreClasses(family: String)
        /// Only real numbers have noise over a range.
        case noiseOfOtherFamily(family: String)
        /// A range about the rows of one site, where all sites need the same.
        case rangeOfOneSite
        /// A range whose ends are not finite, or the first not below the second.
        case emptyRange
        /// A value that the family cannot take, in its words.
        case value(Double, family: String)
        /// A value that is given twice.
        case duplicatedValue(Double)
    }

    /// Why two options exclude each other.
    public enum Conflict: Sendable, Equatable {
        /// Two ways to divide rows into shards.
        case twoDivisions
        /// Pooled rows of a simulation whose shards have gates of their own.
        case noKnownGate
        /// A weight of a penalty that is chosen and given.
        case automaticWeight
        /// Test rows that are given and held out.
        case twoSourcesOfTestRows
    }

    /// Why an option has no effect, or what it needs.
    public enum Reason: Sendable, Equatable {
        /// For families whose responses are not classes.
        case responsesAreNoClasses(family: String)
        /// For families without rates.
        case responsesAreNoRates(family: String)
        /// A method that keeps all local models.
        case nothingIsReduced
        case roundsHaveNoErrors
        /// A method that keeps all experts.
        case allExpertsAreKept
        /// What this method has not.
        case methodHasNone(method: String)
        /// A criterion that has one number of experts to choose from.
        case criterionOfOneNumber
        /// Scores of held-out rows where none is held out.
        case scoresNeedRows
        /// A second fit after a lasso where there is no lasso.
        case refitWithoutPenalty
        /// Rounds after a lasso.
        case roundsKeepNoZeros
        /// Groups of rows where there are no test rows.
        case groupsOfTestRows
        /// A range of numbers of experts where one fit is asked for.
        case rangeOfOneFit
        /// A category that is the target.
        case categoryIsTarget(String)
        /// A category that is none of the covariates that are named.
        case categoryIsNoFeature(String)
        /// A category that is excluded.
        case categoryIsExcluded(String)
        /// A column that is excluded and the target.
        case excludedIsTarget(String)
        /// A column that is excluded and named as a covariate.
        case excludedIsFeature(String)
        /// Levels where no study says which there are.
        case levelsOfStudy
        /// How a table is read that is not given.
        case noSupportTable
        /// What is shown has no intervals, and no effects of covariates.
        case noEffectsShown
        /// A choice of a method that is not among those asked for.
        case otherMethods(String)
        /// A gate of one expert.
        case oneExpertHasNoGate
        /// An adaptation of neither gate nor experts.
        case nothingIsAdapted
        /// A ledger of what is no answer.
        case staysWithOwner
        /// What a ledger decides.
        case ledgerKnowsRows
    }

    /// What a request works on.
    public enum Subject: Sendable, Equatable {
        /// Models of single sites.
        case localModels
        /// Statistics of single sites at a global model.
        case statistics
        /// A table.
        case rows
    }
}

extension RequestRefusal: DoorMessage {
    /// One line, with options in the spelling of a door.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .outOfBounds(let option, let bounds): "\(option.name(style)) must \(bounds.description)"
        case .belowLeastThreshold(let least):
            "\(RequestOption.minRows.name(style)) must be \(least) or more: statistics over fewer rows disclose them"
        case .reversedRange(let option, let first, let last):
            "\(option.name(style)) must rise: \(first) is above \(last)"
        case .unknownName(let option, let given, let known):
            "\(option.name(style)): \(given.quoted) is not known; known are \(known.joined(separator: ", "))"
        case .missing(let option, let alternative):
            "\(option.name(style)) is missing" + (alternative.map { ": give it or \($0.name(style))" } ?? "")
        case .missingInStudyToo(let option):
            "\(option.name(style)) is missing: neither the request nor the study gives it"
        case .emptyName(let option): "\(option.name(style)): a name is empty"
        case .duplicatedName(let option, let name): "\(option.name(style)): \(name.quoted) is duplicated"
        case .decidedByStudy(let option):
            "\(option.name(style)) cannot go with \(RequestOption.study.name(style)): the study decides it"
        case .conflict(let first, let second, let conflict):
            "\(first.name(style)) and \(second.name(style)) cannot go together: \(conflict.text)"
        case .twoRoles(let option, let other, let name):
            "\(option.name(style)) and \(other.name(style)) both name \(name.quoted), and a column has one role; leave it out of one of them"
        case .subjectIsAnother(let name):
            "\(RequestOption.subject.name(style)): \(name.quoted) is another column of the study; name one that says of whom a row is"
        case .noEffect(let option, let reason): "\(option.name(style)) has no effect here: \(reason.text(style))"
        case .fixedExpert(let option, let reason): "\(option.name(style)): \(reason.text)"
        case .noFixedExperts(let option):
            "\(option.name(style)) cannot go with \(RequestOption.pointMass.name(style)) or \(RequestOption.noise.name(style)): it takes no "
                + "experts without parameters yet"
        case .needs(let option, let needed, let reason):
            "\(option.name(style)) needs \(needed.name(style)): \(reason.text(style))"
        case .fixedByMethod(let method, let option, let value):
            "\(RequestOption.method.setting(method, style)) means \(option.setting(value, style))"
        case .noSingleModel(let method):
            "\(RequestOption.method.setting(method, style)) keeps all local models and makes no single one: choose another "
                + "method, or write the local models to files and aggregate them by "
                + RequestOption.method.setting(method, style)
        case .nothingGiven(let subject): subject.text
        case .noPlaceForLedger(let source):
            "\(source.visible) lies in no folder where a ledger of releases could be: name a file for it by "
                + "\(RequestOption.ledger.name(style)), or keep none by \(RequestOption.noLedger.name(style))"
        case .countMismatch(let option, let found, let needed):
            "\(option.name(style)): \(found) given for \(needed)"
        case .shareBelowEqual(let option, let sites):
            "\(option.name(style)) is below 1/\(sites), the share of each of \(sites) sites of equal weight"
        case .duplicatedSite(let name): "site \(name.quoted) is duplicated: give each site once"
        case .oneShard:
            "one file is one shard: give more files, \(RequestOption.shardBy.name(style)) or "
                + "\(RequestOption.shards.name(style))"
        case .unseenGroup(let shards, let capacity):
            "\(RequestOption.shards.setting(shards, style)) with \(RequestOption.capacity.setting(capacity, style)) leaves "
                + "a group that no shard sees: use more of either"
        }
    }
}

extension RequestRefusal.FixedExpertReason {
    fileprivate var text: String {
        switch self {
        case .responsesAreClasses(let family):
            "responses of family \(family.quoted) are classes, and each has its probability already"
        case .noiseOfOtherFamily(let family):
            "noise over a range is for family 'gaussian', not for \(family.quoted)"
        case .rangeOfOneSite: "all sites have the same range: give its two ends, such as -100..100"
        case .emptyRange: "a range has two finite ends, the first below the second, such as -100..100"
        case .value(let value, let family):
            "\(value.isNaN ? "nan" : Format.label(value)) is no value that a response of family \(family.quoted) can have"
        case .duplicatedValue(let value): "\(Format.label(value)) is duplicated"
        }
    }
}

extension RequestRefusal.Conflict {
    fileprivate var text: String {
        switch self {
        case .twoDivisions: "rows are divided in one way"
        case .noKnownGate: "the pooled rows would have no known gate"
        case .automaticWeight: "the weight of the penalty is chosen or given"
        case .twoSourcesOfTestRows: "test rows are given or held out"
        }
    }
}

extension RequestRefusal.Reason {
    fileprivate func text(_ style: OptionStyle) -> String {
        switch self {
        case .responsesAreNoClasses(let family): "responses of family \(family.quoted) are no classes"
        case .responsesAreNoRates(let family):
            "exposures are for families of rates, such as poisson, not for \(family.quoted)"
        case .roundsHaveNoErrors: "a model after extra rounds has no standard errors"
        case .nothingIsReduced: "with method \"mixture\" nothing is reduced"
        case .allExpertsAreKept: "with method \"mixture\" all local experts are kept"
        case .methodHasNone(let method): "method \(method.quoted) has no such choice"
        case .criterionOfOneNumber: "a criterion chooses in a range of numbers of experts, such as 1 to 8"
        case .scoresNeedRows: "held-out scores need rows to score on"
        case .refitWithoutPenalty: "a refit is of the slopes that a penalty left"
        case .roundsKeepNoZeros: "extra rounds make no slope 0; leave out the penalty"
        case .groupsOfTestRows: "groups are a column of \(RequestOption.test.name(style))"
        case .rangeOfOneFit: "only a fit of one site chooses in a range: give one number"
        case .categoryIsTarget(let name): "\(name.quoted) is the target"
        case .categoryIsNoFeature(let name):
            "\(name.quoted) is not among \(RequestOption.features.name(style)); add it there"
        case .categoryIsExcluded(let name): "\(name.quoted) is excluded"
        case .excludedIsTarget(let name): "\(name.quoted) is the target"
        case .excludedIsFeature(let name): "\(name.quoted) is named as a covariate"
        case .oneExpertHasNoGate:
            "one expert has no gate; \(RequestOption.adapted.setting("intercepts", style)) adapts its intercept"
        case .nothingIsAdapted: "nothing is adapted without \(RequestOption.adapt.name(style))"
        case .noEffectsShown: "effects and their intervals are shown of one model"
        case .otherMethods(let method): "method \(method.quoted) is not among \(RequestOption.methods.name(style))"
        case .noSupportTable: "no row is read without \(RequestOption.support.name(style))"
        case .staysWithOwner: "what stays with the owner of the rows is no answer"
        case .ledgerKnowsRows: "the ledger knows which rows are new"
        case .levelsOfStudy: "only models of a study know levels of categories"
        }
    }
}

extension RequestRefusal.Subject {
    fileprivate var text: String {
        switch self {
        case .localModels: "there is no local model: give at least one"
        case .statistics: "there are no statistics: give those of at least one site"
        case .rows: "there are no rows: give at least one file"
        }
    }
}
