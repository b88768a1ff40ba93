import Foundation

/// What is read from files of others: any bytes are read, or refused with a typed error, and both keep the laws of their kind.
///
/// `make fuzz` looks for bytes that break one; what it found once is replayed by the tests.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case csv, gzip, npy, labels, model, ensemble, statistics, study, policy, ledger, charter, log

    /// Which law the bytes break, in one line; nil where all hold.
    ///
    /// - Parameter longTexts: one of so many CSV texts that may be long is long: what finds new ground seldom finds it in thousands of
    ///   fields, and these take all of the time.
    package func violation(_ bytes: Data, longTexts: UInt64 = 1) -> String? {
        switch self {
        case .csv: TableTargets.csv(bytes, longTexts: longTexts)
        case .gzip: TableTargets.gzip(bytes)
        case .npy: TableTargets.npy(bytes)
        case .labels: LabelTargets.violation(bytes)
        case .model, .ensemble: DocumentTargets.predictor(bytes)
        case .statistics: DocumentTargets.statistics(bytes)
        case .study: DocumentTargets.study(bytes)
        case .policy: DocumentTargets.policy(bytes)
        case .ledger: DocumentTargets.ledger(bytes)
        case .charter: ExchangeTargets.charter(bytes)
        case .log: ExchangeTargets.log(bytes)
        }
    }
}
