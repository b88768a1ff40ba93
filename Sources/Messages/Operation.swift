/// What messages advise to do, as each interface calls it.
package enum Operation: Sendable {
    case fit
    case aggregate
    case predict
    case statistics
    case update
    /// Studies are made and checked by the command line alone.
    case newStudy
    case checkStudy

    package func name(_ style: OptionStyle) -> String {
        switch style {
        case .commandLine: names.commandLine
        case .swift: names.swift
        case .python, .estimator: names.python
        case .r: names.r
        }
    }

    private var names: (commandLine: String, swift: String, python: String, r: String) {
        switch self {
        case .fit: ("dmoe fit", "FitJob", "fit_local", "fit_local")
        case .aggregate: ("dmoe aggregate", "AggregateJob", "aggregate", "aggregate_models")
        case .predict: ("dmoe predict", "PredictJob", "Model.predict", "predict")
        case .statistics: ("dmoe statistics", "StatisticsJob", "Model.statistics", "site_statistics")
        case .update: ("dmoe update", "UpdateJob", "Model.update", "update_model")
        case .newStudy: Self.everywhere("dmoe study new")
        case .checkStudy: Self.everywhere("dmoe study check")
        }
    }

    private static func everywhere(_ name: String) -> (String, String, String, String) { (name, name, name, name) }
}
