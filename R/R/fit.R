# Fits: of rows in one place, of one site, of many sites at once.

dmoe <- function(formula, data, experts = if (inherits(formula, "dmoe_study")) NULL else 3, family = "gaussian", site = NULL, weights,
                 offset, subset, na.action, ..., global_experts = NULL, method = NULL, inconsistent = NULL, largest_share = NULL,
                 threads = NULL, progress = NULL, keep_rows = TRUE) {
  call <- match.call()
  rows <- rows_of(formula, data, family, substitute(weights), substitute(offset), substitute(subset), na_action(na.action), parent.frame())
  options <- c(list(...), list(threads = threads))
  if (!is.null(options$initial_models)) options["initial_models"] <- list(options$initial_models)
  if (is.null(site)) {
    if (!is.null(global_experts) || !is.null(method)) refuse("global_experts and method are of sites: name them with site = ~ column")
    # Rows and model stay with their owner.
    usual <- list(min_rows = NULL, rows_per_parameter = 2)
    model <- fitted_model(rows, experts, overriding(usual, options), "data", progress)
  } else {
    # All rows are in one place: the threshold holds alone, and the models are of one owner.
    usual <- list(rows_per_parameter = 2, as_sites = FALSE)
    aggregation <- list(
      experts = global_experts, method = method, inconsistent = inconsistent, largest_share = largest_share, seed = options$seed,
      threads = threads)
    model <- fitted_sites(rows, site, experts, overriding(usual, options), aggregation, progress)
  }
  model$call <- call
  model$na.action <- rows$na.action
  model$row_names <- row.names(rows$data)
  if (keep_rows) model$columns <- rows$columns
  model
}

fit_local <- function(formula, data, experts = if (inherits(formula, "dmoe_study")) NULL else 3, family = "gaussian", weights, offset,
                      subset, na.action, ..., site = "data", subject = NULL, threads = NULL, progress = NULL) {
  call <- match.call()
  rows <- rows_of(formula, data, family, substitute(weights), substitute(offset), substitute(subset), na_action(na.action), parent.frame())
  options <- c(list(...), list(threads = threads))
  rows$subject <- name_of_column(subject, "subject")
  rows$columns <- identified(rows$columns, rows$data, c(rows$plan$subject, rows$subject), !is.null(options$ledger))
  model <- fitted_model(rows, experts, options, site, progress)
  model$call <- call
  model
}

na_action <- function(na.action) if (missing(na.action)) getOption("na.action", "na.omit") else na.action

# Those of the user win, also where they are NULL.
overriding <- function(usual, options) c(usual[!names(usual) %in% names(options)], options)

# The plan, the study where one is needed, and the columns of the engine.
rows_of <- function(formula, data, family, weights, offset, subset, na.action, frame) {
  data <- if (missing(data) || is.null(data)) frame_of(formula, frame) else as.data.frame(data, optional = TRUE)
  missing <- missing_rule(na.action)
  is_study <- inherits(formula, "dmoe_study")
  asked <- asked_of(weights, offset, subset)
  if (is_study && length(c(asked$weights, asked$offset))) refuse("a study has its own weights and exposure")
  name <- NULL
  for (expression in asked$weights) {
    name <- recipe_text(expression)
    data[[name]] <- eval(expression, data, frame)
  }
  if (!is_study) data <- with_variables(data, formula)
  for (expression in asked$subset) data <- data[chosen_rows(eval(expression, data, frame)), , drop = FALSE]
  plan <- if (is_study) formula$plan else plan_of_formula(formula, data, family_name(family), asked$offset, name, missing$rule)
  columns <- columns_for(plan, data)
  if (!is.null(plan$weights)) columns[[plan$weights]] <- numbers(response_of(plan$weights, data, plan$trusted), plan$weights)
  study <- if (is_study) formula$text else if (needs_study(plan)) study_text(plan)
  list(plan = plan, study = study, columns = columns, data = data, na.action = missing$name, frame = frame)
}

# Expressions that stand beside a formula: of each a list of one, or none where it is not given.
asked_of <- function(weights, offset, subset = NULL) {
  asked <- list(weights = weights, offset = offset, subset = subset)
  lapply(asked, function(expression) if (identical(expression, quote(expr = )) || is.null(expression)) list() else list(expression))
}

frame_of <- function(formula, frame) {
  if (!inherits(formula, "formula")) refuse("data are needed")
  values <- mget(setdiff(all.vars(formula), "."), envir = environment(formula), inherits = TRUE, ifnotfound = list(NULL))
  values <- Filter(Negate(is.null), values)
  if (!length(values)) refuse("the variables of the formula are neither in data nor where it was written")
  as.data.frame(values, optional = TRUE)
}

# Variables of the session beside those of the table, so that a subset is one of theirs too.
with_variables <- function(data, formula) {
  for (name in setdiff(all.vars(formula), c(names(data), "."))) {
    values <- get0(name, envir = environment(formula), mode = "any")
    if (is.atomic(values) && length(values) == nrow(data)) data[[name]] <- values
  }
  data
}

chosen_rows <- function(subset) if (is.logical(subset)) subset & !is.na(subset) else subset

# One fit of the engine.
fitted_model <- function(rows, experts, options, source, progress) {
  request <- fit_request(c(columns_request(rows$plan, rows$study), list(subject = rows$subject)), experts, options)
  model <- new_model(fit_text(rows$columns, request, source, progress), rows$plan)
  warn_of(model)
}

# The text of the local model.
fit_text <- function(columns, request, source, progress) {
  state <- new.env()
  on.exit(if (!is.null(state$done)) state$done())
  answer <- .Call(call_fit, table_of(columns, source), enc2utf8(request), listener_of(progress, source, state))
  if (!is.null(state$error)) stop(state$error)
  answered(answer)$text
}
