# What the columns of a table are: made of a formula, or of the study in a file.

# A plan has `target`, `covariates` (those of the experts first), the names that the experts and the gate read, `family`, `classes`,
# `exposure`, `weights`, `missing`, the `formula` and, of this session, the environment in which recipes are computed.
plan_of_formula <- function(formula, data, family, offset, weights, missing) {
  parts <- formula_parts(formula)
  experts <- side_of(parts$experts, parts$response, data, parts$environment)
  gate <- if (!is.null(parts$gate)) side_of(parts$gate, parts$response, data, parts$environment)
  if (!is.null(gate$offset)) refuse("an offset is one of the experts, not of the gate")
  covariates <- unique(c(experts$covariates, gate$covariates))
  target <- recipe_text(parts$response)
  names <- names_in(covariates)
  clash <- c(names[duplicated(names)], intersect(target, names))
  if (length(clash)) refuse(sprintf("'%s' is named twice in the formula", clash[1]))
  list(
    target = target, covariates = covariates, experts = names_in(experts$covariates),
    gate = if (is.null(gate)) names_in(experts$covariates) else names_in(gate$covariates), family = family,
    classes = classes_of(family, response_of(target, data, parts$environment), target),
    exposure = exposure_of(c(experts$offset, offset), data), weights = weights, missing = missing,
    formula = formula, trusted = parts$environment)
}

names_in <- function(covariates) vapply(covariates, `[[`, "", "name")

# A column, or an expression whose text is its name.
response_of <- function(target, data, trusted) {
  if (target %in% names(data)) return(data[[target]])
  expression <- parse_recipe(target, target)
  tryCatch(eval(expression, data, if (is.null(trusted)) recipe_functions else trusted), error = function(error) {
    refuse(sprintf("there is no column '%s'; the columns are %s", target, listed(names(data))), "data")
  })
}

classes_of <- function(family, values, target) {
  if (family != "multinomial") {
    if (is.factor(values) || is.character(values)) {
      refuse(sprintf("'%s' has classes, and %s experts need numbers: choose family = \"multinomial\"", target, family), "data")
    }
    return(NULL)
  }
  if (is.logical(values)) c("FALSE", "TRUE") else if (is.numeric(values)) number_text(sort(unique(values))) else levels_of(values)
}

# exp of the offset: a column of its own where the offset is its logarithm.
exposure_of <- function(offsets, data) {
  if (!length(offsets)) return(NULL)
  offset <- summed(offsets)
  is_column <- is.call(offset) && identical(offset[[1]], as.name("log")) && length(offset) == 2 && is.symbol(offset[[2]])
  if (is_column && as.character(offset[[2]]) %in% names(data)) as.character(offset[[2]]) else recipe_text(call("exp", offset))
}

# Numbers as they are need no study: the file is that of the command line with the names of the columns. Experts without covariates do.
needs_study <- function(plan) {
  !length(plan$experts) || any(vapply(plan$covariates, function(one) one$type != "number" || !is.null(one$recipe), NA))
}

# The text of the study file.
study_text <- function(plan, experts = NULL, seed = NULL) {
  all <- names_in(plan$covariates)
  encoded(list(
    format = "dmoe-study", formatVersion = 1, note = paste0(RECIPE, recipe_text(plan$formula)), target = plan$target,
    family = plan$family, classes = if (!is.null(plan$classes)) I(plan$classes), exposure = plan$exposure, weights = plan$weights,
    missing = plan$missing, covariates = lapply(plan$covariates, covariate_record),
    regression = if (!identical(plan$experts, all)) I(plan$experts), gate = if (!identical(plan$gate, all)) I(plan$gate),
    experts = experts, seed = seed))
}

covariate_record <- function(covariate) {
  if (!is.null(covariate$recipe)) covariate$note <- paste0(RECIPE, covariate$recipe)
  covariate$recipe <- NULL
  covariate
}

# The plan of a study that was read: as a list of the fields of its file.
plan_of_study <- function(fields) {
  covariates <- lapply(fields$covariates, function(one) {
    one$levels <- if (!is.null(one$levels)) I(vector_of(one$levels))
    one$recipe <- recipe_of(one$note)
    one
  })
  all <- names_in(covariates)
  list(
    target = fields$target, covariates = covariates, experts = vector_or(fields$regression, all), gate = vector_or(fields$gate, all),
    family = fields$family, classes = vector_of(fields$classes), exposure = fields$exposure, weights = fields$weights,
    subject = fields$subject, missing = fields$missing, formula = formula_of_note(fields$note))
}

vector_or <- function(list, default) if (is.null(list)) default else as.character(vector_of(list))

# The plan of a model file: of its study, or of the names of its columns.
plan_of_record <- function(record) {
  if (!is.null(record$study)) return(plan_of_study(record$study))
  named <- function(name) list(name = name, type = "number")
  list(
    target = record$target, covariates = lapply(vector_of(record$covariates), named),
    experts = as.character(vector_of(record$expertCovariates)), gate = as.character(vector_of(record$gateCovariates)),
    family = record$family, classes = vector_of(record$classes))
}

# A formula of a file is shown and never evaluated.
formula_of_note <- function(note) {
  text <- recipe_of(note)
  if (is.null(text)) return(NULL)
  parsed <- tryCatch(parse(text = text, keep.source = FALSE)[[1]], error = function(error) NULL)
  if (is.call(parsed) && identical(parsed[[1]], as.name("~"))) as_formula(parsed)
}

as_formula <- function(call) structure(call, class = "formula", .Environment = globalenv())

# That of the user, or one that names the columns.
formula_of_plan <- function(plan) {
  if (!is.null(plan$formula)) return(plan$formula)
  right <- side_names(plan$experts)
  if (!identical(plan$experts, plan$gate)) right <- call("|", right, side_names(plan$gate))
  as_formula(call("~", as.name(plan$target), right))
}

side_names <- function(names) if (length(names)) summed(lapply(names, as.name)) else 1
