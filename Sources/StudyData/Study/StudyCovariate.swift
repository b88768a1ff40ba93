extension Study {
    /// A column of the table that is a covariate.
    public struct Covariate: Codable, Sendable, Equatable {
        /// What the values of a covariate are, and the columns of the design that it becomes.
        public enum ValueType: String, Codable, Sendable, CaseIterable {
            /// Numbers: one column, as it is.
            case number
            /// A category: a 0/1 column for each level but the reference.
            case category
            /// Yes or no: a 0/1 column.
            case yesNo = "yes-no"
        }

        /// The column of the table.
        public var name: String
        /// A note for people; no effect.
        public var note: String?
        /// What its values are.
        public var type: ValueType
        /// Of a category: as the table spells them.
        public var levels: [String]?
        /// Of a category: the level without a column.
        public var reference: String?
        /// Of yes-no: the spelling that counts as 1.
        public var yes: String?
        /// Of yes-no: the spelling that counts as 0.
        public var no: String?
        /// nil for the rule of the study.
        public var missing: MissingRule?
        /// Of a number with rule `mean`: what takes the place of a missing value at every site; nil for the site's own mean.
        public var value: Double?

        private init(name: String, type: ValueType, missing: MissingRule?) {
            self.name = name
            self.type = type
            self.missing = missing
        }

        /// A column of numbers.
        ///
        /// - Parameters:
        ///   - name: the column of the table.
        ///   - missing: the rule for missing values; nil for that of the study.
        ///   - value: with rule `mean`, what takes the place of a missing value at every site; nil for the mean of the site.
        public static func number(_ name: String, missing: MissingRule? = nil, value: Double? = nil) -> Covariate {
            var covariate = Covariate(name: name, type: .number, missing: missing)
            covariate.value = value
            return covariate
        }

        /// A column of categories.
        ///
        /// - Parameters:
        ///   - name: the column of the table.
        ///   - levels: as the table spells them, the reference among them.
        ///   - reference: the level without a 0/1 column.
        ///   - missing: the rule for missing values; nil for that of the study.
        public static func category(
            _ name: String, levels: [String], reference: String, missing: MissingRule? = nil
        ) -> Covariate {
            var covariate = Covariate(name: name, type: .category, missing: missing)
            covariate.levels = levels
            covariate.reference = reference
            return covariate
        }

        /// A column of yes and no.
        ///
        /// - Parameters:
        ///   - name: the column of the table.
        ///   - yes: the spelling that counts as 1.
        ///   - no: the spelling that counts as 0.
        ///   - missing: the rule for missing values; nil for that of the study.
        public static func yesNo(
            _ name: String, yes: String, no: String, missing: MissingRule? = nil
        ) -> Covariate {
            var covariate = Covariate(name: name, type: .yesNo, missing: missing)
            covariate.yes = yes
            covariate.no = no
            return covariate
        }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, note, type, levels, reference, yes, no, missing, value
        }

        /// Reads the fields without checking that they go together.
        ///
        /// - Throws: `DecodingError`, also for a field that is not known.
        public init(from decoder: any Decoder) throws {
            let fields = try KnownFields<CodingKeys>(decoder)
            name = try fields.value(.name)
            note = try fields.optional(.note)
            type = try fields.requiredChoice(.type)
            levels = try fields.optional(.levels)
            reference = try fields.optional(.reference)
            yes = try fields.optional(.yes)
            no = try fields.optional(.no)
            missing = try fields.choice(.missing)
            value = try fields.optional(.value)
        }
    }
}

extension Study.Covariate {
    /// The spellings that a field may have, the one of no column first; nil for numbers.
    var spellings: [String]? {
        switch type {
        case .number: nil
        case .category: [reference ?? ""] + (levels ?? []).filter { $0 != reference }
        case .yesNo: [no ?? "", yes ?? ""]
        }
    }

    /// - Parameter missing: the rule in force.
    func columnNames(missing: Study.MissingRule) -> [String] {
        var names =
            switch type {
            case .number, .yesNo: [name]
            case .category: (spellings ?? []).dropFirst().map { "\(name)=\($0)" }
            }
        if missing == .mean || missing == .level { names.append("\(name) missing") }
        return names
    }
}
