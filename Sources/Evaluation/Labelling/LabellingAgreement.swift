import Numerics

/// The share of the pairs of rows on which two labellings agree: together in both or apart in both (Rand 1971).
///
/// 1 for the same partition.
package func randIndex(_ first: [Int], _ second: [Int]) -> Double {
    let contingency = Contingency(first, second)
    guard contingency.pairs > 0 else { return 1 }
    let disagreements = contingency.pairsInFirst + contingency.pairsInSecond - 2 * contingency.pairsInBoth
    return (contingency.pairs - disagreements) / contingency.pairs
}

/// Agreement of two labellings of the same rows, corrected for chance (Hubert & Arabie 1985): 1 for the same partition,
/// about 0 for unrelated ones.
package func adjustedRandIndex(_ first: [Int], _ second: [Int]) -> Double {
    let contingency = Contingency(first, second)
    let (firstPairs, secondPairs) = (contingency.pairsInFirst, contingency.pairsInSecond)
    let expected = firstPairs * secondPairs / max(contingency.pairs, 1)
    let largest = 0.5 * (firstPairs + secondPairs)
    return largest == expected ? 1 : (contingency.pairsInBoth - expected) / (largest - expected)
}

/// The share of the rows whose labels differ when the labels of one labelling are matched to those of the other, each to
/// at most one, as well as can be.
///
/// 0 for the same partition.
///
/// The matching is exact; it takes memory for the product of the numbers of labels.
package func clusteringError(_ first: [Int], _ second: [Int]) -> Double {
    let contingency = Contingency(first, second)
    guard contingency.rowCount > 0 else { return 0 }
    var costs = contingency.table
    if costs.rowCount > costs.columnCount { costs = costs.transposed() }
    for index in costs.storage.indices { costs.storage[index] = -costs.storage[index] }
    // The costs are whole numbers, so that the sum is exact.
    return 1 + LinearAssignment(costs).cost / Double(contingency.rowCount)
}
