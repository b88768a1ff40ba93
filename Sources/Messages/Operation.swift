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
        switch (self, style) {
        case (.newStudy, _): "dmoe study new"
        case (.checkStudy, _): "dmoe study check"
        case (.fit, .commandLine): "dmoe fit"
        case (.fit, .swift): "FitJob"
        case (.fit, .python), (.fit, .estimator), (.fit, .r): "fit_local"
        case (.aggregate, .commandLine): "dmoe aggregate"
        case (.aggregate, .swift): "AggregateJob"
        case (.aggregate, .python), (.aggregate, .estimator): "aggregate"
        case (.aggregate, .r): "aggregate_models"
        case (.predict, .commandLine): "dmoe predict"
        case (.predict, .swift): "PredictJob"
        case (.predict, .python), (.predict, .estimator): "Model.predict"
        case (.predict, .r): "predict"
        case (.statistics, .commandLine): "dmoe statistics"
        case (.statistics, .swift): "StatisticsJob"
        case (.statistics, .python), (.statistics, .estimator): "Model.statistics"
        case (.statistics, .r): "site_statistics"
        case (.update, .commandLine): "dmoe update"
        case (.update, .swift): "UpdateJob"
        case (.update, .python), (.update, .estimator): "Model.update"
        case (.update, .r): "update_model"
        }
    }
}
