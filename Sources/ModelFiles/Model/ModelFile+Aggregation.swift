import Aggregation
import Messages

/// How the aggregation to a global model went.
extension ModelFile {
    package struct AggregationRecord: Codable, Sendable, Equatable {
        /// What was asked for.
        package var options: AggregationSettings
        package var sites: [SiteRecord]
        /// Inconsistent sites, which were left out.
        package var leftOut: [LeftOutRecord]
        /// Those of the method, whatever was asked for.
        package var siteWeights: AggregationOptions.SiteWeights
        @Coded package var support: SupportOrigin
        package var supportSize: Int
        @Coded package var start: ReductionStart
        package var objectives: [Double]
        package var converged: Bool
        package var candidates: [CandidateRecord]
        @Coded package var chosen: GlobalConstruction
        /// Where the number of experts was chosen: all that were tried.
        package var expertCounts: [ExpertCountRecord]?
        /// What the sites say of each expert.
        package var agreement: [ExpertAgreement]?
        package var verdict: ReductionVerdict?
        @CodedList package var warnings: [AggregationWarning]

        /// - Parameter withheld: experts whose sites are not named.
        init(_ report: AggregationReport, withheld: Set<Int>) {
            options = report.settings
            sites = report.sites.map {
                SiteRecord(name: $0.name, rows: $0.rows, weight: $0.weight, experts: $0.labels.map { $0 + 1 })
            }
            leftOut = report.leftOut.map(LeftOutRecord.init)
            siteWeights = report.siteWeights
            _support = Coded(report.support)
            supportSize = report.supportSize
            _start = Coded(report.start)
            objectives = report.objectives
            converged = report.converged
            candidates = report.candidates.map { CandidateRecord(construction: $0.construction, score: $0.score) }
            _chosen = Coded(report.chosen)
            expertCounts =
                report.expertCounts.isEmpty
                ? nil
                : report.expertCounts.map {
                    ExpertCountRecord(experts: $0.experts, score: $0.score, penalised: $0.penalised)
                }
            agreement = report.agreement.isEmpty ? nil : report.agreement
            verdict = report.verdict
            _warnings = CodedList(wrappedValue: report.warnings)
            withholdSites(of: withheld)
        }
    }

    package struct SiteRecord: Codable, Sendable, Equatable {
        package var name: String
        package var rows: Int
        package var weight: Double
        /// The global expert, from 1, of each local expert; 0 where that is withheld.
        package var experts: [Int]
        /// Of its local model; absent where it is not known.
        package var digest: String?
    }

    package struct LeftOutRecord: Codable, Sendable, Equatable {
        package var name: String
        package var rows: Int
        /// From what the other sites say, nats per row; absent where the model is impossible of itself.
        package var divergence: Double?
        /// Why it is impossible of itself.
        package var reason: Coded<ImpossibleModel>?

        package init(_ site: AggregationReport.LeftOutSite) {
            name = site.name
            rows = site.rows
            divergence = site.divergence.map { min($0, .greatestFiniteMagnitude) }
            reason = site.reason.map { Coded($0) }
        }
    }

    package struct ExpertCountRecord: Codable, Sendable, Equatable {
        package var experts: Int
        package var score: Double
        package var penalised: Double
    }

    package struct CandidateRecord: Codable, Sendable, Equatable {
        @Coded package var construction: GlobalConstruction
        package var score: Double
    }

    /// The bound on the shares of sites that the model was made with; nil for none.
    package var largestShare: Double? { aggregation?.options.largestShare }

    package init(_ global: GlobalModel) {
        self.init(global.fitted, kind: .global)
        aggregation = AggregationRecord(global.report, withheld: global.fitted.withheldStatistics)
    }

    /// Experts, from 0, whose statistics are withheld since too few sites stand behind them.
    package var withheldStatistics: Set<Int> {
        Set(experts.indices.filter { experts[$0].statistics?.withheld == true })
    }

    /// Takes down which models the sites sent.
    ///
    /// - Parameter digests: by the names of the sites.
    package mutating func note(digests: [String: String]) {
        guard var record = aggregation else { return }
        for index in record.sites.indices { record.sites[index].digest = digests[record.sites[index].name] }
        aggregation = record
    }

    /// Digests of the models that this one was made from, its own among them: local models, and those of the rounds before.
    package var ancestors: Set<String> {
        Set(
            (aggregation?.sites ?? []).compactMap(\.digest) + (rounds ?? []).compactMap(\.model)
                + [fitted?.digest].compactMap { $0 })
    }
}

extension ModelFile.AggregationRecord {
    /// Whoever sees all assignments but those to one expert has these too.
    ///
    /// - Parameter experts: whose sites are not named.
    mutating func withholdSites(of experts: Set<Int>) {
        guard !experts.isEmpty else { return }
        for site in sites.indices { sites[site].experts = sites[site].experts.map { _ in 0 } }
    }

    /// Of the sites, which sum to 1; nil where none has any.
    package var shares: [Double]? {
        let total = sites.reduce(0) { $0 + $1.weight }
        return total > 0 ? sites.map { $0.weight / total } : nil
    }
}
