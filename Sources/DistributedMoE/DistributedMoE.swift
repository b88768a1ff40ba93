@_exported import Aggregation
@_exported import Estimation
@_exported import Evaluation
@_exported import LinearAlgebra
@_exported import MixtureOfExperts
@_exported import ShardData
