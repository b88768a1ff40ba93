// swift-tools-version: 6.3
import PackageDescription

// What builds the pages of documentation is fetched for `make docs` alone: the product does not need it.
let documentationPlugin: [Package.Dependency] =
    Context.environment["DMOE_DOCS"] == "1"
    ? [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0")] : []

// What looks for inputs that break a law is built with its sanitizer alone: `make fuzz`.
let fuzzing: [Target] =
    Context.environment["DMOE_FUZZ"] == "1"
    ? [.executableTarget(name: "dmoe-fuzz", dependencies: ["FuzzTargets"], path: "Fuzz/Driver")] : []

// The layers, from the ground: a module depends only on modules declared above it.
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
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    ] + documentationPlugin,
    targets: [
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"])]),
        // Names of options and spellings of numbers and texts in what people read.
        .target(name: "Messages"),
        .target(name: "CKernels"),
        .target(name: "Numerics", dependencies: ["CKernels"]),
        .target(name: "MixtureOfExperts", dependencies: ["CKernels", "Numerics"]),
        .target(name: "Estimation", dependencies: ["Messages", "Numerics", "MixtureOfExperts"]),
        .target(
            name: "Aggregation", dependencies: ["Messages", "Numerics", "MixtureOfExperts", "Estimation"]),
        .target(name: "Evaluation", dependencies: ["Numerics", "MixtureOfExperts"]),
        .target(name: "Simulation", dependencies: ["Numerics", "MixtureOfExperts"]),
        .target(name: "Tables", dependencies: ["Messages", "Numerics", "CZlib"]),
        .target(name: "StudyData", dependencies: ["Messages", "Numerics", "MixtureOfExperts", "Tables"]),
        .target(
            name: "ModelFiles",
            dependencies: [
                "Messages", "Numerics", "MixtureOfExperts", "Estimation", "Aggregation", "Tables", "StudyData",
            ]),
        .target(
            name: "DistributedMoE",
            dependencies: [
                "Messages", "Numerics", "MixtureOfExperts", "Estimation", "Aggregation", "Evaluation", "Simulation",
                "Tables", "StudyData", "ModelFiles",
            ]),
        // A folder that the sites of a study share; apart from the engine of other languages, which links no cryptography.
        .target(
            name: "Exchange",
            dependencies: [
                "Messages", "Tables", "StudyData", "ModelFiles", "DistributedMoE",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .executableTarget(
            name: "dmoe",
            dependencies: [
                "Messages", "Numerics", "MixtureOfExperts", "Estimation", "Aggregation", "Evaluation", "Simulation",
                "Tables",
                "StudyData", "ModelFiles", "DistributedMoE", "Exchange",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        // The engine for other languages: C functions that take tables in memory and give texts of files.
        .target(
            name: "CInterface",
            dependencies: [
                "Messages", "Numerics", "MixtureOfExperts", "Estimation", "Aggregation", "Evaluation", "Simulation",
                "Tables",
                "StudyData", "ModelFiles", "DistributedMoE",
            ]),
        // Time, memory and score; `make benchmark`.
        .executableTarget(
            name: "dmoe-benchmark",
            dependencies: [
                "Messages", "Numerics", "MixtureOfExperts", "Estimation", "Aggregation", "Evaluation", "Simulation",
                "Tables",
                "StudyData", "ModelFiles", "DistributedMoE",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/Sources"),
        // What the tests of several modules share: seeded data, numerical references, table fixtures.
        .target(
            name: "TestSupport", dependencies: ["Numerics", "MixtureOfExperts", "Tables", "StudyData", "CZlib"],
            path: "Tests/TestSupport"),
        // Laws of everything that is read from files of others, for the tests and for `make fuzz`.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Tables", "StudyData", "ModelFiles", "Exchange", "MixtureOfExperts", "Messages", "Numerics",
                "TestSupport",
            ],
            path: "Tests/FuzzTargets"),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], resources: [.copy("Resources")]),
        .testTarget(name: "MessagesTests", dependencies: ["Messages"]),
        .testTarget(
            name: "NumericsTests", dependencies: ["Numerics", "TestSupport"], resources: [.copy("Resources")]),
        .testTarget(
            name: "MixtureOfExpertsTests", dependencies: ["MixtureOfExperts", "Numerics", "TestSupport"]),
        .testTarget(
            name: "EstimationTests",
            dependencies: ["Estimation", "Messages", "MixtureOfExperts", "Numerics", "TestSupport"],
            resources: [.copy("Resources")]),
        .testTarget(
            name: "AggregationTests",
            dependencies: [
                "Aggregation", "Evaluation", "Estimation", "Messages", "MixtureOfExperts", "Numerics", "TestSupport",
            ],
            resources: [.copy("Resources")]),
        .testTarget(
            name: "EvaluationTests", dependencies: ["Evaluation", "MixtureOfExperts", "Numerics", "TestSupport"]),
        .testTarget(
            name: "SimulationTests", dependencies: ["Simulation", "MixtureOfExperts", "Numerics", "TestSupport"]),
        .testTarget(name: "TablesTests", dependencies: ["Tables", "Messages", "Numerics", "TestSupport"]),
        .testTarget(
            name: "StudyDataTests",
            dependencies: [
                "StudyData", "Tables", "ModelFiles", "Messages", "MixtureOfExperts", "Numerics", "TestSupport",
            ]),
        .testTarget(
            name: "ModelFilesTests",
            dependencies: [
                "ModelFiles", "StudyData", "Tables", "Aggregation", "Estimation", "Messages", "MixtureOfExperts",
                "Numerics",
                "TestSupport",
            ]),
        .testTarget(
            name: "DistributedMoETests",
            dependencies: [
                "Messages", "Numerics", "MixtureOfExperts", "Estimation", "Aggregation", "Evaluation", "Simulation",
                "Tables",
                "StudyData", "ModelFiles", "DistributedMoE", "TestSupport",
            ]),
        // As users have it: this module alone.
        .testTarget(name: "UserTests", dependencies: ["DistributedMoE"]),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "dmoe", "Messages", "Numerics", "MixtureOfExperts", "Estimation", "Aggregation", "Evaluation",
                "Simulation", "Tables",
                "StudyData", "ModelFiles", "DistributedMoE", "Exchange", "CInterface",
            ],
            resources: [.copy("Resources")]),
    ] + fuzzing
)
