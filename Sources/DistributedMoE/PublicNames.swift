import Aggregation
import Estimation
import Evaluation
import Messages
import MixtureOfExperts
import ModelFiles
import Numerics
import Simulation
import StudyData
import Tables

// What `import DistributedMoE` brings of the layers below: the names that a user of the library needs, and no others.

/// A matrix of numbers; see `Numerics.Matrix`.
public typealias Matrix = Numerics.Matrix
/// How many threads work on a piece of work.
public typealias Parallelism = Numerics.Parallelism
/// How options are spelled in messages.
public typealias OptionStyle = Messages.OptionStyle
/// An option, as messages name it.
public typealias RequestOption = Messages.RequestOption
/// Which numbers an option may have.
public typealias OptionBounds = Messages.OptionBounds
/// Why a request is refused before a row is looked at.
public typealias RequestRefusal = Messages.RequestRefusal
/// An error or warning that names options.
public typealias DoorMessage = Messages.DoorMessage
/// Target and covariates of a model.
public typealias Design = MixtureOfExperts.Design
/// A regression of a mixture.
public typealias Expert = MixtureOfExperts.Expert
/// The softmax gate of a mixture.
public typealias SoftmaxGate = MixtureOfExperts.SoftmaxGate
/// A mixture of experts.
public typealias MixtureModel = MixtureOfExperts.MixtureModel
/// How standard errors are computed.
public typealias StandardErrorMethod = Estimation.StandardErrorMethod
/// Which parameters of a shared model a site fits to its own rows.
public typealias AdaptedPart = Estimation.AdaptedPart
/// What a reader of an adapted model has to know.
public typealias AdaptationWarning = Estimation.AdaptationWarning
/// Which slopes have a weak prior, log-F(1,1), that keeps them finite.
public typealias SlopePriorRule = Estimation.SlopePriorRule
/// What chooses a number of experts.
public typealias ExpertCountCriterion = Estimation.ExpertCountCriterion
/// What a fit can be stopped with.
public typealias Cancellation = Estimation.Cancellation
/// What a running fit reports.
public typealias FitProgress = Estimation.FitProgress
/// Why rows cannot be fitted.
public typealias EstimationError = Estimation.EstimationError
/// What a reader of a fit has to know.
public typealias FitWarning = Estimation.FitWarning
/// Where the targets of a global gate come from.
public typealias GateTarget = Aggregation.GateTarget
/// What becomes of a site whose local model differs from those of all others.
public typealias InconsistentSiteRule = Aggregation.InconsistentSiteRule
/// How sites are weighted.
public typealias SiteWeights = Aggregation.SiteWeights
/// Why local models cannot be aggregated.
public typealias AggregationError = Aggregation.AggregationError
/// A table of named columns.
public typealias DataTable = Tables.DataTable
/// A column of a table.
public typealias TableColumn = Tables.TableColumn
/// How a table is read.
public typealias TableOptions = Tables.TableOptions
/// What can be wrong with a table.
public typealias TableError = Tables.TableError
/// How sites read their tables.
public typealias Study = StudyData.Study
/// What can be wrong with a study file.
public typealias StudyError = StudyData.StudyError
/// What is done about rows with a missing value.
public typealias MissingValueRule = StudyData.MissingValueRule
/// What is done about levels that a study does not know.
public typealias UnknownLevelRule = StudyData.UnknownLevelRule
/// What can be wrong with a ledger of releases.
public typealias LedgerError = ModelFiles.LedgerError
/// What can be wrong with the secret of rounding.
public typealias RoundingSecretError = ModelFiles.RoundingSecretError
/// What can be wrong with the policy of a site.
public typealias PolicyError = ModelFiles.PolicyError
/// For whom a file is.
public typealias ReleaseStatus = ModelFiles.ReleaseStatus
/// A model file.
public typealias ModelFile = ModelFiles.ModelFile
/// A file of statistics at a global model.
public typealias StatisticsFile = ModelFiles.StatisticsFile
/// What can be wrong with a model file.
public typealias ModelFileError = ModelFiles.ModelFileError
/// Scores of a model on rows with known responses.
public typealias Scores = Evaluation.Scores
/// How far the parameters of a model are from those of another.
public typealias ParameterError = Evaluation.ParameterError
/// What is simulated.
public typealias SyntheticBenchmark = Simulation.SyntheticBenchmark
