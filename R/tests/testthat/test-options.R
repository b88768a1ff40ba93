# The options that messages name are arguments of this package, by the same name.

test_that("every option has an argument of its name", {
  sources <- Sys.getenv("DMOE_SOURCES")
  skip_if(sources == "", "DMOE_SOURCES names no sources")
  text <- function(name) readLines(file.path(sources, "Sources/Messages", name))
  own <- text("RequestOption+R.swift")
  options <- sub(" *case ", "", grep("^    case [a-zA-Z0-9]+$", text("RequestOption.swift"), value = TRUE))
  options <- options[seq_len(match("commandLine", options) - 1)]
  in_formulas <- regmatches(own, gregexpr("\\.[a-zA-Z]+", own))[[grep("let inFormulas", own)]]
  # Of files, of tables that are divided, of simulations and comparisons; models of single sites are adapted by the other doors.
  elsewhere <- c(
    "adapt", "adapted", "priorPrecision", "level", "noLedger", "study", "outOfCore", "delimiter", "columns", "rounds", "federatedRounds", "shards", "shardBy", "methods", "test", "groups", "pooled",
    "profile", "rows", "testRows", "capacity", "shift")
  special <- regmatches(own, regexec("case \\.(\\w+): \"(.+)\"", own))
  special <- do.call(rbind, special[lengths(special) > 0])
  name_of <- function(option) {
    if (option %in% special[, 2]) return(special[special[, 2] == option, 3])
    if (option == "maximumIterations") return("max_iterations")
    gsub("([A-Z])", "_\\L\\1", option, perl = TRUE)
  }
  functions <- list(dmoe, fit_local, aggregate_models, update_model, site_statistics, study, dmoe:::predict.dmoe)
  arguments <- c(unlist(lapply(functions, function(one) names(formals(one)))), names(dmoe:::fit_options))
  named <- setdiff(options, c(elsewhere, sub(".", "", in_formulas, fixed = TRUE)))
  expect_gt(length(named), 25)
  for (option in named) expect_true(name_of(option) %in% arguments, info = option)
})
