import Messages
import Testing

/// How the doors spell the options that messages name.
@Suite struct RequestOptionTests {
    @Test(arguments: OptionStyle.allCases) func noTwoOptionsAreSpelledTheSame(style: OptionStyle) {
        let names = RequestOption.allCases.map { $0.name(style) }
        #expect(Set(names).count == names.count)
    }

    /// Of one style's form, so that none is taken for a name of another language.
    @Test(arguments: RequestOption.allCases) func spellingsAreOfTheirLanguage(option: RequestOption) throws {
        #expect(option.name(.commandLine).wholeMatch(of: /--[a-z][a-z0-9]*(-[a-z0-9]+)*/) != nil)
        #expect(option.name(.python).wholeMatch(of: /[a-z][a-z0-9]*(_[a-z0-9]+)*/) != nil)
        #expect(option.name(.swift).wholeMatch(of: /[a-z][a-zA-Z0-9]*/) != nil)
    }

    @Test func wordsAreDividedAsTheLanguageDividesThem() {
        let names = OptionStyle.allCases.map { RequestOption.rowsPerParameter.name($0) }
        #expect(
            names == [
                "--rows-per-parameter", "rows_per_parameter", "rowsPerParameter", "rows_per_parameter",
                "rows_per_parameter",
            ])
        #expect(
            OptionStyle.allCases.map { RequestOption.l1Gate.name($0) }
                == ["--l1-gate", "l1_gate", "l1Gate", "l1_gate", "l1_gate"])
        #expect(
            OptionStyle.allCases.map { RequestOption.threads.name($0) }
                == ["--threads", "n_jobs", "threads", "n_jobs", "threads"])
    }

    /// As scikit-learn names such parameters, and everything else as Python's functions do.
    @Test func estimatorsHaveNamesOfTheirOwn() {
        let others = RequestOption.allCases.filter { $0.name(.estimator) != $0.name(.python) }
        #expect(
            Dictionary(uniqueKeysWithValues: others.map { ($0, $0.name(.estimator)) }) == [
                .target: "y", .experts: "n_experts", .globalExperts: "n_global_experts", .starts: "n_starts",
                .tolerance: "tol",
                .maximumIterations: "max_iter", .seed: "random_state", .weights: "sample_weight",
            ])
        #expect(RequestOption.experts.setting(5, .estimator) == "n_experts=5")
    }

    @Test func valuesAreWrittenAsTheLanguageWritesThem() {
        #expect(
            OptionStyle.allCases.map { RequestOption.family.setting("poisson", $0) }
                == [
                    "--family poisson", "family=\"poisson\"", "family: \"poisson\"", "family=\"poisson\"",
                    "family = \"poisson\"",
                ])
        #expect(
            OptionStyle.allCases.map { RequestOption.minRows.setting(5, $0) }
                == ["--min-rows 5", "min_rows=5", "minRows: 5", "min_rows=5", "min_rows = 5"])
        #expect(RequestOption.missing.setting("drop", .r) == "na.action = na.omit")
    }
}
