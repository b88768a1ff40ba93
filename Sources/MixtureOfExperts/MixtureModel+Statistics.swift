import LinearAlgebra

extension MixtureModel {
    /// One pass over the rows: their additive statistics under this model.
    ///
    /// The result has the same bits for any number of threads.
    public func statistics(
        of rows: ShardRows, level: StatisticsLevel, parallelism: Parallelism = .serial
    ) -> MixtureStatistics {
        statistics(of: rows as any RowSource, level: level, parallelism: parallelism)
    }

    package func statistics(
        of rows: any RowSource, level: StatisticsLevel, parallelism: Parallelism = .serial,
        instructionSet: InstructionSet = .best
    ) -> MixtureStatistics {
        let layout = StatisticsLayout(level: level, expertCount: expertCount, momentCount: design.momentCount)
        return rows.reduce(parallelism, into: MixtureStatistics(layout: layout)) { part in
            let pass = StatisticsPass(model: self, layout: layout, instructionSet: instructionSet)
            defer { pass.deallocate() }
            return pass.statistics(rows, part)
        } merge: {
            $0.merge($1)
        }
    }
}
