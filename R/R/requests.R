# What the engine is asked for, in its own names. What it cannot do it refuses itself.

# Options of a fit that are not about columns.
fit_options <- c(
  starts = "starts", tolerance = "tolerance", max_iterations = "maxIterations", seed = "seed", min_rows = "minRows", l1 = "l1Automatic",
  l1_gate = "l1Gate", l1_experts = "l1Experts", l1_refit = "l1Refit", standard_errors = "standardErrors", slope_prior = "slopePrior",
  rows_per_parameter = "rowsPerParameter", criterion = "criterion", holdout = "holdout", initial_models = "initialModels",
  threads = "threads", aggregated = "aggregated", draft = "draft",
  as_sites = "asSites", rounding_secret = "roundingSecret", ledger = "ledger", hold_back_new = "holdBackNew", policy = "policy")

whole_options <- c("starts", "max_iterations", "seed", "min_rows", "rows_per_parameter", "threads", "support_size")

# NULL of `min_rows`: rows and model stay with their owner, and nothing is withheld.
fit_request <- function(columns, experts, options) {
  unknown <- setdiff(names(options), names(fit_options))
  if (length(unknown) || (length(options) && is.null(names(options)))) {
    hint <- if (identical(unknown[1], "k")) ": the number of experts is `experts`" else ""
    refuse(sprintf("there is no argument '%s'%s", unknown[1], hint))
  }
  keeps <- "min_rows" %in% names(options) && is.null(options$min_rows)
  options <- Filter(Negate(is.null), options)
  options[] <- Map(option_value, names(options), options)
  names(options) <- fit_options[names(options)]
  encoded(c(list(columns = columns), experts_request(experts), options, if (keeps) list(ownRows = TRUE)))
}

option_value <- function(name, value) {
  if (name %in% whole_options) return(whole(name, value))
  if (name == "l1") {
    if (!identical(value, "auto")) refuse("l1 must be \"auto\" or NULL: see l1_gate and l1_experts")
    return(TRUE)
  }
  if (name == "initial_models") {
    models <- if (inherits(value, "dmoe")) list(value) else value
    return(I(vapply(models, as.character, "")))
  }
  value
}

experts_request <- function(experts) {
  if (is.null(experts)) return(NULL)
  if (!is.numeric(experts) || length(experts) == 0 || any(diff(experts) != 1)) {
    refuse(sprintf("experts must be a whole number, or a range such as 1:8, not %s", paste(deparse(experts), collapse = " ")))
  }
  experts <- whole("experts", range(experts))
  c(if (experts[1] != experts[2]) list(expertsFrom = experts[1]), list(experts = experts[2]))
}

whole <- function(name, value) {
  if (!is.numeric(value) || anyNA(value) || any(value != round(value))) {
    refuse(sprintf("%s must be a whole number, not %s", name, paste(deparse(value), collapse = " ")))
  }
  value
}

# Which columns are what: as a study, or by their names.
columns_request <- function(plan, study = NULL) {
  if (!is.null(study)) return(list(study = study))
  list(
    target = plan$target, covariates = I(plan$experts), gateCovariates = if (!identical(plan$gate, plan$experts)) I(plan$gate),
    family = plan$family, classes = if (!is.null(plan$classes)) I(plan$classes), exposure = plan$exposure,
    weights = plan$weights, missing = plan$missing)
}

# The engine's name of a family of R.
family_name <- function(family) {
  if (is.function(family)) family <- family()
  if (inherits(family, "family")) {
    links <- c(gaussian = "identity", poisson = "log", Gamma = "log", binomial = "logit")
    name <- family$family
    if (!name %in% names(links)) refuse(sprintf("there is no family '%s'", name))
    if (family$link != links[name]) refuse(sprintf("%s experts have the %s link: write family = \"%s\"", name, links[name], tolower(name)))
    family <- name
  }
  if (!is.character(family) || length(family) != 1) refuse("family must be a name, such as \"gaussian\", or a family of R")
  switch(family, binomial = "multinomial", Gamma = "gamma", family)
}

# The engine's rule for one of R: a function, or its name.
missing_rule <- function(na.action) {
  name <- if (is.function(na.action)) {
    known <- c("na.omit", "na.exclude", "na.fail", "na.pass")
    known[vapply(known, function(one) identical(na.action, getExportedValue("stats", one)), NA)]
  } else {
    na.action
  }
  if (is.null(name)) name <- "na.fail"
  rules <- c(na.omit = "drop", na.exclude = "drop", na.fail = "error", na.pass = "error")
  if (length(name) != 1 || !name %in% names(rules)) refuse("na.action must be na.omit, na.exclude or na.fail")
  list(name = name, rule = unname(rules[name]))
}
