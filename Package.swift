// swift-tools-version: 6.3
import PackageDescription

// The floors of the house, from the ground: a module depends only on modules declared above it.
let package = Package(
    name: "DistributedMoE",
    platforms: [.macOS(.v15), .iOS(.v18)],
    products: [
        .library(name: "DistributedMoE", targets: ["DistributedMoE"]),
        .executable(name: "dmoe", targets: ["dmoe"]),
        // For other languages: linked into the shared library of the Python package by its build.
        .library(name: "dmoe-c", type: .static, targets: ["CInterface"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
    ],
    targets: [
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas",
            providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "LinearAlgebra",
            dependencies: [.target(name: "COpenBLAS", condition: .when(platforms: [.linux]))]),
        .target(name: "CKernels"),
        .target(name: "MixtureOfExperts", dependencies: ["CKernels", "LinearAlgebra"]),
        .target(name: "Estimation", dependencies: ["LinearAlgebra", "MixtureOfExperts"]),
        .target(
            name: "Aggregation", dependencies: ["LinearAlgebra", "MixtureOfExperts", "Estimation"]),
        .target(name: "Evaluation", dependencies: ["LinearAlgebra", "MixtureOfExperts"]),
        .target(
            name: "ShardData",
            dependencies: ["LinearAlgebra", "MixtureOfExperts", "Estimation", "Aggregation", "CZlib"]),
        .target(
            name: "DistributedMoE",
            dependencies: [
                "LinearAlgebra", "MixtureOfExperts", "Estimation", "Aggregation", "Evaluation", "ShardData",
            ]),
        .executableTarget(
            name: "dmoe",
            dependencies: [
                "DistributedMoE",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        // The engine for other languages: C functions that take tables in memory and give texts of files.
        .target(name: "CInterface", dependencies: ["DistributedMoE"]),
        // Time, memory and score; `make benchmark`.
        .executableTarget(
            name: "dmoe-benchmark",
            dependencies: [
                "DistributedMoE",
                .target(name: "COpenBLAS", condition: .when(platforms: [.linux])),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/Sources"),
        // What the tests of several modules share: seeded data, numerical references, where reference files lie.
        .target(
            name: "TestSupport", dependencies: ["LinearAlgebra", "MixtureOfExperts"], path: "Tests/TestSupport"),
        .testTarget(name: "LinearAlgebraTests", dependencies: ["LinearAlgebra", "TestSupport"]),
        .testTarget(
            name: "MixtureOfExpertsTests", dependencies: ["MixtureOfExperts", "LinearAlgebra", "TestSupport"]),
        .testTarget(
            name: "EstimationTests", dependencies: ["Estimation", "MixtureOfExperts", "LinearAlgebra", "TestSupport"]),
        .testTarget(
            name: "AggregationTests",
            dependencies: [
                "Aggregation", "Evaluation", "Estimation", "MixtureOfExperts", "LinearAlgebra", "TestSupport",
            ]),
        .testTarget(
            name: "EvaluationTests", dependencies: ["Evaluation", "MixtureOfExperts", "LinearAlgebra", "TestSupport"]),
        .testTarget(
            name: "ShardDataTests", dependencies: ["ShardData", "Estimation", "MixtureOfExperts", "LinearAlgebra"]),
        .testTarget(name: "DistributedMoETests", dependencies: ["DistributedMoE", "TestSupport"]),
        .testTarget(name: "CommandLineTests", dependencies: ["dmoe", "DistributedMoE"]),
    ]
)
