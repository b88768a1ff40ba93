import ArgumentParser
import DistributedMoE
import Messages

/// How local models become a global one, wherever they come from and it goes.
struct AggregateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Experts of the global model (default: the largest local number), or auto: the best on an independent Monte Carlo "
                + "sample.", valueName: "k"))
    var experts: AggregationChoices.GlobalExperts?
    @OptionGroup(title: "Aggregation") var aggregation: AggregationOptionGroup
    @OptionGroup(title: "Data of --support") var data: DataOptions
    @OptionGroup var seed: SeedOption

    /// Files whose covariates serve as support.
    var supportFiles: [String] { aggregation.support.support }

    var support: SupportInput? { get throws { try aggregation.support.input(data) } }

    var job: AggregateJob {
        var job = AggregateJob()
        job.settings = aggregation.settings(experts: experts, seed: seed.seed)
        job.missing = data.missing
        return job
    }

    func check() throws(RequestRefusal) {
        try job.check(hasSupport: !supportFiles.isEmpty)
        if supportFiles.isEmpty, let option = data.given { throw .noEffect(option, .noSupportTable) }
    }
}
